//! HAR files as the tools write them that people use, of a shop whose document is not ours: what is
//! right in them gives no finding, and each fault that is planted gives its own.
//!
//! `chrome.har` is shaped as the export of its developer tools, which leaves credentials out;
//! `firefox.har` as that of Firefox; `mitmproxy.har` as that of a proxy.

use serde_json::Value;

use crate::bench::Bench;

const BOOKSHOP: &str = include_str!("hars/bookshop.yaml");
const CHROME: &str = include_str!("hars/chrome.har");
const FIREFOX: &str = include_str!("hars/firefox.har");
const MITMPROXY: &str = include_str!("hars/mitmproxy.har");
const HANDWRITTEN: &str = include_str!("hars/handwritten.har");

fn judge(har: &str) -> Value {
    let bench = Bench::new();
    bench.write("bookshop.yaml", BOOKSHOP).write("a.har", har);
    let run = bench.validate(["--spec", "bookshop.yaml", "a.har", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["problems"], Value::Array(Vec::new()));
    report
}

/// Holds that a file is clean: how many exchanges were validated, what was skipped and what was
/// not validated, as `first × count: reason`.
fn clean(har: &str, exchanges: u64, skipped: &[&str], unchecked: &[&str]) {
    let report = judge(har);
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["summary"]["exchanges"], exchanges);
    let list = |name: &str| -> Vec<String> {
        let rows = report[name].as_array().expect("a list").iter();
        let text = |row: &Value, key: &str| row[key].as_str().expect("a string").to_owned();
        let line = |row: &Value| {
            let (first, reason) = (text(row, "first"), text(row, "reason"));
            let first = first.replace("a.har#/log/entries/", "");
            format!("{first} × {}: {reason}", row["count"])
        };
        rows.map(line).collect()
    };
    assert_eq!(list("skipped"), skipped);
    assert_eq!(list("unchecked"), unchecked);
}

