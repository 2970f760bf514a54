//! The relations: their examples, their evidence, and sessions of the embedded server.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_recording::{Recording, encode};
use located::Source;
use netsapiens_connections::Addressing;
use netsapiens_connections::fake::{
    EmptyDomain, FakeServer, Fault, GetMissing, ListPaging, Operation, Quirks, RegistrationShape,
    SYSTEM_KEY,
};
use openapi_traffic::{Exchange, Finding, Relations, Session, Severity, Spec, judge};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::recording;

fn spec() -> Spec {
    Spec::load(Source::read("../openapi/connections.yaml").unwrap()).unwrap()
}

fn relations(spec: &Spec) -> Relations {
    Relations::load(Source::read("../openapi/relations.yaml").unwrap(), spec).unwrap()
}

/// The relation that a finding is about.
fn relation_of(finding: &Finding) -> String {
    assert_eq!(finding.code, "NSV901", "{finding:?}");
    finding.message.split('`').nth(1).unwrap().to_owned()
}

fn exchange(source: Source) -> Arc<Exchange> {
    let recording = Recording::read(&source).unwrap();
    Arc::new(Exchange::new(recording, Arc::new(source), "", 0))
}

/// The recordings up to the one in this file, each after the one that it names.
fn chain(path: &Path) -> Vec<Arc<Exchange>> {
    let last = exchange(Source::read(path).unwrap());
    let after = last.recording.meta.after.as_ref();
    let mut chain = after.map_or_else(Vec::new, |it| chain(&path.parent().unwrap().join(it)));
    chain.push(last);
    chain
}

#[test]
fn each_relation_has_an_example_that_it_alone_rejects() {
    let spec = spec();
    let relations = relations(&spec);
    for relation in relations.all() {
        let path = format!("../tests/recordings/negative/relation-{}.json", relation.id);
        let chain = chain(path.as_ref());
        let (by_schema, _) = judge(&spec, chain.last().unwrap());
        assert_eq!(by_schema, [], "{path}");
        let found = relations.check(&spec, chain);
        let found: Vec<_> = found.iter().map(relation_of).collect();
        assert_eq!(found, [relation.id.as_str()], "{path}");
    }
}

#[test]
fn what_is_not_the_first_of_its_session_names_both_exchanges() {
    let spec = spec();
    let path = "../tests/recordings/negative/relation-created-is-read.json";
    let findings = relations(&spec).check(&spec, chain(path.as_ref()));
    let [finding] = &findings[..] else {
        panic!("{findings:?}")
    };
    let (here, before) = (
        finding.recording.as_ref().unwrap(),
        finding.before.as_ref().unwrap(),
    );
    let name = "limits-max-active-calls-orig";
    assert!(
        here.file
            .ends_with("negative/relation-created-is-read.json")
    );
    assert_eq!(here.pointer, format!("/response/body/0/{name}"));
    assert!(
        before
            .file
            .ends_with("create_connection/202-first-of-a-session.json")
    );
    assert_eq!(before.pointer, format!("/request/body/{name}"));
}

/// What sessions are made with and held against; each costs more than a session.
struct Laboratory {
    spec: Spec,
    relations: Relations,
    http: Client,
}

impl Laboratory {
    fn new() -> Self {
        let spec = spec();
        Laboratory {
            relations: relations(&spec),
            spec,
            http: Client::new(),
        }
    }
}

/// A client that keeps what it sends and gets.
struct Recorder<'s> {
    server: &'s FakeServer,
    addressing: Addressing,
    http: Client,
    exchanges: Vec<Arc<Exchange>>,
}

