#!/usr/bin/env bash
# What this client costs a program: cold builds, and packages, beside a plain reqwest client.
#
# All are built from nothing in one run, by debug profile, with the versions of Cargo.lock. On a
# machine that does other work the processor's time is the fairer figure.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# $1: name; $2: dependency on reqwest, or on this crate, in TOML; $3: a line of main.
program() {
    mkdir -p "$work/$1/src"
    cat >"$work/$1/Cargo.toml" <<TOML
[package]
name = "program"
edition = "2024"

[dependencies]
$2
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt"] }

[workspace]
TOML
    # The generator's, which is no registry's before it is published.
    if [ "$1" != plain ]; then
        printf '[patch.crates-io]\nlocated = { path = "%s" }\n' "$repository/crates/located" \
            >>"$work/$1/Cargo.toml"
    fi
    printf '#[tokio::main(flavor = "current_thread")]\nasync fn main() {\n    %s\n}\n' "$3" \
        >"$work/$1/src/main.rs"
    cp Cargo.lock "$work/$1/"
    # That patch is not used, since no program generates; cargo says so.
    (cd "$work/$1" && cargo fetch --quiet 2>/dev/null)
}

plain='let _ = reqwest::Client::new().get("https://pbx.acme.example").send().await;'
ours='let _ = netsapiens_connections::Client::from_env();'
path="path = \"$repository\""
program plain 'reqwest = { version = "0.13", default-features = false, features = ["json", "query", "rustls"] }' "$plain"
program default "netsapiens-connections = { $path }" "$ours"
program ring "netsapiens-connections = { $path, default-features = false, features = [\"ring\"] }" "$ours"

seconds() {
    awk -v now="$1" -v of="$2" 'BEGIN { printf "%8.1f %6.2f", now, now / of }'
}

printf '%-8s %8s %6s %8s %6s %9s %6s\n' client wall ratio cpu ratio packages more
for name in plain default ring; do
    (
        cd "$work/$name"
        TIMEFORMAT='%R %U %S'
        { time cargo build --quiet --offline 2>"$work/log"; } 2>"$work/$name.time" ||
            { cat "$work/log" >&2 && exit 1; }
        # Of this target alone, without the program itself.
        cargo tree --quiet --offline --prefix none --edges normal,build |
            sed 's/ (.*//' | sort -u | grep -vc '^program ' >"$work/$name.count"
        # Space for the next.
        rm -rf target
    )
    read -r wall user system < <(tail -1 "$work/$name.time")
    cpu=$(awk -v a="$user" -v b="$system" 'BEGIN { print a + b }')
    count=$(cat "$work/$name.count")
    [ "$name" = plain ] && first_wall=$wall first_cpu=$cpu first_count=$count
    printf '%-8s %s %s %9s %6s\n' "$name" "$(seconds "$wall" "$first_wall")" \
        "$(seconds "$cpu" "$first_cpu")" "$count" $((count - first_count))
done
