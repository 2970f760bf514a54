//! Benchmarks: time and memory of validation, compared with plain parsing and validation by the
//! `jsonschema` crate, and how time grows with the input, with findings and with depth.
//!
//! The plain variant is the minimum: it has each body in memory as text, distributes them over the
//! same threads as ours (rayon), parses each and calls `is_valid`. It need not find the bodies in a
//! file. Processor time is shown beside elapsed time, because it depends less on other load. A
//! target, if there is one, applies to processor time (for memory, to the peak).
//!
//! - `cargo bench -p openapi-traffic --bench validate` prints all tables.
//! - `… -- --write-har FILE MEGABYTES FINDINGS SPEC` writes the HAR that is measured and its
//!   spec, for other tools (`redocly.sh` in this folder compares with one).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use located::Source;
use openapi_traffic::report::{Format, Tool};
use openapi_traffic::{Options, Spec, corpus, run};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// The size of the HAR that all targets speak of.
const HAR: usize = 39;
/// How many findings it has where it has any.
const FINDINGS: usize = 13_000;
/// The sizes at which growth is measured.
const SIZES: [usize; 6] = [2, 5, 10, 20, 40, 80];
const FORMATS: [Format; 5] = [
    Format::Human,
    Format::Json,
    Format::Sarif,
    Format::Junit,
    Format::Github,
];
const EXCHANGES: usize = 2_000;
const OBJECTS: usize = 10;
/// One trunk in so many registers, and so has the object with the live state.
const REGISTERS: usize = 8;
const ROUNDS: usize = 5;
/// What a clean HAR may cost, as a multiple of the plain way.
const CLEAN: f64 = 1.3;
/// What a HAR with findings may cost, as a multiple of the clean one.
const FOUND: f64 = 2.0;
/// What a HAR with relations may cost, as a multiple of the same without.
const RELATED: f64 = 1.5;
/// How many MB a run may take.
const MEMORY: f64 = 100.0;
/// By what share more, or less, than the input the time may grow.
const GROWTH: f64 = 0.2;
/// Makes a child process validate one corpus and report its cost.
const CHILD: &str = "VALIDATE_BENCH_CHILD";

fn main() -> anyhow::Result<()> {
    if let Some(corpus) = std::env::var_os(CHILD) {
        return measure_memory(&PathBuf::from(corpus));
    }
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {}
        ["--write-har", har, megabytes, findings, spec] => {
            std::fs::write(spec, spec_source()?.text())?;
            write_har(Path::new(har), megabytes.parse()?, findings.parse()?)?;
            return Ok(());
        }
        _ => anyhow::bail!("usage: [--write-har FILE MEGABYTES FINDINGS SPEC]"),
    }
    let folder = tempfile::tempdir()?;
    compare(folder.path())?;
    formats(folder.path())?;
    growth(folder.path())?;
    depth(folder.path())?;

    println!("\npeak memory as the corpus grows");
    for factor in [1, 4] {
        let lines = folder.path().join(format!("x{factor}.ndjson"));
        let files = folder.path().join(format!("x{factor}"));
        let har = folder.path().join(format!("x{factor}.har"));
        let bytes = write_lines(&lines, EXCHANGES * factor)?;
        write_files(&files, EXCHANGES * factor)?;
        write_har(&har, HAR * factor, 0)?;
        for (name, path) in [("NDJSON", &lines), ("folder", &files), ("HAR", &har)] {
            let peak = peak_of_child(path)?;
            println!(
                "  ×{factor}  {name:<6}  {:>6.1} MB of bodies  {peak:>5.1} MB at most{}",
                megabytes(bytes),
                target(peak <= MEMORY, &format!("at most {MEMORY} MB"))
            );
        }
    }
    Ok(())
}

