//! The fault matrix: the result of each operation with each fault, and what happened on the server.
//!
//! A row is a fault and a column an operation; each cell is a test with the names of both. For
//! writes the HTTP faults are tested twice: instead of the operation, and after it, when only the
//! response is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use netsapiens_connections::fake::{
    Break, FakeServer, Fault, FaultProxy, Operation, Point, Quirks, SYSTEM_KEY,
};
use netsapiens_connections::{
    Client, ClientBuilder, Connection, ConnectionCreate, ConnectionUpdate, DomainName, Error,
    ErrorKind, MatchPattern, RetryPolicy,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::servers::{DELAY, EMPTY, all_but};

/// More than any client in these tests attempts.
const ALWAYS: u32 = 20;
const DEADLINE: Duration = Duration::from_secs(20);
const BODY_CAP: usize = 1 << 20;

const DOMAIN: &str = "acme.example";
const PATTERN: &str = "sip*@acme-pri.example";
const PASSWORD: &str = "sentinel-password";
const HTML: &str = "<html>Accepted</html>";

#[derive(Debug, Clone, Copy)]
enum Scenario {
    /// A response with an error status, this many times.
    Refusal(u32, fn() -> Fault),
    /// Like `Refusal`, with a status that says that nothing was done: a delete is not carried out.
    Busy(u32, fn() -> Fault),
    /// Two refusals, one after the other.
    Then(fn() -> Fault, fn() -> Fault),
    /// A redirect with this status to another host, once.
    Redirect(u16),
    /// A success with an unexpected body, for every request. A write has always been carried out,
    /// since a client cannot detect a false success.
    Success(fn() -> Fault),
    /// This many broken connections.
    Wire(u32, Break),
    /// Like `Wire`, with a client whose attempts time out soon.
    Slow(Break),
    /// A connection that breaks when it is used again.
    Reuse,
    /// A closed port.
    Refused,
    /// A closed port that opens while the client tries.
    RefusedAtFirst,
}

/// The result for the caller, and the number of requests that the server received.
#[derive(Debug, Clone, Copy)]
struct Cell(Sees, usize);

#[derive(Debug, Clone, Copy)]
enum Sees {
    /// The trunk, the list with it, the count, or the result of a write.
    Value,
    /// `None`, or an empty list.
    Nothing,
    /// An error: its status, all predicates that hold, and the attempts.
    Error(&'static str),
}

const fn value(requests: usize) -> Cell {
    Cell(Sees::Value, requests)
}

const fn nothing(requests: usize) -> Cell {
    Cell(Sees::Nothing, requests)
}

const fn error(text: &'static str, requests: usize) -> Cell {
    Cell(Sees::Error(text), requests)
}

/// A row whose cells are all equal.
const fn all(cell: Cell) -> [Cell; 6] {
    [cell; 6]
}

/// A row where a create is not retried and everything else is.
const fn but_create(cell: Cell, create: Cell) -> [Cell; 6] {
    [cell, cell, cell, create, cell, cell]
}

/// A row where reads need the body and writes do not.
const fn reads_and_writes(read: Cell, write: Cell) -> [Cell; 6] {
    [read, read, read, write, write, write]
}

macro_rules! matrix {
    ($($fault:ident: $scenario:expr => $row:expr;)*) => {
        $(mod $fault {
            #[allow(unused_imports, reason = "not every row needs everything")]
            use super::*;

            fn check(operation: Operation, column: usize) {
                let row: [Cell; 6] = $row;
                run(stringify!($fault), $scenario, operation, row[column]);
            }

            #[test]
            fn list() {
                check(Operation::ListConnections, 0);
            }

            #[test]
            fn list_domain() {
                check(Operation::ListDomainConnections, 0);
            }

            #[test]
            fn count() {
                check(Operation::CountConnections, 1);
            }

            #[test]
            fn get() {
                check(Operation::GetConnection, 2);
            }

            #[test]
            fn create() {
                check(Operation::CreateConnection, 3);
            }

            #[test]
            fn update() {
                check(Operation::UpdateConnection, 4);
            }

            #[test]
            fn delete() {
                check(Operation::DeleteConnection, 5);
            }
        })*
    };
}

use Scenario::{
    Busy, Redirect, Refusal, Refused, RefusedAtFirst, Reuse, Slow, Success, Then, Wire,
};

// Columns: both lists, count, get, create, update, delete.
#[rustfmt::skip]
matrix! {
    // Transient failures. A create may have been carried out, so it is not retried.
    request_timeout_once: Busy(1, || Fault::status(408))
        => but_create(value(2), error("408 retryable sent ×1", 1));
    request_timeout_always: Busy(ALWAYS, || Fault::status(408))
        => but_create(error("408 retryable sent ×3", 3), error("408 retryable sent ×1", 1));
    too_many_once: Busy(1, || Fault::status(429))
        => but_create(value(2), error("429 rate_limited retryable sent ×1", 1));
    too_many_always: Busy(ALWAYS, || Fault::status(429))
        => but_create(
            error("429 rate_limited retryable sent ×3", 3),
            error("429 rate_limited retryable sent ×1", 1),
        );
    too_many_come_back_in_no_seconds: Busy(1, || Fault::status(429).header("retry-after", "0"))
        => but_create(value(2), error("429 rate_limited retryable sent ×1", 1));
    too_many_come_back_at_a_past_date: Busy(
        1,
        || Fault::status(429).header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
    )
        => but_create(value(2), error("429 rate_limited retryable sent ×1", 1));
    too_many_come_back_in_an_hour: Busy(1, || Fault::status(429).header("retry-after", "3600"))
        => all(error("429 rate_limited retryable sent ×1", 1));
    too_many_come_back_in_an_eternity: Busy(
        1,
        || Fault::status(429).header("retry-after", "18446744073709551615"),
    )
        => all(error("429 rate_limited retryable sent ×1", 1));
    too_many_come_back_at_a_far_date: Busy(
        1,
        || Fault::status(429).header("retry-after", "Tue, 01 Jan 2999 00:00:00 GMT"),
    )
        => all(error("429 rate_limited retryable sent ×1", 1));
    bad_gateway_once: Refusal(1, || Fault::gateway_page(502))
        => but_create(value(2), error("502 retryable sent ×1", 1));
    bad_gateway_always: Refusal(ALWAYS, || Fault::gateway_page(502))
        => but_create(error("502 retryable sent ×3", 3), error("502 retryable sent ×1", 1));
    unavailable_once: Busy(1, || Fault::status(503))
        => but_create(value(2), error("503 retryable sent ×1", 1));
    unavailable_twice: Busy(2, || Fault::status(503))
        => but_create(value(3), error("503 retryable sent ×1", 1));
    unavailable_always: Busy(ALWAYS, || Fault::status(503))
        => but_create(error("503 retryable sent ×3", 3), error("503 retryable sent ×1", 1));
    gateway_timeout_once: Refusal(1, || Fault::gateway_page(504))
        => but_create(value(2), error("504 retryable sent ×1", 1));
    gateway_timeout_always: Refusal(ALWAYS, || Fault::empty(504))
        => but_create(error("504 retryable sent ×3", 3), error("504 retryable sent ×1", 1));

    // A 404 after another failure. For a delete it is a success if the earlier response was lost,
    // and an error if the earlier response was a refusal.
    request_timeout_before_a_404: Then(|| Fault::status(408), missing)
        => {
            let e = error("404 not_found sent ×2", 2);
            [e, e, nothing(2), error("408 retryable sent ×1", 1), e, e]
        };
    too_many_before_a_404: Then(|| Fault::status(429), missing)
        => {
            let e = error("404 not_found sent ×2", 2);
            [e, e, nothing(2), error("429 rate_limited retryable sent ×1", 1), e, e]
        };
    unavailable_before_a_404: Then(|| Fault::status(503), missing)
        => {
            let e = error("404 not_found sent ×2", 2);
            [e, e, nothing(2), error("503 retryable sent ×1", 1), e, e]
        };
    bad_gateway_before_a_404: Then(|| Fault::gateway_page(502), missing)
        => {
            let e = error("404 not_found sent ×2", 2);
            [e, e, nothing(2), error("502 retryable sent ×1", 1), e, value(2)]
        };
    gateway_timeout_before_a_404: Then(|| Fault::gateway_page(504), missing)
        => {
            let e = error("404 not_found sent ×2", 2);
            [e, e, nothing(2), error("504 retryable sent ×1", 1), e, value(2)]
        };

    // Permanent failures.
    server_error: Refusal(1, || Fault::status(500)) => all(error("500 sent ×1", 1));
    server_error_that_echoes_secrets: Refusal(
        1,
        || Fault::message(500, &format!("bad password {PASSWORD} of key {SYSTEM_KEY}")),
    )
        => all(error("500 sent ×1", 1));
    page_that_echoes_secrets: Refusal(
        1,
        || Fault::response(
            500,
            &format!("text/{PASSWORD}"),
            format!("<p>{PASSWORD} {SYSTEM_KEY} {PATTERN}</p>"),
        ),
    )
        => all(error("500 sent ×1", 1));
    bad_request: Refusal(1, || Fault::message(400, "Missing servers or type"))
        => all(error("400 sent ×1", 1));
    unauthorized: Refusal(1, || Fault::message(401, "Unauthorized"))
        => all(error("401 unauthorized sent ×1", 1));
    invalid_scope: Refusal(1, Fault::invalid_scope)
        => all(error("401 permission_denied sent ×1", 1));
    forbidden: Refusal(1, || Fault::message(403, "Access Denied"))
        => all(error("403 permission_denied sent ×1", 1));
    no_route: Refusal(1, Fault::no_route) => all(error("404 unknown_route sent ×1", 1));
    missing: Refusal(1, || Fault::message(404, "Resource not found."))
        => { let e = error("404 not_found sent ×1", 1); [e, e, nothing(1), e, e, e] };
    missing_with_a_code_as_text: Refusal(
        1,
        || Fault::json(404, json!({ "code": "404", "message": "Resource not found." })),
    )
        => { let e = error("404 not_found sent ×1", 1); [e, e, nothing(1), e, e, e] };
    missing_with_a_byte_order_mark: Refusal(
        1,
        || Fault::response(
            404,
            "text/html",
            "\u{feff}{\"code\":404,\"message\":\"Resource not found.\"}",
        ),
    )
        => { let e = error("404 not_found sent ×1", 1); [e, e, nothing(1), e, e, e] };

    // 404 of a gateway or another web server. It says nothing about trunks: never `None`, never
    // "removed already".
    gateway_404_message: Refusal(1, || Fault::json(404, json!({ "message": "Not Found" })))
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_page: Refusal(1, || Fault::gateway_page(404))
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_text: Refusal(1, || Fault::response(404, "text/plain", "404 page not found\n"))
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_empty: Refusal(1, || Fault::empty(404))
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_empty_json: Refusal(1, || Fault::json(404, json!({})))
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_truncated_json: Refusal(
        1,
        || Fault::response(404, "application/json", "{\"code\":404,\"message\":\"Resource not f"),
    )
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_of_a_framework: Refusal(
        1,
        || Fault::json(
            404,
            json!({ "statusCode": 404, "message": "Cannot GET /", "error": "Not Found" }),
        ),
    )
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_404_list: Refusal(1, || Fault::json(404, json!([])))
        => all(error("404 foreign_not_found sent ×1", 1));
    gateway_without_a_route: Refusal(
        1,
        || Fault::json(404, json!({ "message": "no Route matched with those values" })),
    )
        => all(error("404 unknown_route sent ×1", 1));
    conflict: Refusal(1, || Fault::message(409, "Connection already exists"))
        => all(error("409 conflict sent ×1", 1));
    deeply_nested_refusal: Refusal(
        1,
        || Fault::response(400, "application/json", "[".repeat(10_000)),
    )
        => all(error("400 sent ×1", 1));
    moved: Redirect(301) => all(error("301 sent ×1", 1));
    found: Redirect(302) => all(error("302 sent ×1", 1));
    see_other: Redirect(303) => all(error("303 sent ×1", 1));
    temporary_redirect: Redirect(307) => all(error("307 sent ×1", 1));
    permanent_redirect: Redirect(308) => all(error("308 sent ×1", 1));

    // Unexpected successes. A retry would get the same response, so there is none.
    empty_success: Success(|| Fault::empty(202))
        => reads_and_writes(error("202 decode sent ×1", 1), value(1));
    text_success: Success(|| Fault::response(202, "text/plain", "Accepted\n"))
        => reads_and_writes(error("202 decode sent ×1", 1), value(1));
    page_success: Success(|| Fault::response(200, "text/html", HTML))
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    object: Success(|| Fault::json(200, trunk()))
        => [value(1), error("200 decode sent ×1", 1), value(1), value(1), value(1), value(1)];
    array: Success(|| Fault::json(200, json!([trunk()])))
        => [value(1), error("200 decode sent ×1", 1), value(1), value(1), value(1), value(1)];
    empty_array: Success(|| Fault::json(200, json!([])))
        => [nothing(1), error("200 decode sent ×1", 1), nothing(1), value(1), value(1), value(1)];
    empty_object: Success(|| Fault::json(200, json!({})))
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    null: Success(|| Fault::json(200, Value::Null))
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    element_that_is_no_object: Success(|| Fault::json(200, json!([trunk(), PASSWORD])))
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    element_that_is_null: Success(|| Fault::json(200, json!([null])))
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    element_without_its_key: Success(
        || Fault::json(200, json!([{ "connection-sip-registration-password": PASSWORD }])),
    )
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    invalid_utf8: Success(
        || Fault::response(
            200,
            "application/json",
            b"[{\"domain\":\"\xff\xfe\",\"connection-orig-match-pattern\":\"sip*\"}]".to_vec(),
        ),
    )
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    wrong_content_type: Success(|| Fault::response(200, "text/html", json!([trunk()]).to_string()))
        => [value(1), error("200 decode sent ×1", 1), value(1), value(1), value(1), value(1)];
    no_content_type: Success(|| Fault::response(200, "", json!([trunk()]).to_string()))
        => [value(1), error("200 decode sent ×1", 1), value(1), value(1), value(1), value(1)];
    refusal: Success(|| Fault::json(200, json!({ "code": 403, "message": "Access Denied" })))
        => all(error("200 permission_denied sent ×1", 1));
    gzip: Success(Fault::gzip) => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    ten_thousand_levels: Success(|| Fault::nested(10_000))
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    ten_thousand_levels_in_an_unknown_field: Success(
        || Fault::response(
            200,
            "application/json",
            format!("[{{\"later\":{}{}}}]", "[".repeat(10_000), "]".repeat(10_000)),
        ),
    )
        => reads_and_writes(error("200 decode sent ×1", 1), value(1));
    two_hundred_megabytes: Wire(ALWAYS, Break::Flood(200 << 20))
        => reads_and_writes(error("200 decode sent ×1", 0), value(0));

    // Below HTTP. A write is done once its status was received.
    refused: Refused => all(error("connect retryable ×3", 0));
    refused_at_first: RefusedAtFirst => all(value(1));
    reset_at_once: Wire(1, Break::ResetAtOnce)
        => but_create(value(1), error("interrupted retryable sent ×1", 0));
    reset_at_once_always: Wire(ALWAYS, Break::ResetAtOnce)
        => but_create(
            error("interrupted retryable sent ×3", 0),
            error("interrupted retryable sent ×1", 0),
        );
    reset_before_the_response: Wire(1, Break::Reset(Point::Response(0)))
        => but_create(value(2), error("interrupted retryable sent ×1", 1));
    reset_before_the_response_always: Wire(ALWAYS, Break::Reset(Point::Response(0)))
        => but_create(
            error("interrupted retryable sent ×3", 3),
            error("interrupted retryable sent ×1", 1),
        );
    reset_in_the_head: Wire(1, Break::Reset(Point::Response(9)))
        => but_create(value(2), error("interrupted retryable sent ×1", 1));
    cut_before_the_response: Wire(1, Break::Close(Point::Response(0)))
        => but_create(value(2), error("interrupted retryable sent ×1", 1));
    cut_in_the_head: Wire(1, Break::Close(Point::Response(9)))
        => but_create(value(2), error("interrupted retryable sent ×1", 1));
    cut_in_the_body: Wire(1, Break::Close(Point::Body(1))) => reads_and_writes(value(2), value(1));
    cut_in_the_body_always: Wire(ALWAYS, Break::Close(Point::Body(1)))
        => reads_and_writes(error("interrupted retryable sent ×3", 3), value(1));
    reset_in_the_body: Wire(1, Break::Reset(Point::Body(1)))
        => reads_and_writes(value(2), value(1));
    reset_on_reuse: Reuse => but_create(value(1), error("interrupted retryable sent ×1", 0));
    head_by_the_byte: Wire(ALWAYS, Break::Slow(Point::Response(0), Duration::ZERO))
        => all(value(1));
    body_by_the_byte: Wire(ALWAYS, Break::Slow(Point::Body(0), Duration::ZERO)) => all(value(1));
    slow_head: Slow(Break::Slow(Point::Response(0), Duration::from_secs(1)))
        => but_create(error("timeout retryable sent ×2", 2), error("timeout retryable sent ×1", 1));
    slow_body: Slow(Break::Slow(Point::Body(0), Duration::from_secs(1)))
        => reads_and_writes(error("timeout retryable sent ×2", 2), value(1));
}

fn missing() -> Fault {
    Fault::message(404, "Resource not found.")
}

fn trunk() -> Value {
    json!({
        "domain": DOMAIN,
        "connection-orig-match-pattern": PATTERN,
        "connection-sip-registration-password": PASSWORD,
    })
}

fn created() -> ConnectionCreate {
    let key = ConnectionCreate::new(
        DomainName::new(DOMAIN).unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    );
    key.description("before")
        .sip_registration_password(PASSWORD)
}

/// Runs a cell in each of its variants, on the captured server and on one with all quirks that
/// leave writes to be read at once and an empty domain to be looked at.
fn run(fault: &str, scenario: Scenario, operation: Operation, cell: Cell) {
    let variants: &[bool] = match scenario {
        Busy(..) if operation == Operation::DeleteConnection => &[false],
        Busy(..) | Refusal(..) | Redirect(_) if operation.is_write() => &[false, true],
        Success(_) => &[true],
        _ => &[false],
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for &carried_out in variants {
        for (server, quirks) in [
            ("", Quirks::default()),
            (", all quirks", all_but(&[DELAY, EMPTY])),
        ] {
            let name = format!(
                "{fault} × {}{}{server}",
                operation.id(),
                if carried_out { ", carried out" } else { "" }
            );
            runtime.block_on(check(&name, quirks, scenario, operation, carried_out, cell));
        }
    }
}

async fn check(
    name: &str,
    quirks: Quirks,
    scenario: Scenario,
    operation: Operation,
    carried_out: bool,
    Cell(sees, requests): Cell,
) {
    let server = FakeServer::with_quirks(quirks).await;
    let direct = server.client().unwrap();
    if operation != Operation::CreateConnection {
        direct.connections().create(&created()).await.unwrap();
    }
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let refused = Arc::new(Notify::new());
    let noticed = Arc::clone(&refused);
    let builder = server.client_builder().server(proxy.url());
    let builder = builder.on_attempt(move |attempt| {
        if attempt.failure == Some(ErrorKind::Connect) {
            noticed.notify_one();
        }
    });
    let client = client(builder, scenario);
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    if matches!(scenario, Reuse) {
        proxy.break_next(Break::ResetOnReuse);
        client.connections().list_unchecked().await.unwrap();
    }
    let (requests_before, changes_before) = (server.requests().len(), server.changes());

    // How many requests get a response without the operation being carried out.
    let refusals = match scenario {
        Busy(times, _) | Refusal(times, _) if !carried_out => times as usize,
        Then(..) => 2,
        Redirect(_) if !carried_out => 1,
        _ => 0,
    };
    let refuse = |fault: Fault| {
        server.fail(
            operation,
            if carried_out {
                fault.after_the_operation()
            } else {
                fault
            },
        )
    };
    match scenario {
        Busy(times, fault) | Refusal(times, fault) => refuse(fault().times(times)),
        Then(first, second) => {
            refuse(first());
            refuse(second());
        }
        Redirect(status) => refuse(Fault::redirect(
            status,
            &format!(
                "http://{}/ns-api/v2/connections",
                elsewhere.local_addr().unwrap()
            ),
        )),
        Success(fault) => server.fail(operation, fault().always().after_the_operation()),
        Wire(times, how) => (0..times).for_each(|_| proxy.break_next(how)),
        Slow(how) => (0..ALWAYS).for_each(|_| proxy.break_next(how)),
        Reuse => {}
        Refused | RefusedAtFirst => proxy.refuse().await,
    }

    let begun = Instant::now();
    let (outcome, _) = tokio::join!(perform(&client, operation), async {
        if matches!(scenario, RefusedAtFirst) {
            refused.notified().await;
            proxy.listen().await.unwrap();
        }
    });
    assert!(
        begun.elapsed() < DEADLINE,
        "{name}: took {:?}",
        begun.elapsed()
    );

    match (sees, &outcome) {
        (Sees::Value, Ok(true)) | (Sees::Nothing, Ok(false)) => {}
        (Sees::Error(expected), Err(error)) => {
            assert_eq!(describe(error), expected, "{name}: {error:?}");
            assert_eq!(error.operation(), Some(operation.id()), "{name}");
            keeps_secrets(name, error);
        }
        _ => panic!("{name}: expected {sees:?}, found {outcome:?}"),
    }
    assert_eq!(
        server.requests().len() - requests_before,
        requests,
        "{name}: requests"
    );
    assert!(
        elsewhere.accept().is_err(),
        "{name}: another host was called"
    );

    // Creating and deleting happen at most once; a retried update sets the same again.
    let arrived = requests.saturating_sub(refusals);
    let changes = match operation {
        Operation::UpdateConnection => arrived,
        Operation::CreateConnection | Operation::DeleteConnection => arrived.min(1),
        _ => 0,
    };
    assert_eq!(
        server.changes() - changes_before,
        changes,
        "{name}: changes"
    );
    server.clear_faults();
    let after = direct
        .domain(DOMAIN)
        .unwrap()
        .connections()
        .list()
        .await
        .unwrap();
    let descriptions: Vec<_> = after
        .iter()
        .map(|trunk| trunk.description.as_deref().unwrap_or_default())
        .collect();
    let expected: &[&str] = match (operation, changes) {
        (Operation::CreateConnection, 0) | (Operation::DeleteConnection, 1) => &[],
        (Operation::UpdateConnection, 1..) => &["after"],
        _ => &["before"],
    };
    assert_eq!(descriptions, expected, "{name}: state");
}

/// The client under test: short waits, and timeouts that no healthy response on a busy machine
/// reaches.
fn client(builder: ClientBuilder, scenario: Scenario) -> Client {
    let quick = RetryPolicy::new()
        .initial_backoff(Duration::from_millis(1))
        .max_backoff(Duration::from_millis(4));
    let (timeout, policy) = match scenario {
        Slow(_) => (Duration::from_millis(250), quick.max_attempts(2)),
        RefusedAtFirst => (DEADLINE, quick.max_attempts(u32::MAX)),
        _ => (DEADLINE, quick),
    };
    builder
        .timeout(timeout)
        .deadline(DEADLINE)
        .retry(policy)
        .max_body_bytes(BODY_CAP)
        .build()
        .unwrap()
}

/// The result of the operation.
async fn perform(client: &Client, operation: Operation) -> Result<bool, Error> {
    let ours = |trunk: &Connection| {
        assert_eq!(
            (trunk.domain.as_str(), trunk.orig_match_pattern.as_str()),
            (DOMAIN, PATTERN)
        );
    };
    let one = |trunks: Vec<Connection>| {
        trunks.iter().for_each(ours);
        assert!(trunks.len() <= 1);
        !trunks.is_empty()
    };
    let domain = client.domain(DOMAIN)?;
    let (system, trunks) = (client.connections(), domain.connections());
    Ok(match operation {
        Operation::ListConnections => one(system.list_unchecked().await?),
        Operation::ListDomainConnections => one(trunks.list_unchecked().await?),
        Operation::CountConnections => trunks.count().await? == 1,
        Operation::GetConnection => trunks.get(PATTERN).await?.inspect(ours).is_some(),
        Operation::CreateConnection => system.create(&created()).await.map(|_| true)?,
        Operation::UpdateConnection => {
            let change = ConnectionUpdate::new()
                .description("after")
                .sip_registration_password(PASSWORD);
            trunks.update(PATTERN, &change).await.map(|_| true)?
        }
        Operation::DeleteConnection => trunks.delete(PATTERN).await.map(|_| true)?,
        other => panic!("{other:?} is not called"),
    })
}

/// Status, all predicates that hold, and the attempts.
fn describe(error: &Error) -> String {
    let predicates = [
        ("connect", error.is_connect()),
        ("certificate", error.is_certificate()),
        ("interrupted", error.kind() == ErrorKind::Interrupted),
        ("timeout", error.is_timeout()),
        ("decode", error.is_decode()),
        ("mismatch", error.kind() == ErrorKind::Mismatch),
        ("not_found", error.is_not_found()),
        ("foreign_not_found", error.is_foreign_not_found()),
        ("unknown_route", error.is_unknown_route()),
        ("unauthorized", error.is_unauthorized()),
        ("permission_denied", error.is_permission_denied()),
        ("conflict", error.is_conflict()),
        ("rate_limited", error.is_rate_limited()),
        ("retryable", error.is_retryable()),
        ("sent", error.may_have_been_sent()),
    ];
    let status = error.status().map(|status| status.to_string());
    let holding = predicates
        .into_iter()
        .filter(|(_, holds)| *holds)
        .map(|(name, _)| name.to_owned());
    status
        .into_iter()
        .chain(holding)
        .chain([format!("×{}", error.attempts())])
        .collect::<Vec<_>>()
        .join(" ")
}

/// Neither key, password nor pattern is in an error or its causes.
fn keeps_secrets(name: &str, error: &Error) {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        let text = format!("{error} {error:?} {error:#?}");
        for secret in [SYSTEM_KEY, PASSWORD, PATTERN, "%40acme"] {
            assert!(!text.contains(secret), "{name}: {secret} in {text}");
        }
        cause = error.source();
    }
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_cut_off_early() {
    let server = FakeServer::start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let client = server
        .client_builder()
        .server(proxy.url())
        .max_body_bytes(BODY_CAP)
        .build()
        .unwrap();
    proxy.break_next(Break::Flood(200 << 20));
    let error = client.connections().list().await.unwrap_err();
    assert_eq!(
        error.body().map(<[u8]>::len),
        Some(64 << 10),
        "the beginning is kept"
    );
    // The sockets' buffers were sent as well, and no more.
    assert!(
        proxy.bytes_back() < 50 << 20,
        "{} bytes were sent",
        proxy.bytes_back()
    );
    assert_eq!(
        error.to_string(),
        "list_connections: the response is longer than 1048576 bytes, the client's limit for \
         bodies (status 200 OK). Read page by page with `stream`, or raise \
         `ClientBuilder::max_body_bytes`"
    );
}

#[tokio::test]
async fn a_refusal_stays_one_when_its_body_breaks() {
    let server = FakeServer::start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let client = server.client_builder().server(proxy.url()).build().unwrap();
    server.fail(
        Operation::CreateConnection,
        Fault::message(403, "Access Denied"),
    );
    proxy.break_next(Break::Close(Point::Body(5)));
    let error = client.connections().create(&created()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error:?}");
    assert_eq!(error.body().map(<[u8]>::len), Some(5));
}

#[tokio::test]
async fn compression_that_was_not_requested_is_named() {
    let server = FakeServer::start().await;
    server.fail(Operation::ListConnections, Fault::gzip());
    let error = server
        .client()
        .unwrap()
        .connections()
        .list()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the body is compressed, which was not requested"),
        "{error}"
    );
}
