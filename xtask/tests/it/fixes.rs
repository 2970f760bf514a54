//! `--fix` on damaged copies of our document: a claim is taken out, and the recordings put it back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use document_edit::{Edit, Position, apply};
use located::{Source, openapi, pointer};
use openapi_traffic::fix::{self, Fixes, Refusal};
use openapi_traffic::report::{Report, Tool};
use openapi_traffic::{Options, run};
use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::fixes::generates;
use xtask::workspace::{RECORDINGS, SPEC, workspace_root};

/// A copy of the document without one of its claims, and traffic.
struct Damaged {
    _folder: TempDir,
    options: Options,
}

impl Damaged {
    fn new(text: &str, recordings: PathBuf) -> Damaged {
        let folder = TempDir::new().expect("a temporary folder");
        let spec = folder.path().join("connections.yaml");
        fs::write(&spec, text).expect("a file can be written");
        let options = Options {
            spec,
            paths: vec![recordings],
            ..Options::default()
        };
        Damaged {
            _folder: folder,
            options,
        }
    }

    fn report(&self) -> Report {
        run(&self.options, Tool::default(), &(), &mut || ())
    }

    fn fixes(&self, report: &Report, accept: &dyn Fn(&Source) -> Refusal) -> Fixes {
        let fixes = fix::propose(&self.options, report, &(), accept);
        fixes.expect("the document can be read")
    }
}

/// The recordings, each as if somebody had captured it.
fn captured() -> TempDir {
    let copy = TempDir::new().expect("a temporary folder");
    let root = workspace_root().join(RECORDINGS);
    for path in http_recording::files(&root) {
        let path = path.expect("a recording");
        let text = fs::read_to_string(&path).expect("a text");
        let below = path.strip_prefix(&root).expect("below the folder");
        // Some must be refused, by relations that are not read here.
        if below.starts_with("negative") {
            continue;
        }
        let text = text.replace(r#""origin": "synthetic""#, r#""origin": "captured""#);
        let target = copy.path().join(below);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::write(target, text).expect("a file can be written");
    }
    copy
}

fn document() -> Source {
    Source::read(workspace_root().join(SPEC)).expect("the document")
}

/// The claims of the document that traffic can contradict when they are gone: the kind, and the
/// edits that take one away.
fn claims(document: &Value) -> Vec<(&'static str, String, Vec<Edit>)> {
    let mut claims = Vec::new();
    let remove = |at: &str| vec![Edit::Remove { at: at.to_owned() }];
    for (at, value) in pointer::values(document) {
        let above = pointer::parent(&at).unwrap_or_default();
        let is_item_of = |list: &str| above.ends_with(&format!("/{list}"));
        if let Some(narrowed) = narrowed(&at, value) {
            claims.push(narrowed);
        }
        let kind = if is_item_of("x-extensible-enum") {
            "value"
        } else if is_item_of("properties") && at.starts_with("/components/schemas") {
            "property"
        } else if is_item_of("responses") && at.starts_with("/paths") {
            "status"
        } else if is_item_of("content") && at.contains("/responses/") {
            "media type"
        } else if is_item_of("parameters") && at.contains("/get/") {
            "parameter"
        } else if at.ends_with("/requestBody") {
            "request body"
        } else if is_item_of("anyOf") {
            "type"
        } else {
            continue;
        };
        claims.push((kind, at.clone(), remove(&at)));
    }
    claims
}

/// The edits that leave one type of a value that may have two.
fn narrowed(at: &str, value: &Value) -> Option<(&'static str, String, Vec<Edit>)> {
    let shared = value.pointer("/allOf/0/$ref").and_then(Value::as_str)?;
    let own = match shared.strip_prefix("#/components/schemas/")? {
        "TextOrInteger" => "string",
        "IntegerOrText" => "integer",
        _ => return None,
    };
    let at = format!("{at}/allOf");
    let edit = Edit::Swap {
        at: at.clone(),
        key: "type".to_owned(),
        value: json!(own),
    };
    Some(("one type of two", at, vec![edit]))
}

/// What a document claims of traffic: without what is said to people alone, in no order, and with
/// shared responses, and the types of shared schemas that say no more than a type, where they are
/// used.
fn claimed(document: &Value) -> Value {
    claimed_of(document, document)
}

fn claimed_of(document: &Value, value: &Value) -> Value {
    if let Some(shared) = openapi::local(value)
        && shared.starts_with("/components/responses/")
        && let Some(response) = document.pointer(shared)
    {
        return claimed_of(document, response);
    }
    if let Some([part]) = value
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        && let Some(target) = openapi::local(part).and_then(|it| document.pointer(it))
    {
        let target = claimed_of(document, target);
        if target.as_object().is_some_and(|it| it.keys().eq(["type"])) {
            let mut own = value.clone();
            if let Some(members) = own.as_object_mut() {
                members.remove("allOf");
                members.insert("type".to_owned(), target["type"].clone());
            }
            return claimed_of(document, &own);
        }
    }
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(key, value)| {
                let is_text = matches!(key.as_str(), "description" | "summary");
                // Links lead to other requests, and `password` is for forms.
                let is_hint = match key.as_str() {
                    "links" => value.is_object(),
                    "deprecated" => value.is_boolean(),
                    "example" => true,
                    "format" => *value == "password",
                    _ => key.starts_with("x-") && *key != "x-extensible-enum",
                };
                !(is_text && value.is_string() || is_hint)
            });
            kept.map(|(key, value)| (key.clone(), claimed_of(document, value)))
                .collect()
        }
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(|it| claimed_of(document, it)).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        scalar => scalar.clone(),
    }
}