impl Recorder<'_> {
    /// The path of a trunk of a domain.
    fn one(&self, domain: &str, pattern: &str) -> String {
        let name = match self.addressing {
            Addressing::Base64Id => STANDARD.encode(pattern),
            Addressing::Base64UrlId => URL_SAFE_NO_PAD.encode(pattern),
            _ => pattern.to_owned(),
        };
        format!("/domains/{domain}/connections/{}", encode(&name))
    }

    async fn send(&mut self, method: Method, path: &str, query: &str, body: Value) {
        let url = format!("{}/ns-api/v2{path}?{query}", self.server.url());
        let request = self
            .http
            .request(method.clone(), url)
            .bearer_auth(SYSTEM_KEY);
        let request = match body {
            Value::Null => request,
            ref body => request.json(body),
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let mut recording = recording(method.as_str(), path, query, status);
        if !body.is_null() {
            recording["request"]["body"] = body;
        }
        match serde_json::from_str::<Value>(&text) {
            Ok(body) => recording["response"]["body"] = body,
            Err(_) => recording["response"]["text"] = text.into(),
        }
        let source = Source::new("session", recording.to_string());
        self.exchanges.push(exchange(source));
    }

    async fn get(&mut self, path: &str, query: &str) {
        self.send(Method::GET, path, query, Value::Null).await;
    }

    /// All reads there are.
    async fn read(&mut self, trunks: &[(&str, &str)]) {
        for (domain, pattern) in trunks {
            self.get(&self.one(domain, pattern), "").await;
            self.get(&format!("/domains/{domain}/connections"), "")
                .await;
        }
        for query in ["", "domain=acme.example", "start=1&limit=2"] {
            self.get("/connections", query).await;
            self.get("/connections/count", query).await;
        }
    }
}

const TRUNKS: [(&str, &str); 4] = [
    ("acme.example", "sip*@acme-pri.example"),
    ("acme.example", "sip*@pbx"),
    ("other.example", "sip*@acme-pri.example"),
    ("seeded.example", "sip*@trunk-000001.example"),
];

/// A session of creates, reads, updates and deletes of several trunks at once.
async fn session(http: &Client, server: &FakeServer, addressing: Addressing) -> Vec<Arc<Exchange>> {
    server.seed("seeded.example", 3);
    let mut client = Recorder {
        server,
        addressing,
        http: http.clone(),
        exchanges: Vec::new(),
    };
    client.read(&TRUNKS).await;
    for (domain, pattern) in &TRUNKS[..3] {
        let trunk = json!({
            "domain": domain,
            "connection-orig-match-pattern": pattern,
            "connection-sip-registration-username": "015555550100",
            "connection-sip-registration-expires-datetime": "2025-05-19 02:41:11",
            "connection-sip-transport-protocol": "TLS",
            "connection-translation-request-user": "",
            "limits-max-active-calls-orig": "4",
            "limits-max-active-calls-total": 6,
            "minimum-call-duration-second": "1",
            "synchronous": "yes",
            "utc-offset": "-7",
        });
        client
            .send(Method::POST, "/connections", "", trunk.clone())
            .await;
        server.set_calls(domain, pattern, 4, 2);
        client.read(&TRUNKS).await;
        client.send(Method::POST, "/connections", "", trunk).await;
    }
    for update in [
        json!({ "description": "Lab", "connection-orig-enabled": "no" }),
        json!({ "limits-max-active-calls-term": 2, "description": "" }),
        json!({}),
    ] {
        for (domain, pattern) in TRUNKS {
            let path = client.one(domain, pattern);
            client.send(Method::PUT, &path, "", update.clone()).await;
        }
        client.read(&TRUNKS).await;
    }
    // Written twice without a read between.
    let path = client.one(TRUNKS[0].0, TRUNKS[0].1);
    for description in ["A", "B"] {
        let update = json!({ "description": description });
        client.send(Method::PUT, &path, "", update).await;
    }
    client.read(&TRUNKS).await;
    for (domain, pattern) in &TRUNKS[1..] {
        let path = client.one(domain, pattern);
        client.send(Method::DELETE, &path, "", Value::Null).await;
        client.get(&path, "").await;
        client.send(Method::DELETE, &path, "", Value::Null).await;
    }
    let trunk = json!({
        "domain": TRUNKS[1].0,
        "connection-orig-match-pattern": TRUNKS[1].1,
        "dial-policy": "Permit All",
    });
    client.send(Method::POST, "/connections", "", trunk).await;
    client.read(&TRUNKS).await;
    client.exchanges
}

