#!/usr/bin/env python3
"""Compares this client with what three generators make of the vendor's document and of ours.

    benches/compare/compare.py VENDOR.json [FOLDER]

VENDOR.json is the vendor's OpenAPI document, which is not part of this repository. Everything is
generated and built in FOLDER, a temporary one unless given. If FOLDER has generators and
measurements of an earlier run, those are used again, except measurements of this crate and those
whose input has changed. It needs Java for openapi-generator, and the network for the generators
and for crates. It writes the tables of docs/COMPARE.md, between the two comments that name this
script.
"""

import hashlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
OPENAPI_GENERATOR = "7.26.0"
OPENAPI_TO_RUST = "0.23.0"
PROGENITOR = "0.15.1"
GENERATORS = ["progenitor", "openapi-to-rust", "openapi-generator"]
PAGE = REPOSITORY / "docs/COMPARE.md"
BEGIN, END = "<!-- written by benches/compare/compare.py -->\n", "<!-- end of what it wrote -->\n"
# A longer cell moves to the list of messages below its table.
CELL = 40
BASE_PATH = "/ns-api/v2"
RESULTS = ["no", "error", "refused", "not decoded"]
MESSAGE = 300

# No client has TLS in it: what that costs is the same for all, and the drivers speak plain HTTP.
DRIVER = """[package]
name = "driver"
edition = "2024"

[dependencies]
serde_json = {{ version = "1", features = ["raw_value"] }}
tokio = {{ version = "1", features = ["io-util", "macros", "net", "rt"] }}
{dependencies}
[workspace]

[patch.crates-io]
located = {{ path = "{repository}/crates/located" }}
"""


class Failed(Exception):
    """A command failed; says the first line that names an error."""


def run(*command, folder, log):
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    log.write_text(done.stdout + done.stderr)
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).splitlines()
        named = [line for line in lines if "error" in line.lower()]
        panic = [lines[at + 1] for at, line in enumerate(lines[:-1]) if "panicked at" in line]
        raise Failed((panic or named or lines or ["no output"])[0].strip())
    return done.stdout