/// Both ways in turn, so that neither has the quieter machine.
fn compare(folder: &Path) -> anyhow::Result<()> {
    let (har, ndjson) = (folder.join("clean.har"), folder.join("clean.ndjson"));
    let spec = Spec::load(spec_source()?)?;
    let schema = plain_schema()?;
    let plain = jsonschema::draft4::new(&schema).map_err(|error| anyhow::anyhow!("{error}"))?;
    let exchanges = write_har(&har, HAR, 0)?;
    let bytes = write_lines(&ndjson, exchanges)?;
    let bodies: Vec<_> = (0..exchanges).map(|it| trunks(it).to_string()).collect();
    println!(
        "{} objects in {exchanges} exchanges, {:.1} MB of bodies, {} threads, best and median \
         of {ROUNDS}",
        exchanges * OBJECTS,
        megabytes(bytes),
        rayon::current_num_threads()
    );
    let mut all: [Rounds; 3] = Default::default();
    for _ in 0..ROUNDS {
        all[0].add(took(|| validate_plainly(&plain, &bodies))?);
        all[1].add(took(|| judge(&spec, &har))?);
        all[2].add(took(|| judge(&spec, &ndjson))?);
    }
    let names = [
        "parsed and is_valid (jsonschema)",
        "judged, HAR",
        "judged, NDJSON",
    ];
    for (name, rounds) in names.iter().zip(&all) {
        println!("  {name:<33} {}", rounds.beside(&all[0]));
    }
    let relation = all[1].relation(&all[0]);
    println!(
        "  HAR by the plain way{}",
        target(
            relation <= CLEAN,
            &format!("{relation:.2}×, at most {CLEAN}×")
        )
    );
    Ok(())
}

/// A whole run with its report, clean and with many findings.
fn formats(folder: &Path) -> anyhow::Result<()> {
    let spec = folder.join("spec.json");
    std::fs::write(&spec, spec_source()?.text())?;
    let (clean, bad) = (folder.join("clean.har"), folder.join("bad.har"));
    write_har(&bad, HAR, FINDINGS)?;
    println!("\n{HAR} MB of HAR with its report, clean and with {FINDINGS} findings");
    for format in FORMATS {
        let (mut without, mut with) = (Rounds::default(), Rounds::default());
        for _ in 0..ROUNDS {
            without.add(took(|| report(&spec, &clean, format, 0))?);
            with.add(took(|| report(&spec, &bad, format, FINDINGS))?);
        }
        let name = format!("{format:?}");
        println!("  {name:<7} clean {}", without.beside(&without));
        println!(
            "  {:<7} found {}{}",
            "",
            with.beside(&without),
            target(
                with.relation(&without) <= FOUND,
                &format!("at most {FOUND}×")
            )
        );
    }
    relations(&spec, &clean, folder)
}

/// A run with a relation in which every exchange takes part: the file is still read once.
fn relations(spec: &Path, har: &Path, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join("relations.yaml");
    let relation = "- id: one-domain\n  says: The path has a domain.\n  \
                    exchange: list_domain_connections 200\n  assert: path.domain = path.domain\n";
    std::fs::write(&path, relation)?;
    let (mut without, mut with) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        without.add(took(|| report(spec, har, Format::Json, 0))?);
        let options = Options {
            relations: Some(path.clone()),
            ..options(spec, har)
        };
        with.add(took(|| report_of(&options, Format::Json, 0))?);
    }
    println!(
        "  with a relation {}{}",
        with.beside(&without),
        target(
            with.relation(&without) <= RELATED,
            &format!("at most {RELATED}×")
        )
    );
    Ok(())
}

/// Processor time as the input grows, findings with it.
fn growth(folder: &Path) -> anyhow::Result<()> {
    println!(
        "\nprocessor time in ms of a HAR with findings, best of {ROUNDS}, and by how much more it \
         grew than the HAR"
    );
    let mut largest: f64 = 0.0;
    let (spec, har) = (folder.join("spec.json"), folder.join("growing.har"));
    let mut before: Option<(usize, Vec<f64>)> = None;
    for size in SIZES {
        let findings = FINDINGS * size / HAR;
        write_har(&har, size, findings)?;
        let mut now = Vec::new();
        for format in FORMATS {
            let rounds = Rounds::of(ROUNDS, || report(&spec, &har, format, findings))?;
            now.push(milliseconds(rounds.processor[0]));
        }
        let cells = now.iter().enumerate().map(|(at, time)| {
            let grown = before
                .as_ref()
                .map_or(String::new(), |(size_before, times)| {
                    let grown = growth_beyond((*size_before, times[at]), (size, *time));
                    largest = largest.max(grown.abs());
                    format!("({:+.0} %)", grown * 100.0)
                });
            format!("{:?} {time:>5.0} {grown:<8}", FORMATS[at])
        });
        println!("  {size:>3} MB  {}", cells.collect::<Vec<_>>().join("  "));
        before = Some((size, now));
    }
    let words = format!(
        "at most {:.0} %, target ±{:.0} %",
        largest * 100.0,
        GROWTH * 100.0
    );
    println!("  all formats{}", target(largest <= GROWTH, &words));
    Ok(())
}