impl Laboratory {
    /// The relations that a session with a server breaks, and how often each was applied.
    async fn broken(
        &self,
        server: &FakeServer,
        addressing: Addressing,
    ) -> (BTreeSet<String>, Vec<u64>) {
        let exchanges = session(&self.http, server, addressing).await;
        let mut session = Session::new(&self.relations, &self.spec);
        let findings: Vec<_> = exchanges.iter().flat_map(|it| session.next(it)).collect();
        let broken = findings.iter().map(relation_of).collect();
        (broken, session.applied().to_vec())
    }
}

/// The switches of the embedded server, each alone.
fn switches() -> Vec<(&'static str, Quirks)> {
    macro_rules! quirks {
        ($($name:ident: $value:expr),*) => {
            Quirks::new()$(.$name($value))*
        };
    }
    vec![
        ("none", Quirks::default()),
        ("numbers_for_text", quirks!(numbers_for_text: true)),
        ("text_for_numbers", quirks!(text_for_numbers: true)),
        ("null_for_unset", quirks!(null_for_unset: true)),
        ("unknown_fields", quirks!(unknown_fields: true)),
        ("unknown_values", quirks!(unknown_values: true)),
        ("odd_dates", quirks!(odd_dates: true)),
        (
            "EmptyArray registration",
            quirks!(registration: RegistrationShape::EmptyArray),
        ),
        (
            "EmptyObject registration",
            quirks!(registration: RegistrationShape::EmptyObject),
        ),
        (
            "Absent registration",
            quirks!(registration: RegistrationShape::Absent),
        ),
        (
            "visibility_delay",
            quirks!(visibility_delay: Duration::from_secs(3_600)),
        ),
        ("Ignored", quirks!(paging: ListPaging::Ignored)),
        ("StartIgnored", quirks!(paging: ListPaging::StartIgnored)),
        ("StopsAt100", quirks!(paging: ListPaging::StopsAt100)),
        ("EmptyArray", quirks!(missing: GetMissing::EmptyArray)),
        ("NotFound", quirks!(empty_domain: EmptyDomain::NotFound)),
        (
            "missing_delete_accepted",
            quirks!(missing_delete_accepted: true),
        ),
        ("object_for_one", quirks!(object_for_one: true)),
        ("Base64Id", quirks!(addressing: Addressing::Base64Id)),
        ("Base64UrlId", quirks!(addressing: Addressing::Base64UrlId)),
    ]
}

/// The switches and faults that break a relation, each with those that it breaks; all others break
/// none.
const BREAKING: [(&str, &[&str]); 4] = [
    // A value that no document knows stands in place of the one that was sent.
    ("unknown_values", &["created-is-read", "updated-is-read"]),
    // For an hour, reads see what was before a write.
    ("visibility_delay", &["deleted-is-gone", "updated-is-read"]),
    ("Ignored", &["limit-is-the-most"]),
    // The response is a list of something else.
    ("nested ListConnections", &["count-is-the-length"]),
];

/// The relations that a switch or fault breaks.
fn breaks(name: &str) -> BTreeSet<String> {
    let known = BREAKING.iter().filter(|(it, _)| *it == name);
    known
        .flat_map(|(_, ids)| ids.iter().map(|id| (*id).to_owned()))
        .collect()
}

#[tokio::test]
async fn no_switch_breaks_a_relation_but_those_that_are_known_to() {
    let laboratory = Laboratory::new();
    for (name, quirks) in switches() {
        let addressing = quirks.addressing;
        let server = FakeServer::with_quirks(quirks).await;
        let (broken, _) = laboratory.broken(&server, addressing).await;
        assert_eq!(broken, breaks(name), "{name}");
    }
}

#[tokio::test]
async fn a_list_that_stops_short_is_not_taken_for_complete() {
    let laboratory = Laboratory::new();
    let quirks = Quirks::new().paging(ListPaging::StopsAt100);
    let server = FakeServer::with_quirks(quirks).await;
    server.seed("acme.example", 150);
    let (broken, _) = laboratory.broken(&server, Addressing::Pattern).await;
    assert_eq!(broken, BTreeSet::new());
}