def without_newer_features(node):
    """The document without lists of types and lists of examples, which 3.0 does not have."""
    if isinstance(node, list):
        return [without_newer_features(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = isinstance(node.get("type"), (str, list)) or "$ref" in node
    return {
        name: without_newer_features(value)
        for name, value in node.items()
        if not (name == "type" and isinstance(value, list))
        and not (name == "examples" and schema and isinstance(value, list))
    }


def convert(vendor, path):
    document = without_newer_features(json.loads(vendor.read_text()))
    document["openapi"] = "3.0.3"
    document.pop("webhooks", None)
    for url, operations in document["paths"].items():
        words = "".join(letter if letter.isalnum() else " " for letter in url).split()
        for method in {"get", "post", "put", "delete"} & operations.keys():
            operations[method].setdefault("operationId", "_".join([method, *words]))
    path.write_text(json.dumps(document, indent=1))


def prepare(work):
    """The generators: two are libraries of one program, the third is a package for Python."""
    program = work / "generate"
    (program / "src").mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "generate.rs", program / "src/main.rs")
    (program / "Cargo.toml").write_text(f"""[package]
name = "generate"
edition = "2024"

[dependencies]
openapi-to-rust = {{ version = "={OPENAPI_TO_RUST}", default-features = false }}
prettyplease = "0.3"
progenitor = {{ version = "={PROGENITOR}", default-features = false }}
serde_yaml = "0.9"
syn = "3"

[profile.dev]
debug = 0

[workspace]
""")
    run("cargo", "build", folder=program, log=work / "generate.log")
    if not (work / "venv").exists():
        run(sys.executable, "-m", "venv", "venv", folder=work, log=work / "venv.log")
        package = f"openapi-generator-cli=={OPENAPI_GENERATOR}"
        run("venv/bin/pip", "install", package, folder=work, log=work / "venv.log")


def generate(work, generator, document, folder):
    """Writes the client; gives the lines of its driver's Cargo.toml."""
    log = folder / "generate.log"
    if generator == "openapi-generator":
        output = folder / "openapi"
        tool = work / "venv/bin/openapi-generator-cli"
        run(tool, "generate", "-g", "rust", "--library", "reqwest", "-i", document, "-o", output,
            folder=folder, log=log)
        return 'openapi = { path = "openapi", default-features = false }\n'
    output = folder / "src/generated"
    output.mkdir(parents=True, exist_ok=True)
    tool = work / "generate/target/debug/generate"
    run(tool, generator, document, output, folder=folder, log=log)
    if generator == "progenitor":
        return (
            f'progenitor-client = "={PROGENITOR}"\n'
            'bytes = "1"\nchrono = { version = "0.4", default-features = false, features = '
            '["serde"] }\nfutures-core = "0.3"\nregress = "0.11"\n'
            'reqwest = { version = "0.13", default-features = false, features = ["json", '
            '"query", "stream"] }\nserde = { version = "1", features = ["derive"] }\n'
            'serde_urlencoded = "0.7"\n'
        )
    required = (output / "REQUIRED_DEPS.toml").read_text()
    return without_tls(required)


def without_tls(required):
    lines = [line for line in required.splitlines() if "=" in line and not line.startswith("#")]
    return "\n".join(line.replace('"rustls", ', "").replace(', "rustls"', "") for line in lines
                     if not line.startswith(("serde_json", "tokio "))) + "\n"


def lines_of(folder, generator):
    if generator == "ours":
        files = [REPOSITORY / "src/generated.rs"]
    elif generator == "openapi-generator":
        files = (folder / "openapi/src").rglob("*.rs")
    else:
        files = (folder / "src/generated").rglob("*.rs")
    return sum(len(file.read_text().splitlines()) for file in files)


def measure(work, generator, document, path):
    """The rows of one client, from one document."""
    folder = work / f"{generator}-{document}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    try:
        if generator == "ours":
            dependencies = (
                f'netsapiens-connections = {{ path = "{REPOSITORY}", default-features = false }}\n'
            )
        else:
            dependencies = generate(work, generator, path, folder)
    except Failed as error:
        return {"generates": f"no: {error}"}
    rows = {"generates": "yes", "lines": str(lines_of(folder, generator))}
    (folder / "Cargo.toml").write_text(
        DRIVER.format(dependencies=dependencies, repository=REPOSITORY)
    )
    driver = (HERE / "driver.rs").read_text()
    if (folder / "src/generated").exists():
        driver = driver.replace("mod client;", "mod client;\n#[allow(warnings)]\nmod generated;")
    (folder / "src/main.rs").write_text(driver)
    client = "ours" if generator == "ours" else f"{generator}-{document}"
    shutil.copy(HERE / f"clients/{client}.rs", folder / "src/client.rs")
    run("cargo", "fetch", folder=folder, log=folder / "fetch.log")
    # Cold: nothing is built yet, so that the figure is what a first build costs.
    target = work / "target"
    shutil.rmtree(target, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        run("cargo", "build", "--offline", "--target-dir", target, folder=folder,
            log=folder / "build.log")
        rows["compiles"] = "yes"
    except Failed as error:
        return rows | {"compiles": f"no: {error}"}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rows["build"] = f"{cpu:.0f} s"
    tree = run("cargo", "tree", "--offline", "--prefix", "none", "--edges", "normal,build",
               folder=folder, log=folder / "tree.log")
    rows["packages"] = str(len({line.split(" (")[0] for line in tree.splitlines() if line}) - 1)
    printed = run(target / "debug/driver", REPOSITORY / "tests/recordings", folder=folder,
                  log=folder / "driver.log")
    return rows | dict(line.split("\t", 1) for line in printed.splitlines() if "\t" in line)


ROWS = [
    ("generates", "the generator reads the document"),
    ("compiles", "the generated code compiles"),
    ("recordings decoded", "recorded lists and trunks decoded"),
    ("recordings kept", "… and serialized again without loss"),
    ("odd values decoded", "trunks with one odd value decoded"),
    ("odd values kept", "… and serialized again without loss"),
    ("path", "`DELETE` of a trunk named `..`"),
    ("debug", "SIP password in the `Debug` of a trunk"),
    ("empty 202 to a create", "create: 202 without a body"),
    ("empty 202 to a delete", "delete: 202 without a body"),
    ("502", "list: 502 with a gateway's HTML page"),
    ("lost create", "create: the connection breaks before the response"),
    ("lost create said", "… and the error's message"),
    ("busy read", "list: 503 twice, then 200"),
    ("lines", "lines of generated code"),
    ("packages", "packages, without TLS"),
    ("build", "processor time of a cold debug build, without TLS"),
]


def row(cells):
    return "| " + " | ".join(cells) + " |"


def escaped(text):
    return text.replace("|", "\\|").replace("\n", " ")


def measured(work, generator, document, path):
    """The rows of one client, of an earlier run if all that they depend on is the same."""
    version = f"{PROGENITOR} {OPENAPI_TO_RUST} {OPENAPI_GENERATOR}"
    client = HERE / f"clients/{generator}-{document}.rs"
    files = [HERE / "driver.rs", HERE / "generate.rs", path, *([client] if client.exists() else [])]
    files += sorted((REPOSITORY / "tests/recordings").rglob("*.json"))
    digest = hashlib.sha256(version.encode() + b"".join(file.read_bytes() for file in files))
    kept = work / f"{generator}-{document}.json"
    if generator != "ours" and kept.exists():
        earlier = json.loads(kept.read_text())
        if earlier["input"] == digest.hexdigest():
            return earlier["rows"]
    rows = measure(work, generator, document, path)
    kept.write_text(json.dumps({"input": digest.hexdigest(), "rows": rows}, indent=1))
    return rows


def columns(rows, document):
    yield "this crate, from ours", rows["ours", "ours"]
    for generator in GENERATORS:
        yield generator, rows[generator, document]
        if document == "vendor" and (generator, "vendor-3.0") in rows:
            yield f"{generator}, converted", rows[generator, "vendor-3.0"]


def table(columns, messages):
    """One column a client. A long cell becomes the number of its message, which is added to
    `messages` with the clients and cases that it is of."""
    columns = list(columns)

    def cell(text, client, case):
        short = text.replace(BASE_PATH, "")
        if len(short) <= CELL:
            return escaped(short)
        result, _, message = text.partition(": ")
        if result not in RESULTS:
            result, message = "", text
        clients, cases = messages.setdefault(message, ({}, {}))
        clients[client.partition(",")[0]] = cases[case] = None
        return f"{result} ({list(messages).index(message) + 1})".strip()

    yield row(["", *(name for name, _ in columns)])
    yield "|---" * (len(columns) + 1) + "|"
    case = None
    for key, title in ROWS:
        case = case if title.startswith("…") else title
        cells = (cell(rows.get(key, "–"), client, case) for client, rows in columns)
        yield row([title, *cells])


def tables(rows):
    """What the page has between the two comments."""
    messages = {}
    yield row(["", "version", "called with"])
    yield "|---|---|---|"
    yield row(["this crate", "this repository", "default settings"])
    for name, url, version, settings in [
        ("progenitor", "https://github.com/oxidecomputer/progenitor", PROGENITOR,
         "default settings"),
        ("openapi-to-rust", "https://github.com/gpu-cli/openapi-to-rust", OPENAPI_TO_RUST,
         "default settings, async client"),
        ("openapi-generator", "https://openapi-generator.tech", OPENAPI_GENERATOR,
         "`-g rust --library reqwest`"),
    ]:
        yield row([f"[{name}]({url})", version, settings])
    for title, document in [
        ("From the vendor's document", "vendor"),
        ("From this repository's document", "ours"),
    ]:
        yield f"\n## {title}\n"
        yield from table(columns(rows, document), messages)
    yield "\n## Messages\n"
    yield "A number in parentheses above stands for the message that the client gives.\n"
    yield "| number | client | in the row | message |\n|---|---|---|---|"
    for number, (text, (clients, cases)) in enumerate(messages.items(), 1):
        text = text if len(text) <= MESSAGE else text[: MESSAGE - 1] + "…"
        said = f"`` {escaped(text)} ``"
        yield row([str(number), ", ".join(clients), "; ".join(cases), said])
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True)
    version = " ".join(rustc.stdout.split()[:2])
    yield f"\nMeasured on {time.strftime('%Y-%m-%d')} with {version} on {os.cpu_count()} cores."


def main():
    if BEGIN not in PAGE.read_text() or END not in PAGE.read_text():
        sys.exit(f"{PAGE} lacks the comments between which the tables stand")
    vendor = pathlib.Path(sys.argv[1]).resolve()
    work = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()).resolve()
    work.mkdir(parents=True, exist_ok=True)
    prepare(work)
    documents = {
        "vendor": vendor,
        "vendor-3.0": work / "vendor-3.0.json",
        "ours": REPOSITORY / "openapi/connections.yaml",
    }
    convert(vendor, documents["vendor-3.0"])

    rows = {}
    for generator in ["ours", *GENERATORS]:
        for document, path in documents.items():
            if generator == "ours" and document != "ours":
                continue
            if document == "vendor-3.0" and rows[generator, "vendor"]["generates"] == "yes":
                continue
            rows[generator, document] = measured(work, generator, document, path)
            print(generator, document, rows[generator, document], file=sys.stderr, flush=True)

    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(tables(rows)) + "\n\n" + END + after)


if __name__ == "__main__":
    main()