/// What became of a claim that was taken out.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// No recording shows it.
    Unseen,
    Restored,
    /// The findings end, and the document says it in another way.
    Otherwise,
    NotOffered,
}

fn outcome(
    original: &Source,
    edits: &[Edit],
    recordings: &Path,
    accept: &dyn Fn(&Source) -> Refusal,
) -> Outcome {
    // The only item of a block cannot be taken out without the block.
    let Ok(text) = apply(original, edits) else {
        return Outcome::Unseen;
    };
    let damaged = Damaged::new(&text, recordings.to_owned());
    let report = damaged.report();
    assert_eq!(
        report.problems, [""; 0],
        "the damaged document cannot be judged"
    );
    if report.findings.is_empty() {
        return Outcome::Unseen;
    }
    let fixes = damaged.fixes(&report, accept);
    if std::env::var_os("FIX_ALL").is_some() {
        println!("{}", fixes.render());
    }
    let edited = Source::new(SPEC, fixes.edited().to_owned());
    let [edited, original] = [&edited, original].map(|it| it.value().expect("YAML"));
    let is_restored = claimed(&edited) == claimed(&original);
    match (is_restored, fixes.offered.is_empty()) {
        (true, _) => Outcome::Restored,
        (false, false) => Outcome::Otherwise,
        (false, true) => Outcome::NotOffered,
    }
}

/// How many claims of each kind are restored at least, of those that are tried.
const FLOORS: [(&str, usize); 8] = [
    ("media type", 1),
    ("one type of two", 7),
    ("parameter", 1),
    ("property", 25),
    ("request body", 2),
    ("status", 10),
    ("type", 4),
    ("value", 11),
];

