//! How fast traffic is judged, beside a plain parse-and-validate by the `jsonschema` crate, and how
//! much memory it takes as the corpus grows.
//!
//! The plain one has all that speed asks for and nothing more: it reads the whole file at once,
//! hands the lines to the same threads as ours (rayon), parses each into a [`Recording`] and asks
//! `is_valid` of its body. Processor time stands beside the time that passed, as it suffers less
//! from what else the machine does.
//!
//! `cargo bench -p openapi-traffic --bench validate`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use http_recording::Recording;
use located::Source;
use openapi_traffic::{Spec, corpus};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

const EXCHANGES: usize = 2_000;
const OBJECTS: usize = 10;
/// One trunk in so many registers, and so has the object with the live state.
const REGISTERS: usize = 8;
const ROUNDS: usize = 7;
/// Tells a child process to judge one corpus and say what it took.
const CHILD: &str = "VALIDATE_BENCH_CHILD";

fn main() -> anyhow::Result<()> {
    if let Some(corpus) = std::env::var_os(CHILD) {
        return measure_memory(&PathBuf::from(corpus));
    }
    let folder = tempfile::tempdir()?;
    let ndjson = folder.path().join("x1.ndjson");
    let bytes = write_lines(&ndjson, EXCHANGES)?;
    println!(
        "{} objects in {EXCHANGES} exchanges, {:.1} MB of bodies, {} threads, best of {ROUNDS}",
        EXCHANGES * OBJECTS,
        megabytes(bytes),
        rayon::current_num_threads()
    );
    compare(&ndjson)?;

    println!("\npeak memory as the corpus grows");
    for factor in [1, 4] {
        let lines = folder.path().join(format!("x{factor}.ndjson"));
        let files = folder.path().join(format!("x{factor}"));
        let bytes = write_lines(&lines, EXCHANGES * factor)?;
        write_files(&files, EXCHANGES * factor)?;
        for (name, path) in [("NDJSON", &lines), ("folder", &files)] {
            let peak = peak_of_child(path)?;
            println!(
                "  ×{factor}  {name}  {:>6.1} MB of bodies  {peak:>5.1} MB at most",
                megabytes(bytes)
            );
        }
    }
    Ok(())
}

/// Both ways in turn, so that neither has the quieter machine.
fn compare(path: &Path) -> anyhow::Result<()> {
    let spec = Spec::load(spec_source()?)?;
    let schema = plain_schema()?;
    let plain = jsonschema::draft4::new(&schema).map_err(|error| anyhow::anyhow!("{error}"))?;
    let (mut ours, mut theirs) = (Took::MAX, Took::MAX);
    for _ in 0..ROUNDS {
        ours = ours.min(took(|| judge(&spec, path))?);
        theirs = theirs.min(took(|| validate_plainly(&plain, path))?);
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    for (name, Took { time, processor }) in [
        ("judged with evidence", ours),
        ("parsed and is_valid (jsonschema)", theirs),
    ] {
        println!(
            "  {name:<33} {:>6.0} ms  {:>6.0} ms of processor time",
            milliseconds(time),
            milliseconds(processor)
        );
    }
    let ratio = |ours: Duration, theirs: Duration| ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "  {:<33} {:>6.2}     {:>6.2}",
        "ratio",
        ratio(ours.time, theirs.time),
        ratio(ours.processor, theirs.processor)
    );
    Ok(())
}

/// What something cost.
#[derive(Clone, Copy)]
struct Took {
    time: Duration,
    /// Of all threads.
    processor: Duration,
}

impl Took {
    const MAX: Took = Took {
        time: Duration::MAX,
        processor: Duration::MAX,
    };

    fn min(self, other: Took) -> Took {
        Took {
            time: self.time.min(other.time),
            processor: self.processor.min(other.processor),
        }
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

/// What all threads of this process have spent in user mode.
fn processor_time() -> anyhow::Result<Duration> {
    let status = std::fs::read_to_string("/proc/self/stat")
        .context("processor time is read from Linux's /proc")?;
    // After the name, which may hold anything, in parentheses; Linux counts in hundredths of a
    // second.
    let fields = status.rsplit_once(')').context("no name")?.1;
    let ticks: u64 = fields
        .split_whitespace()
        .nth(11)
        .context("no utime")?
        .parse()?;
    Ok(Duration::from_millis(ticks * 10))
}

fn validate_plainly(schema: &jsonschema::Validator, path: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let is_valid = |line: &&str| {
        let recording: Recording = serde_json::from_str(line)?;
        Ok(schema.is_valid(recording.response.body.as_ref().unwrap_or(&Value::Null)))
    };
    let valid = lines
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
    let trunks: Vec<Value> = (0..OBJECTS)
        .map(|index| trunk(number * OBJECTS + index))
        .collect();
    json!({
        "format": 1,
        "meta": {"origin": "synthetic"},
        "request": {
            "method": "GET", "path": "/domains/{domain}/connections", "params": {"domain": "acme.example"},
            "headers": {"accept": "application/json"},
        },
        "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": trunks},
    })
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
                Kind::Number => json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
                Kind::DateTime => json!({"type": "string", "format": "date-time"}),
                Kind::Any => json!({}),
                Kind::Text => json!({"type": "string", "nullable": true}),
            };
            ((*field).to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "properties": properties})
}

/// What somebody would write by hand for the same answers, without our lowering.
fn plain_schema() -> anyhow::Result<Value> {
    let properties = |fields: &[&str]| -> Value {
        let schema = |field: &&str| match kind(field) {
            Kind::YesNo => json!({"type": "string"}),
            Kind::Count => json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
            Kind::Number => json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
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
        "items": {"type": "object", "required": ["domain", "connection-orig-match-pattern"], "properties": trunk},
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