#[tokio::test]
async fn a_session_applies_every_relation() {
    let laboratory = Laboratory::new();
    let server = FakeServer::start().await;
    let (_, applied) = laboratory.broken(&server, Addressing::Pattern).await;
    for (relation, times) in laboratory.relations.all().iter().zip(applied) {
        assert!(times > 0, "{}", relation.id);
    }
}

#[tokio::test]
async fn no_fault_breaks_a_relation_but_those_that_are_known_to() {
    let laboratory = Laboratory::new();
    let operations = [
        Operation::ListConnections,
        Operation::CreateConnection,
        Operation::CountConnections,
        Operation::ListDomainConnections,
        Operation::GetConnection,
        Operation::UpdateConnection,
        Operation::DeleteConnection,
    ];
    let faults = [
        ("busy", Fault::status(503)),
        ("lost", Fault::gateway_page(504).after_the_operation()),
        ("nested", Fault::nested(100)),
    ];
    for operation in operations {
        for (name, fault) in &faults {
            // Every other request of the operation.
            let server = FakeServer::start().await;
            for _ in 0..6 {
                server.fail(operation, Fault::none());
                server.fail(operation, fault.clone());
            }
            let (broken, _) = laboratory.broken(&server, Addressing::Pattern).await;
            let name = format!("{name} {operation:?}");
            assert_eq!(broken, breaks(&name), "{name}");
        }
    }
}