/// The claims that are not restored as they were, and why.
const NOT_RESTORED: [(&str, &[&str]); 8] = [
    (
        "the recordings have strings alone, and the vendor an integer too, or a shortest length",
        &[
            "/components/schemas/ConnectionCreate/allOf/0/properties/domain",
            "/components/schemas/ConnectionCreate/allOf/0/properties/connection-orig-match-pattern",
            "/components/schemas/ConnectionCreate/allOf/0/properties/minimum-call-duration-second",
            "/components/schemas/ConnectionSettings/properties/connection-address",
            "/components/schemas/ConnectionSettings/properties/connection-sip-registration-realm",
            "/components/schemas/ConnectionSettings/properties/connection-translation-request-host",
            "/components/schemas/ConnectionSettings/properties/connection-translation-destination-host",
        ],
    ),
    (
        "a property of the same name elsewhere may be an integer too",
        &["/components/schemas/Registration/properties/connection-sip-registration-realm"],
    ),
    (
        "the recordings have `yes` and `no` alone",
        &[
            "/components/schemas/ConnectionSettings/properties/connection-audio-relay-enabled",
            "/components/schemas/ConnectionSettings/properties/connection-require-encrypted-audio-enabled",
        ],
    ),
    (
        "nothing shows a least number, or the size of an integer",
        &[
            "/components/schemas/ConnectionSettings/properties/minimum-call-duration-seconds",
            "/components/schemas/IntegerOrText/anyOf/0",
        ],
    ),
    (
        "in a body it stands beside the trunk's key, so that it is taken for a part of that",
        &["/components/schemas/ConnectionState/properties/active-calls-max-last-month"],
    ),
    (
        "no request has it, so that it is taken for a part of the state",
        &["/components/schemas/ConnectionSettings/properties/connection-sip-registration-password"],
    ),
    (
        "the recordings have an array of arrays, and the document claims no type",
        &["/components/schemas/ConnectionState/properties/call-routing"],
    ),
    (
        "it is not offered: only a documented recording shows it, or its name may be data",
        &[
            "/paths/~1connections~1count/get/responses/403",
            "/components/schemas/ConnectionSettings/properties/connection-block-media-in-sip-180-ringing",
        ],
    ),
];

#[test]
fn claims_of_all_kinds_that_are_taken_out_are_put_back() {
    let recordings = captured();
    let original = document();
    let value = original.value().expect("YAML");
    // Of what there is much of, a part; `FIX_ALL=1` takes everything.
    let all = std::env::var_os("FIX_ALL").is_some();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let chosen: Vec<_> = claims(&value)
        .into_iter()
        .filter(|(kind, _, _)| {
            let number = numbers.entry(kind).or_default();
            *number += 1;
            let step = match *kind {
                "property" => 3,
                "status" => 2,
                "parameter" => 7,
                _ => 1,
            };
            all || number.is_multiple_of(step)
        })
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let outcomes: Vec<(&str, String, Outcome)> = std::thread::scope(|scope| {
        let (chosen, original, recordings) = (&chosen, &original, recordings.path());
        let parts = (0..threads).map(|first| {
            scope.spawn(move || {
                let own = chosen.iter().skip(first).step_by(threads);
                let judge = |(kind, at, edits): &(_, String, Vec<Edit>)| {
                    let outcome = outcome(original, edits, recordings, &|_| Ok(()));
                    (*kind, at.clone(), outcome)
                };
                own.map(judge).collect::<Vec<_>>()
            })
        });
        let parts: Vec<_> = parts.collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().expect("it ends"))
            .collect()
    });
    let count = |wanted: &dyn Fn(&Outcome) -> bool| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (kind, _, _) in outcomes.iter().filter(|(_, _, it)| wanted(it)) {
            *counts.entry(kind).or_default() += 1;
        }
        counts
    };
    let seen = count(&|it| *it != Outcome::Unseen);
    let restored = count(&|it| *it == Outcome::Restored);
    let others: Vec<_> = outcomes
        .iter()
        .filter(|(_, _, it)| matches!(it, Outcome::Otherwise | Outcome::NotOffered))
        .collect();
    println!("seen {seen:?}\nrestored {restored:?}\nothers {others:#?}");
    let sum = |counts: &BTreeMap<&str, usize>| counts.values().sum::<usize>();
    assert!(sum(&restored) >= 40, "restored {restored:?} of {seen:?}");
    for (kind, least) in FLOORS {
        let count = restored.get(kind).copied().unwrap_or_default();
        assert!(count >= least, "{kind}: {count}, at least {least}");
    }
    assert_eq!(
        FLOORS.len(),
        restored.len(),
        "a floor for each of {restored:?}"
    );
    for (_, at, outcome) in others {
        let mut reasons = NOT_RESTORED.iter().flat_map(|(_, claims)| *claims);
        assert!(
            reasons.any(|it| it == at),
            "{at} is {outcome:?}, and nobody knows why"
        );
    }
    // Of each kind one is restored where the client must be generated, too.
    for (kind, _) in FLOORS {
        let mut of_kind = outcomes.iter();
        let (_, at, _) = of_kind
            .find(|(own, _, it)| *own == kind && *it == Outcome::Restored)
            .expect("one is restored");
        let (_, _, edits) = chosen.iter().find(|it| it.1 == *at).expect("its edits");
        let outcome = outcome(&original, edits, recordings.path(), &generates);
        assert_eq!(outcome, Outcome::Restored, "{kind}: {at}");
    }
}

