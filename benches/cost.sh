#!/usr/bin/env bash
# What this client costs a program: cold builds, and packages, beside a plain reqwest client.
#
#     benches/cost.sh [ROUNDS]    # each round builds all three; 1 unless given
#
# All are built from nothing in turn, by debug profile, with the versions of Cargo.lock; of several
# rounds the least is shown, in seconds. On a machine that does other work the processor's time is
# the fairer figure.
#
# Cargo compiles a dependency by path incrementally, which takes a third more time, and one from a
# registry, as programs have it, not. So incremental builds are off here.
set -euo pipefail
export CARGO_INCREMENTAL=0
cd "$(dirname "$0")/.."
repository=$PWD
rounds=${1:-1}
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
features='["json", "query", "rustls"]'
reqwest="reqwest = { version = \"0.13\", default-features = false, features = $features }"
ring="$path, default-features = false, features = [\"ring\"]"
program plain "$reqwest" "$plain"
program default "netsapiens-connections = { $path }" "$ours"
program ring "netsapiens-connections = { $ring }" "$ours"

build() {
    cd "$work/$1"
    TIMEFORMAT='%R %U %S'
    { time cargo build --quiet --offline 2>"$work/log"; } 2>>"$work/$1.times" ||
        { cat "$work/log" >&2 && exit 1; }
    # Space for the next.
    rm -rf target
}

for _ in $(seq "$rounds"); do
    for name in plain default ring; do
        (build "$name")
    done
done

printf '%-8s %8s %6s %8s %6s %9s %6s\n' client wall ratio cpu ratio packages more
for name in plain default ring; do
    # Of this target alone, without the program itself.
    count=$(cd "$work/$name" && cargo tree --quiet --offline --prefix none --edges normal,build |
        sed 's/ (.*//' | sort -u | grep -vc '^program ')
    wall=$(cut -d' ' -f1 "$work/$name.times" | sort -n | head -1)
    cpu=$(awk '{ print $2 + $3 }' "$work/$name.times" | sort -n | head -1)
    [ "$name" = plain ] && first_wall=$wall first_cpu=$cpu first_count=$count
    awk -v name="$name" -v wall="$wall" -v of_wall="$first_wall" -v cpu="$cpu" \
        -v of_cpu="$first_cpu" -v count="$count" -v more=$((count - first_count)) 'BEGIN {
            printf "%-8s %8.1f %6.2f %8.1f %6.2f %9d %6d\n",
                name, wall, wall / of_wall, cpu, cpu / of_cpu, count, more
        }'
done
