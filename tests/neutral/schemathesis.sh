#!/usr/bin/env bash
# Schemathesis, all its phases, with the spec against the embedded server. A failure is a claim of
# the spec that the server does not keep, or a request that it should have refused.
#
#   tests/neutral/schemathesis.sh [EXAMPLES [SEED...]]
#
# Without arguments: 500 examples an operation, with the seeds 1, 2 and 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD
# For its hooks, of which no cache is written here.
export PYTHONPATH="$repository/tests/neutral" PYTHONDONTWRITEBYTECODE=1

command -v schemathesis >/dev/null || {
    echo 'error: schemathesis is not installed: python3 -m pip install schemathesis' >&2
    exit 2
}
examples=${1:-500}
seeds=("${@:2}")
[ ${#seeds[@]} -gt 0 ] || seeds=(1 2 3)

cargo build --quiet --features fake --example fake_server
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

failed=
for seed in "${seeds[@]}"; do
    # Each run has a server of its own, so that a seed finds the same again. Port 0 is a free one.
    "${CARGO_TARGET_DIR:-target}/debug/examples/fake_server" 0 >"$work/started" &
    server=$!
    for _ in {1..100}; do
        [ ! -s "$work/started" ] || break
        sleep 0.1
    done
    url=$(head -n 1 "$work/started")
    # It keeps notes where it is started.
    (cd "$work" && schemathesis --config-file "$repository/tests/neutral/schemathesis.toml" \
        run "$repository/openapi/connections.yaml" \
        --url "$url" --seed "$seed" --max-examples "$examples") || failed="$failed $seed"
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
done
[ -z "$failed" ] || {
    echo "error: failures with the seeds$failed" >&2
    exit 1
}
