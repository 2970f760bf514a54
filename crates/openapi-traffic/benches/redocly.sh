#!/bin/sh
# The time and the memory of `openapi-traffic` and of Redocly's `drift` on the same HAR, clean and
# with findings, best of some rounds.
#
# Usage: redocly.sh [MEGABYTES [FINDINGS [ROUNDS]]]
#
# Needs cargo, GNU time and either `redocly` (npm install -g @redocly/cli) or `npx`, which fetches
# it. REDOCLY names another command.
set -eu
megabytes=${1:-39}
findings=${2:-13000}
rounds=${3:-5}

missing() {
    echo "redocly.sh: $1" >&2
    exit 2
}
command -v cargo >/dev/null || missing "cargo is missing: https://rustup.rs"
time=$(command -v gtime || command -v time || true)
"$time" -f %e true >/dev/null 2>&1 || missing "GNU time is missing: install the package time"
if [ -z "${REDOCLY:-}" ]; then
    if command -v redocly >/dev/null; then
        REDOCLY=redocly
    elif command -v npx >/dev/null; then
        REDOCLY="npx --yes @redocly/cli"
    else
        missing "npm is missing: install Node.js 22.12 or later, then npm install -g @redocly/cli"
    fi
fi
# shellcheck disable=SC2086 # a command with its arguments
$REDOCLY --version >/dev/null 2>&1 || missing "\`$REDOCLY --version\` fails: is it installed?"

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --quiet --release --bin openapi-traffic
target=$(cargo metadata --format-version 1 --no-deps |
    sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
for kind in clean found; do
    planted=$findings
    [ $kind = clean ] && planted=0
    cargo bench --quiet --bench validate -- \
        --write-har "$work/$kind.har" "$megabytes" "$planted" "$work/spec.json"
done

# Prints seconds that passed, seconds of the processor, and peak memory, of the fastest round; keeps
# them under the name of the file that comes first.
measure() {
    kept=$work/$1
    name=$2
    shift 2
    round=0
    while [ $round -lt "$rounds" ]; do
        # Both end with 1 where they find something.
        "$time" -a -o "$work/times" -f "%e %U %S %M" "$@" >"$work/out" 2>&1 || [ $? -eq 1 ] || {
            cat "$work/out" >&2
            missing "$name failed"
        }
        round=$((round + 1))
    done
    grep -E '^[0-9.]+ [0-9.]+ [0-9.]+ [0-9]+$' "$work/times" | sort -n | head -1 >"$kept"
    awk -v name="$name" \
        '{
            printf "%-24s %7.2f s %7.2f s of processor time %6.0f MB\n",
                name, $1, $2 + $3, $4 / 1024
        }' \
        "$kept"
    rm "$work/times"
}

for kind in clean found; do
    measure ours "openapi-traffic, $kind" \
        "$target/release/openapi-traffic" --spec "$work/spec.json" "$work/$kind.har"
    # shellcheck disable=SC2086
    measure theirs "redocly drift, $kind" \
        $REDOCLY drift --match-mode basepath --api "$work/spec.json" "$work/$kind.har"
    # shellcheck disable=SC2046 # the figures of both
    set -- $(cat "$work/ours" "$work/theirs")
    awk -v kind="$kind" -v ours="$1" -v theirs="$5" \
        'BEGIN {
            ratio = theirs / ours
            verdict = (ratio >= 6) ? " [at least 6: met]" : " [at least 6: MISSED]"
            printf "%s: %.1f times as fast%s\n", kind, ratio, (kind == "clean") ? verdict : ""
        }'
done