/// A fault: what is written, what is written in its place, and the findings: code, exchange and
/// place in it.
type Fault<'f> = (&'f str, &'f str, &'f [(&'f str, &'f str, &'f str)]);

/// Holds that the faults, planted all at once, give exactly their findings.
fn finds(har: &str, faults: &[Fault<'_>]) {
    let mut planted = har.to_owned();
    let mut expected = Vec::new();
    for (written, instead, findings) in faults {
        assert_eq!(planted.matches(written).count(), 1, "{written}");
        planted = planted.replace(written, instead);
        expected.extend(
            findings
                .iter()
                .map(|(code, exchange, at)| [*code, *exchange, *at]),
        );
    }
    let report = judge(&planted);
    let findings = report["findings"].as_array().expect("a list").iter();
    let mut found: Vec<_> = findings
        .map(|it| ["code", "exchange", "at"].map(|key| it[key].as_str().unwrap_or_default()))
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

const NO_FORMAT: &str = "bookshop.yaml:43:47 × 1: the format `uri-reference` is not known";
const PREFLIGHT: &str = "2 × 1: a browser asked whether it may send a request (CORS preflight)";
const ELSEWHERE: &str = "0 × 1: sent to another host or base path than those in scope";

#[test]
fn what_chrome_saves_is_validated() {
    clean(
        CHROME,
        8,
        &[
            PREFLIGHT,
            "10 × 1: no response (status 0)",
            "12 × 1: not HTTP but data",
            "11 × 1: not HTTP but wss",
            ELSEWHERE,
        ],
        &[
            "8 × 2: security scheme `session`: recordings do not keep the header that carries it",
            "3 × 2: security scheme `token`: recordings do not keep the header that carries it",
            "5 × 1: the body of a response is not in the recording",
            NO_FORMAT,
            "9 × 1: the header `set-cookie`: recordings do not keep its header",
        ],
    );
}

#[test]
fn what_is_wrong_in_what_chrome_saves_is_found() {
    finds(
        CHROME,
        &[
            (
                "api.acme.example/v2/books?genre=poetry,science%20fiction&limit=2",
                "api.acme.example/v2/books?genre=poetry,science%20fiction&limit=0",
                &[("NSV105", "GET /books 200", "/request/query/limit")],
            ),
            (
                r#""value": "118""#,
                r#""value": "many""#,
                &[(
                    "NSV208",
                    "GET /books 200",
                    "/response/headers/x-total-count",
                )],
            ),
            (
                r#"\"price\":12.5"#,
                r#"\"price\":\"12.5\""#,
                &[("NSV220", "GET /books 200", "/response/body/0/price")],
            ),
            (
                "\"name\": \"access-control-request-method\"",
                "\"name\": \"x-access-control-request-method\"",
                &[("NSV102", "OPTIONS /books 204", "/request/method")],
            ),
            (
                "\"name\": \"content-type\",\n              \"value\": \"image/png\"",
                "\"name\": \"content-type\",\n              \"value\": \"image/webp\"",
                &[(
                    "NSV203",
                    "GET /books/{isbn}/cover 200",
                    "/response/headers/content-type",
                )],
            ),
            (
                r"\r\n\r\n640\r\n",
                r"\r\n\r\n9999\r\n",
                &[(
                    "NSV126",
                    "PUT /books/{isbn}/cover 204",
                    "/request/text/width",
                )],
            ),
            (
                r"Content-Type: image/png\r\n",
                r"Content-Type: image/gif\r\n",
                &[("NSV111", "PUT /books/{isbn}/cover 204", "/request/text")],
            ),
            (
                "isbn=9780306406157&copies=2",
                "isbn=9780306406157&copies=0",
                &[("NSV126", "POST /orders 201", "/request/text/copies")],
            ),
            (
                r#"\"placed\":\"2025-03-04T09:15:08Z\""#,
                r#"\"placed\":\"on Tuesday\""#,
                &[("NSV225", "POST /orders 201", "/response/body/placed")],
            ),
        ],
    );
}

#[test]
fn what_firefox_saves_is_validated() {
    clean(
        FIREFOX,
        8,
        &[PREFLIGHT, "10 × 1: no response (status 0)", ELSEWHERE],
        &[
            "6 × 1: the body of a response is not in the recording",
            NO_FORMAT,
        ],
    );
}

#[test]
fn what_is_wrong_in_what_firefox_saves_is_found() {
    finds(
        FIREFOX,
        &[
            (
                "books?genre=poetry&filter",
                "books?gender=poetry&filter",
                &[("NSV104", "GET /books 200", "/request/query/gender")],
            ),
            (
                r#"\"status\":401"#,
                r#"\"status\":\"401\""#,
                &[("NSV220", "POST /books 401", "/response/body/status")],
            ),
            (
                r#"\"price\":7.25"#,
                r#"\"price\":-7.25"#,
                &[("NSV226", "POST /books 201", "/response/body/price")],
            ),
            (
                "theme=dark; sid=REDACTED",
                "theme=dark",
                &[("NSV106", "POST /orders 201", "/request")],
            ),
            // It says that there was none.
            (
                "\"size\": 61",
                "\"size\": 0",
                &[("NSV204", "GET /books/{isbn} 200", "/response")],
            ),
            // The response may complain of it.
            ("books/9780306406195\"", "books/unknown\"", &[]),
            (
                r#"\"title\":\"No such"#,
                r#"\"detail\":\"No such"#,
                &[
                    ("NSV223", "GET /books/{isbn} 404", "/response/body"),
                    ("NSV301", "GET /books/{isbn} 404", "/response/body/detail"),
                ],
            ),
        ],
    );
}

/// A whole report, as a reader has it.
#[test]
fn a_report_on_what_a_browser_saves_reads_so() {
    let bench = Bench::new();
    let har = FIREFOX
        .replace("books?genre=poetry&filter", "books?gender=poetry&filter")
        .replace("theme=dark; sid=REDACTED", "theme=dark")
        .replace(r#"\"title\":\"No such"#, r#"\"detail\":\"No such"#);
    bench.write("bookshop.yaml", BOOKSHOP).write("a.har", &har);
    let run = bench.validate(["--spec", "bookshop.yaml", "a.har"]);
    let (report, _took) = run.stdout.rsplit_once("; ").expect("a summary");
    assert_eq!(
        report,
        r##"error[NSV104]: GET /books 200: the query parameter `gender` is not documented
   --> bookshop.yaml:9:5  (#/paths/~1books/get)
    |
  7 | paths:
  8 |   /books:
  9 |     get:
    |     ^^^^ expected a documented query parameter
    |
   ::: a.har:106:11  (#/log/entries/1/request/url)
    |
104 |           "bodySize": 0,
105 |           "method": "GET",
106 |           "url": "•••",
    |           ^^^^^^^^^^^^ seen `gender`
    |
    = id d2548c5491, undocumented-query-parameter

error[NSV106]: POST /orders 201: order was sent without the credential that it requires
   --> bookshop.yaml:98:7  (#/paths/~1orders/post/security)
    |
 96 |     post:
 97 |       operationId: order
 98 |       security:
    |       ^^^^^^^^^ expected `session` (`sid` in cookie)
    |
   ::: a.har:486:9  (#/log/entries/5/request)
    |
484 |       {
485 |         "startedDateTime": "•••",
486 |         "request": {
    |         ^^^^^^^^^^^^ seen no such credential
    |
    = id ac8f4cfd68, missing-credential

error[NSV223]: GET /books/{isbn} 404: `title` is required and missing
   --> bookshop.yaml:144:13  (#/components/responses/Problem/content/application~1problem+json/schema/required)
    |
142 |           schema:
143 |             type: object
144 |             required: [title]
    |             ^^^^^^^^^^^^^^^^^ expected `title`
    |
   ::: a.har:822:22  (#/log/entries/8/response/content/text)
    |
822 | …{"•••":"•••"}
    |  ^ seen nothing
    |
    = id 86bfe3471b, response-missing-field

warning[NSV301]: GET /books/{isbn} 404: `detail` is not documented
   --> bookshop.yaml:145:13  (#/components/responses/Problem/content/application~1problem+json/schema/properties)
    |
143 |             type: object
144 |             required: [title]
145 |             properties: {title: {type: string}, status: {type: integer}}
    |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected documented fields
    |
   ::: a.har:822:23  (#/log/entries/8/response/content/text)
    |
822 | …"detail":"•••"}
    |  ^^^^^^^^^^^^^^ seen string of 13 characters
    |
    = id 4255d09cdd, undocumented-field

skipped: a.har#/log/entries/2: a browser asked whether it may send a request (CORS preflight)
skipped: a.har#/log/entries/10: no response (status 0)
skipped: a.har#/log/entries/0: sent to another host or base path than those in scope
not validated: a.har#/log/entries/6: the body of a response is not in the recording
not validated: bookshop.yaml:43:47: the format `uri-reference` is not known
3 errors, 1 warning: 8 exchanges, 6 of 8 operations seen; 3 skipped, 0 in the baseline"##
    );
}

#[test]
fn what_a_proxy_saves_is_validated() {
    clean(
        MITMPROXY,
        8,
        &[
            "0 × 1: a tunnel through a proxy (CONNECT)",
            "9 × 1: no response (status 0)",
        ],
        &[
            "8 × 1: the body of a response is not in the recording",
            NO_FORMAT,
        ],
    );
}

#[test]
fn what_is_wrong_in_what_a_proxy_saves_is_found() {
    finds(
        MITMPROXY,
        &[
            (
                "\"name\": \"X-Total-Count\"",
                "\"name\": \"X-Total\"",
                &[("NSV207", "GET /books 200", "/response/headers")],
            ),
            (
                "\"status\": 409",
                "\"status\": 410",
                &[("NSV201", "POST /books 410", "/response/status")],
            ),
            (
                r#"\"title\": \"Ferns\", \"series\""#,
                r#"\"title\": null, \"series\""#,
                &[("NSV121", "POST /books 201", "/request/body/title")],
            ),
            (
                "\"value\": \"multipart/form-data; boundary=9051914041544843365972754266\"",
                "\"value\": \"multipart/form-data\"",
                &[("NSV114", "PUT /books/{isbn}/cover 204", "/request/text")],
            ),
            (
                "\"text\": \"copies=3&",
                "\"text\": \"copies=three&",
                &[("NSV120", "POST /orders 201", "/request/text/copies")],
            ),
            (
                "7e0f3b52-2f3e-4b1c-b0a4-55f0a3b6d9c2",
                "7e0f3b52",
                &[("NSV225", "POST /orders 201", "/response/body/id")],
            ),
            // There was no body.
            (
                "\"value\": \"7340032\"",
                "\"value\": \"0\"",
                &[("NSV204", "GET /books/{isbn} 200", "/response")],
            ),
        ],
    );
}

#[test]
fn what_a_person_writes_is_validated() {
    clean(
        HANDWRITTEN,
        5,
        &[
            "5 × 1: not an entry of HAR 1.2: at `response.status`: invalid type: string, expected \
             an integer",
            "6 × 1: not an entry of HAR 1.2: at `response`: invalid type: null, expected an object",
        ],
        &[
            "2 × 1: the body of a response is not in the recording",
            NO_FORMAT,
        ],
    );
}

#[test]
fn what_is_wrong_in_what_a_person_writes_is_found() {
    finds(
        HANDWRITTEN,
        &[
            (
                "limit=1",
                "limit=1.5",
                &[("NSV105", "GET /books 200", "/request/query/limit")],
            ),
            (
                r#""mimeType": "application/json", "text": "{\"isbn\""#,
                r#""mimeType": "text/html", "text": "{\"isbn\""#,
                &[(
                    "NSV203",
                    "GET /books/{isbn} 200",
                    "/response/headers/content-type",
                )],
            ),
            (
                r#""authorization", "value": "REDACTED""#,
                r#""authorization", "value": "Basic REDACTED""#,
                &[("NSV106", "DELETE /books/{isbn} 204", "/request")],
            ),
            (
                r#""name": "copies""#,
                r#""name": "copy""#,
                &[
                    ("NSV123", "POST /orders 201", "/request/text"),
                    ("NSV301", "POST /orders 201", "/request/text/copy"),
                ],
            ),
        ],
    );
}