/// By what share a time grew more than what it was taken of.
fn growth_beyond(before: (usize, f64), now: (usize, f64)) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes are small")]
    let factor = now.0 as f64 / before.0 as f64;
    now.1 / before.1 / factor - 1.0
}

/// A target beside a figure.
fn target(met: bool, words: &str) -> String {
    format!(" [{words}: {}]", if met { "met" } else { "MISSED" })
}

/// Time as a value of a recursive schema gets deeper, with what is wrong at its end.
fn depth(folder: &Path) -> anyhow::Result<()> {
    let (spec, path) = (
        folder.join("recursive.yaml"),
        folder.join("recursive.ndjson"),
    );
    std::fs::write(&spec, include_str!("recursive.yaml"))?;
    println!("\n200 values of a recursive oneOf with a wrong leaf, by depth");
    let mut before: Option<(usize, f64)> = None;
    for depth in [10, 20, 40, 80, 100] {
        let leaf = json!({"left": 1, "leaf": "wrong"});
        let body = (0..depth).fold(leaf, |inner, _| json!({"left": 1, "next": inner}));
        let line = recorded("/nodes", body).to_string() + "\n";
        std::fs::write(&path, line.repeat(200))?;
        let rounds = Rounds::of(ROUNDS, || report(&spec, &path, Format::Json, 200))?;
        let [time, processor] =
            [&rounds.times, &rounds.processor].map(|them| milliseconds(them[0]));
        let words = before.map_or(String::new(), |before| {
            let grown = growth_beyond(before, (depth, processor));
            let words = format!("{:+.0} % beyond the depth, at most +20 %", grown * 100.0);
            target(grown <= GROWTH, &words)
        });
        println!("  {depth:>3}  {time:>5.0} ms, processor {processor:>5.0} ms{words}");
        before = Some((depth, processor));
    }
    Ok(())
}

fn options(spec: &Path, har: &Path) -> Options {
    Options {
        spec: spec.to_owned(),
        paths: vec![har.to_owned()],
        ..Options::default()
    }
}

fn report(spec: &Path, har: &Path, format: Format, findings: usize) -> anyhow::Result<()> {
    let options = Options {
        cases: format == Format::Junit,
        ..options(spec, har)
    };
    report_of(&options, format, findings)
}