#[test]
fn an_edit_from_which_no_client_can_be_generated_is_not_offered() {
    let original = document();
    let at = "/components/schemas/Registration/properties/watch".to_owned();
    let text = apply(&original, &[Edit::Remove { at }]).expect("an edit");
    let damaged = Damaged::new(
        &text,
        workspace_root().join(RECORDINGS).join("get_connection"),
    );
    let report = damaged.report();
    let fixes = damaged.fixes(&report, &generates);
    assert_eq!(fixes.offered.len(), 1, "{}", fixes.render());
    // With a claim elsewhere that the generator refuses, nothing is offered.
    let unfit = text.replace(
        "operationId: delete_connection",
        "operationId: list_connections",
    );
    let damaged = Damaged::new(
        &unfit,
        workspace_root().join(RECORDINGS).join("get_connection"),
    );
    let fixes = damaged.fixes(&damaged.report(), &generates);
    assert_eq!(fixes.offered, []);
    let reason = &fixes.refused[0].reason;
    assert!(
        reason.contains("the client cannot be generated"),
        "{reason}"
    );
}

/// A captured list of trunks whose response has another header.
fn captured_with(name: &str, value: Option<&str>) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let list = workspace_root()
        .join(RECORDINGS)
        .join("list_connections/200-two-trunks.json");
    let text = fs::read_to_string(list).expect("a recording");
    let mut recording: Value = serde_json::from_str(&text).expect("JSON");
    recording["meta"]["origin"] = json!("captured");
    if let Some(value) = value {
        recording["response"]["headers"][name] = json!(value);
    }
    let target = folder.path().join("list.json");
    fs::write(target, recording.to_string()).expect("a file can be written");
    folder
}

/// Our document with a header of the list of trunks.
fn document_with(name: &str, header: Value) -> Source {
    let edit = Edit::Insert {
        at: "/components/responses/Connections".to_owned(),
        key: "headers".to_owned(),
        value: json!({name: header}),
        position: Position::Last,
    };
    let text = apply(&document(), &[edit]).expect("an edit");
    Source::new(SPEC, text)
}

#[test]
fn a_claim_of_a_header_that_is_too_narrow_becomes_what_the_traffic_shows() {
    // As our document says it of properties.
    let shared = json!([{"$ref": "#/components/schemas/TextOrInteger"}]);
    let cases = [
        // The name, what is sent, the claim that is wrong, and the right one.
        (
            "X-Total",
            None,
            json!({"required": true, "schema": {"type": "integer"}}),
            json!({"schema": {"type": "integer"}}),
        ),
        (
            "X-Cache",
            Some("stale"),
            json!({"schema": {"type": "string", "enum": ["hit", "miss"]}}),
            json!({"schema": {"type": "string", "enum": ["hit", "miss", "stale"]}}),
        ),
        (
            "RateLimit-Limit",
            Some("100;w=60"),
            json!({"schema": {"type": "integer"}}),
            json!({"schema": {"allOf": shared}}),
        ),
        (
            "X-Load",
            Some("0.5"),
            json!({"schema": {"type": "integer"}}),
            json!({"schema": {"type": "number"}}),
        ),
    ];
    for (name, value, wrong, right) in cases {
        let recordings = captured_with(&name.to_ascii_lowercase(), value);
        let before = document_with(name, wrong);
        let damaged = Damaged::new(before.text(), recordings.path().to_owned());
        let fixes = damaged.fixes(&damaged.report(), &generates);
        let after = Source::new(SPEC, fixes.edited().to_owned());
        let [after, right] =
            [after, document_with(name, right)].map(|it| it.value().expect("YAML"));
        assert_eq!(claimed(&after), claimed(&right), "{}", fixes.render());
    }
}