/// What the relations find in a session, one exchange a line: the relation and how severe it is.
/// `ALL` is the path of a domain's list, `ONE` that of a trunk; `KEY` and `SIP` are the members of
/// its key, and its pattern alone.
fn found(lines: &[&str]) -> Vec<(String, Severity)> {
    let spec = spec();
    let relations = relations(&spec);
    let mut session = Session::new(&relations, &spec);
    let mut found = Vec::new();
    for line in lines {
        let line = line
            .replace("ONE", "ALL/sip")
            .replace("ALL", "/domains/acme.example/connections")
            .replace("KEY", r#""domain": "acme.example", SIP"#)
            .replace("SIP", r#""connection-orig-match-pattern": "sip""#);
        let findings = session.next(&written(&line));
        found.extend(findings.iter().map(|it| (relation_of(it), it.severity)));
    }
    found
}

#[test]
fn nothing_is_found_where_a_correct_service_may_differ() {
    let hundred = format!("GET /connections -> 200 [{}]", ["{}"; 100].join(", "));
    let sessions: [(&str, &[&str]); 16] = [
        (
            "a REGISTER gives the address of a trunk",
            &[
                r#"POST /connections {KEY, "connection-address": "sip:1@a"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "connection-address": "sip:1@b"}]"#,
                r#"PUT ONE {"connection-address": "sip:1@c"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "connection-address": "sip:1@b"}]"#,
            ],
        ),
        (
            "a trunk of the own domain is deleted by the domain's name",
            &[
                r#"POST /connections {"domain": "~", SIP} -> 202"#,
                "DELETE ONE -> 202",
                r#"POST /connections {"domain": "~", SIP} -> 202"#,
                "GET ONE -> 200 [{KEY}]",
            ],
        ),
        (
            "a trunk is deleted by its base64",
            &[
                "POST /connections {KEY} -> 202",
                "DELETE ALL/c2lw -> 202",
                "POST /connections {KEY} -> 202",
            ],
        ),
        (
            "a created trunk is not visible yet",
            &[
                "POST /connections {KEY} -> 202",
                "GET ONE -> 404",
                "GET ONE -> 200 []",
                "GET ALL -> 200 []",
            ],
        ),
        (
            "a page before a create and a page after it",
            &[
                "GET /connections?start=0&limit=1 -> 200 [{KEY}]",
                r#"POST /connections {"domain": "b", "connection-orig-match-pattern": "0"} -> 202"#,
                "GET /connections?start=1&limit=1 -> 200 [{KEY}]",
                r#"GET /connections/count -> 200 {"total": 2}"#,
            ],
        ),
        (
            "a create whose response was lost is sent again",
            &[
                "POST /connections {KEY} -> 504",
                "POST /connections {KEY} -> 409",
            ],
        ),
        (
            "a delete whose response was lost is sent again",
            &[
                "POST /connections {KEY} -> 202",
                "DELETE ONE -> 504",
                "DELETE ONE -> 404",
                "POST /connections {KEY} -> 202",
            ],
        ),
        (
            "an update whose response was lost may be in force",
            &[
                r#"GET ONE -> 200 [{KEY, "dial-plan": "a"}]"#,
                r#"PUT ONE {"dial-plan": "b"} -> 502"#,
                r#"GET ONE -> 200 [{KEY, "dial-plan": "b"}]"#,
            ],
        ),
        (
            "numbers come as strings, and strings of digits as numbers",
            &[
                r#"POST /connections {KEY, "limits-max-active-calls-orig": "4"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "limits-max-active-calls-orig": 4}]"#,
                r#"PUT ONE {"connection-sip-registration-username": "0155"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "connection-sip-registration-username": 155}]"#,
            ],
        ),
        (
            "an empty setting gets a default",
            &[
                r#"POST /connections {KEY, "connection-sip-registration-password": ""} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "connection-sip-registration-password": "made"}]"#,
            ],
        ),
        (
            "calls, times and the registration change by themselves",
            &[
                r#"GET ONE -> 200 [{KEY, "active-calls-orig-current": 1, "registration": {}}]"#,
                r#"GET ALL -> 200 [{KEY, "active-calls-orig-current": 2, "registration": []}]"#,
                r#"GET ONE -> 200 [{KEY, "last-modified-datetime": ""}]"#,
                r#"GET ONE -> 200 [{KEY, "last-modified-datetime": "x"}]"#,
            ],
        ),
        (
            "a registration ends and begins again",
            &[
                r#"GET ONE -> 200 [{KEY, "registration": {"domain": "acme.example"}}]"#,
                r#"GET ONE -> 200 [{KEY, "registration": []}]"#,
                r#"GET ONE -> 200 [{KEY, "registration": {"domain": "acme.example"}}]"#,
            ],
        ),
        (
            "a device registers from another address",
            &[
                r#"GET ONE -> 200 [{KEY, "registration": {"contact": "a"}}]"#,
                r#"GET ONE -> 200 [{KEY, "registration": {"contact": "b"}}]"#,
            ],
        ),
        (
            "a filter leaves out the trunks that a domain has",
            &[
                "GET ONE -> 200 [{KEY}]",
                "GET ALL?termination-match=other -> 200 []",
                "GET ALL?start=1 -> 200 []",
            ],
        ),
        (
            "a system-wide trunk is in a list and cannot be addressed",
            &[
                r#"GET /connections -> 200 [{"domain": "*", SIP}]"#,
                "GET /domains/*/connections -> 200 []",
                "GET /domains/*/connections/sip -> 200 []",
            ],
        ),
        (
            "a list of 100 may have been cut short",
            &[&hundred, r#"GET /connections/count -> 200 {"total": 107}"#],
        ),
    ];
    for (case, lines) in sessions {
        // A list of a hundred times nothing has duplicates.
        let mut found = found(lines);
        found.retain(|(relation, _)| relation != "keys-are-unique");
        assert_eq!(found, [], "{case}");
    }
}

#[test]
fn what_another_client_or_a_slow_node_can_cause_is_no_error() {
    let sessions: [(&str, &[&str]); 8] = [
        // The node that responds last does not have the update yet.
        (
            "reads-agree",
            &[
                r#"PUT ONE {"description": "x"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "dial-plan": "new"}]"#,
                r#"GET ONE -> 200 [{KEY, "dial-plan": "old"}]"#,
            ],
        ),
        (
            "unsent-is-unchanged",
            &[
                r#"GET ONE -> 200 [{KEY, "dial-plan": "old"}]"#,
                r#"PUT ONE {"description": "x"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "dial-plan": "new"}]"#,
            ],
        ),
        // Somebody else has changed it.
        (
            "created-is-read",
            &[
                r#"POST /connections {KEY, "dial-plan": "a"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "dial-plan": "b"}]"#,
            ],
        ),
        (
            "updated-is-read",
            &[
                r#"PUT ONE {"dial-plan": "a"} -> 202"#,
                r#"GET ONE -> 200 [{KEY, "dial-plan": "b"}]"#,
            ],
        ),
        (
            "created-twice-is-refused",
            &[
                "POST /connections {KEY} -> 202",
                "POST /connections {KEY} -> 202",
            ],
        ),
        (
            "listed-is-read",
            &["GET ALL -> 200 [{KEY}]", "GET ONE -> 200 []"],
        ),
        (
            "domain-has-its-trunks",
            &["GET ONE -> 200 [{KEY}]", "GET ALL -> 200 []"],
        ),
        (
            "count-is-the-length",
            &[
                "GET /connections -> 200 [{KEY}]",
                r#"GET /connections/count -> 200 {"total": 2}"#,
            ],
        ),
    ];
    for (relation, lines) in sessions {
        let expected = [(relation.to_owned(), Severity::Warning)];
        assert_eq!(found(lines), expected, "{lines:?}");
    }
}

/// The blocks of the guide, each with its language.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let parts = page.split("\n```").skip(1).step_by(2);
    parts
        .map(|block| block.split_once('\n').expect("a block has a language"))
        .collect()
}

#[test]
fn the_examples_of_the_guide_are_true() {
    let page = std::fs::read_to_string("../docs/relations.md").unwrap();
    let blocks = blocks(&page);
    let spec = Spec::load(Source::new("api.yaml", blocks[0].1.to_owned())).unwrap();
    let mut lines = 0;
    for pair in blocks[1..].chunks(2) {
        let [("yaml", yaml), ("text", text)] = pair else {
            panic!("a relation and its exchanges: {pair:?}")
        };
        let source = Source::new("relations.yaml", (*yaml).to_owned());
        let relations = Relations::load(source, &spec).unwrap_or_else(|error| panic!("{error}"));
        let mut session = Session::new(&relations, &spec);
        // A long verdict stands on a line of its own.
        for line in text.replace("\n    # ", " # ").lines() {
            lines += 1;
            let (sent, expected) = line.rsplit_once("# ").expect(line);
            let applied = session.applied()[0];
            let found = session.next(&written(sent.trim()));
            let was_applied = session.applied()[0] > applied;
            let verdict = match (&found[..], was_applied) {
                ([], true) => "holds".to_owned(),
                ([], false) => "not applied".to_owned(),
                ([finding], _) => format!("{} {}", finding.code, finding.seen),
                _ => panic!("{line}: {found:?}"),
            };
            assert_eq!(verdict, expected, "{line}");
        }
    }
    assert!(lines >= 30, "{lines}");
}

/// An exchange, from `PUT /users/7 {"name": "A"} -> 204`.
fn written(line: &str) -> Arc<Exchange> {
    let (request, response) = line.split_once(" -> ").expect(line);
    let parts = |text: &str| {
        let (head, body) = match text.find(" {").or_else(|| text.find(" [")) {
            Some(at) => (text[..at].to_owned(), text[at..].trim().to_owned()),
            None => (text.to_owned(), String::new()),
        };
        (head, serde_json::from_str::<Value>(&body).ok())
    };
    let (head, sent) = parts(request);
    let (method, url) = head.split_once(' ').expect(line);
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let (status, received) = match response.split_once(' ') {
        Some((status, body)) => (status, Some(serde_json::from_str::<Value>(body).unwrap())),
        None => (response, None),
    };
    let mut recording = recording(method, path, query, status.parse().unwrap());
    for (side, body) in [("request", sent), ("response", received)] {
        if let Some(body) = body {
            recording[side]["body"] = body;
        }
    }
    exchange(Source::new("guide", recording.to_string()))
}