fn report_of(options: &Options, format: Format, findings: usize) -> anyhow::Result<()> {
    let report = run(options, Tool::default(), &(), &mut || {});
    ensure!(report.problems.is_empty(), "{}", report.problems.join("; "));
    ensure!(
        report.findings.len() == findings,
        "{} findings, not {findings}",
        report.findings.len()
    );
    let length = report.render(format)?.len();
    ensure!(length > 0 || findings == 0, "an empty report");
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What something cost.
#[derive(Clone, Copy)]
struct Took {
    time: Duration,
    /// Of all threads.
    processor: Duration,
}

/// What something cost in each round.
#[derive(Default)]
struct Rounds {
    times: Vec<Duration>,
    processor: Vec<Duration>,
}

impl Rounds {
    fn of(rounds: usize, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Rounds> {
        let mut all = Rounds::default();
        for _ in 0..rounds {
            all.add(took(&mut work)?);
        }
        Ok(all)
    }

    fn add(&mut self, took: Took) {
        self.times.push(took.time);
        self.processor.push(took.processor);
        self.times.sort();
        self.processor.sort();
    }

    /// The processor time of the middle round as a multiple of that of another.
    fn relation(&self, other: &Rounds) -> f64 {
        let [own, other] =
            [self, other].map(|it| milliseconds(it.processor[it.processor.len() / 2]));
        own / other
    }

    /// Milliseconds of the fastest round and of the middle one, and their relation to those of
    /// another.
    fn beside(&self, other: &Rounds) -> String {
        let words = |own: &[Duration], other: &[Duration]| {
            let times = [0, own.len() / 2].map(|at| {
                let (own, other) = (milliseconds(own[at]), milliseconds(other[at]));
                format!("{own:>6.0} ms ({:.2}×)", own / other)
            });
            times.join(", median ")
        };
        format!(
            "{}; processor {}",
            words(&self.times, &other.times),
            words(&self.processor, &other.processor)
        )
    }
}

fn took(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Took> {
    let (start, processor) = (Instant::now(), processor_time()?);
    work()?;
    Ok(Took {
        time: start.elapsed(),
        processor: processor_time()? - processor,
    })
}

/// What all threads of this process have spent on processors. None of them ends before the process.
fn processor_time() -> anyhow::Result<Duration> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir("/proc/self/task").context("Linux's /proc is read")? {
        let spent = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let spent: u64 = spent
            .split_whitespace()
            .next()
            .context("no time")?
            .parse()?;
        nanoseconds += spent;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

fn validate_plainly(schema: &jsonschema::Validator, bodies: &[String]) -> anyhow::Result<()> {
    let is_valid = |body: &String| Ok(schema.is_valid(&serde_json::from_str(body)?));
    let valid = bodies
        .par_iter()
        .map(is_valid)
        .collect::<Result<Vec<bool>, serde_json::Error>>()?;
    ensure!(
        valid.iter().all(|valid| *valid),
        "the plain schema refuses the corpus"
    );
    Ok(())
}

fn judge(spec: &Spec, path: &Path) -> anyhow::Result<()> {
    let mut findings = 0;
    let summary = corpus::for_each(&[path.to_owned()], spec, &mut |judged| {
        findings += judged.findings.len();
    });
    ensure!(
        summary.problems.is_empty(),
        "{}",
        summary.problems.join("; ")
    );
    ensure!(
        findings == 0,
        "{findings} findings in a corpus that is in order"
    );
    ensure!(
        summary
            .evidence
            .rows(spec)
            .iter()
            .any(|row| row.name == "dial-plan" && row.seen > 0),
        "no evidence"
    );
    Ok(())
}

fn peak_of_child(path: &Path) -> anyhow::Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .env(CHILD, path)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let kilobytes: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(kilobytes / 1024.0)
}

/// Judges a corpus and prints the peak of the process's resident memory in kB.
fn measure_memory(path: &Path) -> anyhow::Result<()> {
    judge(&Spec::load(spec_source()?)?, path)?;
    let status = std::fs::read_to_string("/proc/self/status")
        .context("peak memory is read from Linux's /proc")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .context("no VmHWM")?;
    println!("{}", peak.trim().trim_end_matches(" kB"));
    Ok(())
}

/// Writes a corpus, and says of how many bytes its bodies are.
fn write_lines(path: &Path, exchanges: usize) -> anyhow::Result<usize> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut bytes = 0;
    for number in 0..exchanges {
        let exchange = exchange(number);
        bytes += exchange["response"]["body"].to_string().len();
        writeln!(file, "{exchange}")?;
    }
    file.flush()?;
    Ok(bytes)
}

fn write_files(folder: &Path, exchanges: usize) -> anyhow::Result<()> {
    std::fs::create_dir(folder)?;
    for number in 0..exchanges {
        std::fs::write(
            folder.join(format!("{number:05}.json")),
            exchange(number).to_string(),
        )?;
    }
    Ok(())
}

fn exchange(number: usize) -> Value {
    recorded("/domains/acme.example/connections", trunks(number))
}

fn trunks(number: usize) -> Value {
    let trunks = 0..OBJECTS;
    trunks
        .map(|index| trunk(number * OBJECTS + index))
        .collect()
}

fn recorded(path: &str, body: Value) -> Value {
    json!({
        "format": 1,
        "meta": {"origin": "synthetic"},
        "request": {"method": "GET", "path": path, "headers": {"accept": "application/json"}},
        "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": body},
    })
}

/// Writes a HAR of one line, as browsers save it, until it has so many megabytes; its findings are
/// of all kinds and in all parts of it. Says how many exchanges it has.
fn write_har(path: &Path, megabytes: usize, findings: usize) -> anyhow::Result<usize> {
    let mut file = BufWriter::new(File::create(path)?);
    write!(
        file,
        r#"{{"log":{{"version":"1.2","creator":{{"name":"bench","version":"1"}},"entries":["#
    )?;
    // About what an entry has, so that findings are spread over all of them.
    let entries = (megabytes * 1_000_000) / har_entry(0, 0)?.len();
    let (mut bytes, mut number, mut planted) = (0, 0, 0);
    while bytes < megabytes * 1_000_000 || planted < findings {
        let wrong = (findings * (number + 1) / entries).min(findings) - planted;
        planted += wrong;
        let entry = har_entry(number, wrong)?;
        bytes += entry.len() + 1;
        write!(file, "{}{entry}", if number == 0 { "" } else { "," })?;
        number += 1;
    }
    write!(file, "]}}}}")?;
    file.flush()?;
    Ok(number)
}

fn har_entry(number: usize, findings: usize) -> anyhow::Result<String> {
    let mut body = trunks(number);
    for finding in 0..findings {
        let trunk = body.get_mut(finding % OBJECTS).context("a trunk")?;
        trunk[FIELDS[2 + finding / OBJECTS]] = json!({});
        if finding % 2 == 1 {
            let field = FIELDS[2 + finding / OBJECTS];
            trunk
                .as_object_mut()
                .context("an object")?
                .swap_remove(field);
            trunk[&format!("new-{}", finding / OBJECTS)] = json!(finding);
        }
    }
    let text = body.to_string();
    Ok(json!({
        "startedDateTime": "2025-01-01T00:00:00.000Z",
        "time": 12,
        "request": {
            "method": "GET",
            "url": "https://api.acme.example/domains/acme.example/connections",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Accept", "value": "application/json"}],
            "queryString": [],
            "headersSize": -1,
            "bodySize": -1,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": text.len(), "mimeType": "application/json", "text": text},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 12, "receive": 0},
    })
    .to_string())
}

fn trunk(number: usize) -> Value {
    let mut trunk = Map::new();
    for (index, field) in FIELDS.iter().enumerate() {
        trunk.insert((*field).to_owned(), value(field, number + index));
    }
    if number.is_multiple_of(REGISTERS) {
        let registration: Map<String, Value> = REGISTRATION
            .iter()
            .map(|field| ((*field).to_owned(), value(field, number)))
            .collect();
        trunk.insert("registration".to_owned(), registration.into());
    }
    trunk.into()
}

/// A value as the field's name asks for.
fn value(field: &str, number: usize) -> Value {
    match kind(field) {
        Kind::YesNo => if number.is_multiple_of(2) {
            "yes"
        } else {
            "no"
        }
        .into(),
        Kind::Count => (number % 100).into(),
        Kind::Number => ((number % 1000) as f64 / 1e4 + 0.00001).into(),
        Kind::DateTime => format!("2025-09-{:02}T14:59:24+00:00", number % 28 + 1).into(),
        Kind::Any => json!([[]]),
        // Most texts are unset.
        Kind::Text if number.is_multiple_of(3) => format!("pbx-{number}.acme.example").into(),
        Kind::Text => "".into(),
    }
}

#[derive(Clone, Copy)]
enum Kind {
    YesNo,
    Count,
    Number,
    DateTime,
    Any,
    Text,
}

fn kind(field: &str) -> Kind {
    if field.ends_with("-enabled") || field.starts_with("is-") {
        Kind::YesNo
    } else if field.starts_with("active-calls")
        || field.starts_with("limits")
        || field.ends_with("seconds")
    {
        Kind::Count
    } else if field.contains("latency") {
        Kind::Number
    } else if field.ends_with("datetime") {
        Kind::DateTime
    } else if field == "call-routing" {
        Kind::Any
    } else {
        Kind::Text
    }
}

/// The document in `connections.yaml` with the two object schemas made from the lists of fields.
fn spec_source() -> anyhow::Result<Source> {
    let mut document = Source::new(
        "connections.yaml",
        include_str!("connections.yaml").to_owned(),
    )
    .value()?;
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
        .context("no schemas")?;
    schemas.insert("Registration".to_owned(), object(REGISTRATION));
    let mut connection = object(FIELDS);
    connection["required"] = json!(["domain", "connection-orig-match-pattern"]);
    connection["properties"]["registration"] = json!({"$ref": "#/components/schemas/Registration"});
    schemas.insert("Connection".to_owned(), connection);
    Ok(Source::new("connections.json", document.to_string()))
}

fn object(fields: &[&str]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let schema = match kind(field) {
                Kind::YesNo => json!({"$ref": "#/components/schemas/YesNo"}),
                Kind::Count => json!({"type": "integer", "format": "int32"}),
                Kind::Number => json!({"type": "number", "minimum": 0}),
                Kind::DateTime => json!({"type": "string", "format": "date-time"}),
                Kind::Any => json!({}),
                Kind::Text => json!({"type": "string", "nullable": true}),
            };
            ((*field).to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "properties": properties})
}

/// What somebody would write by hand for the same responses, without our lowering.
fn plain_schema() -> anyhow::Result<Value> {
    let properties = |fields: &[&str]| -> Value {
        let schema = |field: &&str| match kind(field) {
            Kind::YesNo => json!({"type": "string"}),
            Kind::Count => json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
            Kind::Number => json!({"type": "number", "minimum": 0}),
            Kind::DateTime => json!({"type": "string", "format": "date-time"}),
            Kind::Any => json!({}),
            Kind::Text => json!({"type": ["string", "null"]}),
        };
        fields
            .iter()
            .map(|field| ((*field).to_owned(), schema(field)))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut trunk = properties(FIELDS);
    trunk["registration"] = json!({"type": "object", "properties": properties(REGISTRATION)});
    Ok(json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "array",
        "items": {
            "type": "object", "required": ["domain", "connection-orig-match-pattern"],
            "properties": trunk,
        },
    }))
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

const FIELDS: &[&str] = &[
    "domain",
    "connection-orig-match-pattern",
    "connection-term-match-pattern",
    "active-calls-max-this-month",
    "active-calls-orig-current",
    "active-calls-term-current",
    "call-routing",
    "connection-address",
    "connection-audio-relay-enabled",
    "connection-is-carrier-trunk",
    "connection-orig-enabled",
    "connection-record-all-calls-enabled",
    "connection-require-encrypted-audio-enabled",
    "connection-require-sip-authentication-enabled",
    "connection-sip-authenticate-as-client-enabled",
    "connection-sip-registration-datetime",
    "connection-sip-registration-expires-datetime",
    "connection-sip-registration-password",
    "connection-sip-registration-realm",
    "connection-sip-registration-username",
    "connection-sip-session-timer-enabled",
    "connection-sip-transport-protocol",
    "connection-source-ip-checking-enabled",
    "connection-term-enabled",
    "connection-translation-destination-user",
    "connection-translation-request-host",
    "connection-translation-request-user",
    "connection-translation-source-user",
    "description",
    "dial-plan",
    "dial-policy",
    "last-modified-datetime",
    "limits-max-active-calls-orig",
    "limits-max-active-calls-term",
    "limits-max-active-calls-total",
    "minimum-call-duration-seconds",
    "time-zone",
    "utc-offset",
];

const REGISTRATION: &[&str] = &[
    "domain",
    "connection-orig-match-pattern",
    "connection-term-match-pattern",
    "authenticate_register",
    "auto_ans",
    "call_processing_rule",
    "caller-id-number-emergency",
    "connection-audio-relay-enabled",
    "connection-orig-enabled",
    "connection-require-sip-authentication-enabled",
    "connection-sip-authenticate-as-client-enabled",
    "connection-sip-registration-datetime",
    "connection-sip-registration-password",
    "connection-sip-registration-realm",
    "connection-term-enabled",
    "contact",
    "core-server",
    "created-datetime",
    "del_latency",
    "device-provisioning-sip-transport-protocol",
    "device-sip-allowed-user-agent",
    "device-sip-latency-seconds-average",
    "device-sip-latency-seconds-current",
    "device-sip-registration-expires-datetime",
    "device-sip-registration-expiry-seconds",
    "device-sip-registration-state",
    "dial-plan",
    "dial-policy",
    "emergency-address-id",
    "from_address",
    "received_from",
    "requires",
    "service-code",
    "subscriber_name",
    "term_scheme",
    "term_user_trans",
    "user_agent",
    "wan_ua",
    "watch",
];
