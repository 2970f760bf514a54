#!/usr/bin/env bash
# The spec under the recommended rules of Redocly and Spectral. A warning is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=
command -v redocly >/dev/null || missing="$missing @redocly/cli"
command -v spectral >/dev/null || missing="$missing @stoplight/spectral-cli"
[ -z "$missing" ] || {
    echo "error: not installed: npm install --global$missing" >&2
    exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Redocly ends with success on warnings, so its report is read.
REDOCLY_TELEMETRY=off redocly lint --extends recommended --format json \
    openapi/connections.yaml >"$work/redocly.json"
node -e '
    const { problems } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    for (const { ruleId, message, location } of problems)
        console.log(`${ruleId}: ${message} ${location?.[0]?.pointer ?? ""}`);
    console.log(`redocly: ${problems.length} problems`);
    process.exit(problems.length > 0 ? 1 : 0);
' "$work/redocly.json"

echo 'extends: ["spectral:oas"]' >"$work/spectral.yaml"
spectral lint --ruleset "$work/spectral.yaml" --fail-severity hint openapi/connections.yaml
