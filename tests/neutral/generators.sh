#!/usr/bin/env bash
# Clients that openapi-typescript and openapi-python-client generate from the spec compile.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing() {
    echo "error: $1 is not installed: $2" >&2
    exit 2
}
command -v openapi-typescript >/dev/null && command -v tsc >/dev/null ||
    missing 'openapi-typescript or tsc' 'npm install --global openapi-typescript typescript'
command -v openapi-python-client >/dev/null ||
    missing openapi-python-client 'python3 -m pip install openapi-python-client'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openapi-typescript openapi/connections.yaml --output "$work/connections.ts"
cat >"$work/use.ts" <<'TS'
import type { components, paths } from "./connections";

const trunk: components["schemas"]["ConnectionCreate"] = {
    domain: "acme.example",
    "connection-orig-match-pattern": "sip*@acme-pri.example",
};
type Listed = paths["/connections"]["get"]["responses"][200]["content"]["application/json"];
export const domains = (trunks: Listed): string[] => trunks.map((it) => it.domain);
export { trunk };
TS
tsc --noEmit --strict --target es2022 --moduleResolution bundler --module esnext "$work/use.ts"
echo 'openapi-typescript: compiles'

openapi-python-client generate --path openapi/connections.yaml --output-path "$work/python" \
    --meta none --fail-on-warning
python3 -m compileall -q "$work/python"
cat >"$work/use.py" <<'PYTHON'
from python.models import ConnectionCreate

sent = {"domain": "acme.example", "connection-orig-match-pattern": "sip*@acme-pri.example"}
trunk = ConnectionCreate.from_dict(sent)
assert trunk.to_dict() == sent, trunk.to_dict()
PYTHON
(cd "$work" && python3 use.py)
echo 'openapi-python-client: compiles and runs'
