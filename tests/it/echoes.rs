//! Servers that echo secrets in their messages, in many wordings and encodings, from a raw socket:
//! everything that can be printed is searched for the secret.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use netsapiens_connections::{
    Accepted, ClientBuilder, ConnectionUpdate, Error, observability::Attempt,
};
use proptest::prelude::*;
use serde_json::json;

use crate::log::Log;
use crate::wire::Wire;

/// A password of another trunk: the client has never seen it.
const STRANGER: &str = "hunter2";
const KEY: &str = concat!("nss_", "Zq9KeyOfTheClient0123456789");

/// Messages about credentials with a secret that the request did not have.
const WORDINGS: [&str; 60] = [
    // Assignments.
    "password=hunter2",
    "password:hunter2",
    "password: hunter2",
    "password : hunter2",
    "password = hunter2",
    "password=\"hunter2\"",
    "password='hunter2'",
    "password -> hunter2",
    "password => 'hunter2'",
    "password->hunter2",
    "password|hunter2",
    "password,hunter2",
    "password;hunter2",
    "password/hunter2",
    "password(hunter2)",
    "password [hunter2]",
    "password `hunter2`",
    "password “hunter2”",
    "password\nhunter2",
    "password\thunter2",
    // Formats.
    "{\"password\":\"hunter2\"}",
    "{ \"username\" : \"bob\", \"password\" : \"hunter2\" }",
    "{\"username\":\"bob\",\"password\":\"hunter2\"}",
    "user=bob&password=hunter2",
    "https://pbx.acme.example/?user=bob&password=hunter2&x=1",
    "<password>hunter2</password>",
    "<trunk password=\"hunter2\"/>",
    "Array ( [user] => bob [password] => hunter2 )",
    "a:1:{s:8:\"password\";s:7:\"hunter2\";}",
    "UPDATE trunks SET password = 'hunter2' WHERE id = 7",
    "Duplicate entry 'bob-hunter2' for key 'credentials'",
    "Authorization: Basic Ym9iOmh1bnRlcjI= hunter2",
    "Authorization: Digest username=\"bob\", response=\"hunter2\"",
    "sip:bob:hunter2@pbx.acme.example is unreachable",
    "https://bob:hunter2@pbx.acme.example is unreachable",
    // Sentences.
    "password is hunter2",
    "the password was hunter2, which is too short",
    "bad password hunter2 for user bob",
    "hunter2 is not a valid password",
    "hunter2 was rejected: the password needs a digit",
    "The value hunter2 of connection-sip-registration-password is weak",
    "Your secret hunter2 has expired",
    "API key hunter2 is revoked",
    "token hunter2 expired at 12:00",
    "PIN hunter2 does not match",
    "the passphrase is correct hunter2 battery",
    // Spellings.
    "PASSWORD HUNTER2 hunter2",
    "sipPassword hunter2",
    "user_pwd hunter2",
    "PASSWORD_HASH hunter2",
    "p a s s w o r d hunter2",
    "p-a-s-s-w-o-r-d hunter2",
    "p@ssw0rd hunter2",
    "pass\u{200b}word hunter2",
    "ｐａｓｓｗｏｒｄ hunter2",
    "раsswоrd hunter2",
    "%70assword%3Dhunter2",
    "&#112;assword hunter2",
    // Languages.
    "Das Kennwort hunter2 ist falsch",
    "la contraseña hunter2 es incorrecta",
];

/// Messages about credentials that must stay readable, for none of the above is proved by masking
/// everything.
const READABLE: [&str; 5] = [
    "Invalid token",
    "The password is too short",
    "API key expired",
    "Missing password",
    "This key is not permitted",
];

fn builder(wire: &Wire) -> ClientBuilder {
    wire.builder().api_key(KEY)
}

/// Everything that a client prints about a response to an update.
async fn everything(response: &str, status: u16, password: &str) -> String {
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let wire = Wire::responding(status, "application/json", response).await;
    let attempts = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&attempts);
    let client = builder(&wire)
        .on_attempt(move |attempt: &Attempt| {
            write!(seen.lock().unwrap(), "{attempt:?}").unwrap();
        })
        .build()
        .unwrap();
    let change = ConnectionUpdate::new().sip_registration_password(password);
    let domain = client.domain("acme.example").unwrap();
    let outcome = domain.connections().update("sip*@a", &change).await;
    let request = &wire.requests()[0];
    assert!(
        request.contains(KEY) && request.contains(&serde_json::to_string(password).unwrap()),
        "the secrets have to be sent all the same: {request}"
    );
    let printed = match outcome {
        Ok(receipt) => printed_result(&receipt),
        Err(error) => printed_error(&error),
    };
    let attempts = attempts.lock().unwrap();
    assert!(attempts.contains("update_connection"), "{attempts}");
    format!("{printed}\n{attempts}\n{}", log.text())
}

fn printed_result(receipt: &Accepted) -> String {
    format!("{receipt:?} {receipt:#?} {:?}", receipt.message())
}

fn printed_error(error: &Error) -> String {
    let mut printed = format!(
        "{error} {error:#} {error:?} {error:#?} {:?} {:?}",
        error.server_message(),
        error.request_id()
    );
    let mut source = error.source();
    while let Some(inner) = source {
        write!(printed, " {inner} {inner:?} {inner:#?}").unwrap();
        source = inner.source();
    }
    printed
}

fn message(status: u16, message: &str) -> String {
    json!({ "code": status, "message": message }).to_string()
}

#[tokio::test]
async fn no_wording_shows_the_password_of_another_trunk() {
    for wording in WORDINGS {
        for (status, response) in [
            (400, message(400, wording)),
            (500, message(500, wording)),
            (202, message(202, wording)),
            (202, wording.to_owned()),
        ] {
            let printed = everything(&response, status, "Zq9-the-own-one").await;
            let lower = printed.to_ascii_lowercase();
            assert!(!lower.contains("unter2"), "{status} {wording}\n{printed}");
        }
    }
}

/// The control: without a credential the same word is shown, and without a secret the same message.
#[tokio::test]
async fn a_message_without_a_credential_is_shown() {
    for status in [400, 500, 202] {
        let response = message(status, "the colour hunter2 is unknown");
        let printed = everything(&response, status, "Zq9-the-own-one").await;
        assert!(
            printed.contains("the colour hunter2 is unknown"),
            "{printed}"
        );
        for readable in READABLE {
            let printed = everything(&message(status, readable), status, "Zq9-the-own-one").await;
            assert!(printed.contains(readable), "{readable}\n{printed}");
        }
    }
}

type Encoding = (&'static str, fn(&str) -> String);

/// The inside of a JSON string, without the quotes around it.
fn json(text: &str) -> String {
    let string = serde_json::to_string(text).unwrap();
    string[1..string.len() - 1].to_owned()
}

/// How programs encode a string.
const ENCODINGS: [Encoding; 27] = [
    ("as it is", str::to_owned),
    ("JSON", json),
    ("JSON, all escaped", |text| {
        text.encode_utf16()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect()
    }),
    ("JSON as PHP writes it", |text| {
        json(text).replace('/', "\\/")
    }),
    ("JavaScript", |text| {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }),
    ("addslashes", |text| {
        text.replace('\\', "\\\\")
            .replace('\'', "\\'")
            .replace('"', "\\\"")
    }),
    ("URL, all escaped", |text| {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }),
    ("URL, all escaped in lower case", |text| {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }),
    ("URL", url),
    ("URL in lower case", |text| url(text).to_lowercase()),
    ("form", |text| url(text).replace("%20", "+")),
    ("URL twice", |text| url(&url(text))),
    ("HTML", html),
    ("HTML twice", |text| html(&html(text))),
    ("HTML, decimal", |text| {
        text.chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect()
    }),
    ("HTML, hexadecimal", |text| {
        text.chars()
            .map(|c| format!("&#x{:X};", u32::from(c)))
            .collect()
    }),
    ("HTML in a URL", |text| url(&html(text))),
    ("base64", |text| STANDARD.encode(text)),
    ("base64 behind one byte", |text| {
        STANDARD.encode(format!("x{text}"))
    }),
    ("base64 of Basic", |text| {
        STANDARD.encode(format!("me:{text}"))
    }),
    ("base64 for URLs", |text| URL_SAFE_NO_PAD.encode(text)),
    ("base64 of JSON", |text| {
        STANDARD.encode(json!({ "x": text }).to_string())
    }),
    ("hexadecimal", |text| {
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }),
    ("upper case", str::to_uppercase),
    ("folded", |text| {
        text.chars().map(|c| format!("{c}\r\n\t")).collect()
    }),
    ("without white space", |text| {
        text.split_whitespace().collect()
    }),
    ("with zero-width spaces", |text| {
        text.chars().map(|c| format!("{c}\u{200b}")).collect()
    }),
];

/// Percent-encoding of RFC 3986: all but the unreserved characters.
fn url(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;")
}

/// Passwords, each with something that an encoding changes or that looks like one.
const PASSWORDS: [&str; 9] = [
    "Zq9horsebattery",
    "Zq9 horse battery",
    "Zq9\"ba/tt\\ery\"",
    "Zq9&<ba'tt>ery;",
    "Zq9+50%25+%41%",
    "Zq9\\u0041&amp;&lt",
    "Zq9ünïcödé-pässwörd",
    "Zq9😀emoji😀horse",
    "Zq9=/+YWJjZGVm==",
];

/// A string without everything that could hide that it equals another one.
fn essence(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

#[tokio::test]
async fn no_encoding_shows_the_password_of_the_request() {
    for password in PASSWORDS {
        for (name, encode) in ENCODINGS {
            let encoded = encode(password);
            let text = format!("value <{encoded}> was refused by column seven");
            for status in [400, 202] {
                let printed = everything(&message(status, &text), status, password).await;
                let shown = essence(&printed);
                assert!(
                    !shown.contains(&essence(&encoded)) && !shown.contains(&essence(password)),
                    "{name}: {encoded}\n{printed}"
                );
                // Of a message with letters that are not ASCII, or with what may be a JSON web
                // token, only plain words are shown.
                let words = match password.is_ascii() && name != "base64 of JSON" {
                    true => "was refused by column seven",
                    false => "was refused by",
                };
                assert!(printed.contains(words), "{name}: {encoded}\n{printed}");
            }
        }
    }
}

#[tokio::test]
async fn the_key_is_masked_in_every_encoding() {
    let forms = [
        KEY.to_owned(),
        format!("Bearer {KEY}"),
        STANDARD.encode(format!("user:{KEY}")),
        url(&format!("Bearer {KEY}")),
        KEY.to_uppercase(),
        // As much as a server that cuts its messages shows.
        KEY[..12].to_owned(),
        KEY[9..].to_owned(),
    ];
    for form in forms {
        let text = format!("value <{form}> was refused");
        let printed = everything(&message(401, &text), 401, "Zq9-the-own-one").await;
        let shown = essence(&printed);
        assert!(!shown.contains(&essence(&form)), "{form}\n{printed}");
        assert!(printed.contains("was refused"), "{form}\n{printed}");
    }
}

#[tokio::test]
async fn a_header_that_echoes_the_key_is_masked_and_others_are_not() {
    let response = format!(
        "HTTP/1.1 500 Bad\r\nx-request-id: for-{KEY}\r\nx-sent: {}\r\nx-node: core-1\r\n\
         content-length: 0\r\nconnection: close\r\n\r\n",
        STANDARD.encode(format!("Bearer {KEY}")),
    );
    let wire = Wire::sending(response).await;
    let client = builder(&wire).build().unwrap();
    let error = client.connections().count().await.unwrap_err();
    assert_eq!(error.request_id(), Some("***"));
    assert_eq!(error.header("x-sent"), Some("***"));
    assert_eq!(error.header("x-node"), Some("core-1"));
    assert!(!printed_error(&error).contains("Zq9"));
}

#[tokio::test]
async fn control_and_bidi_characters_are_removed() {
    let text =
        "No\u{202e} such\u{200b}\u{feff} row\u{2066}\u{7}\u{1b}[2J\u{9b}\u{ad}\u{e0041} here";
    for (status, response) in [
        (400, message(400, text)),
        (202, message(202, text)),
        (202, text.to_owned()),
    ] {
        let printed = everything(&response, status, "Zq9-the-own-one").await;
        assert!(printed.contains("No such row[2J here"), "{printed}");
        // Line breaks are those of `{:#?}` and of the log, which counts microseconds.
        let bad = |c: &char| !matches!(c, ' '..='~' | '\n' | '\u{b5}');
        assert_eq!(printed.chars().find(bad), None, "{printed}");
    }
}

#[tokio::test]
async fn an_error_keeps_64_kib_of_a_body_and_says_how_long_it_was() {
    let body = "x".repeat(200_000);
    for status in [500, 200] {
        let wire = Wire::responding(status, "text/plain", &body).await;
        let error = wire.client().connections().count().await.unwrap_err();
        assert_eq!(error.body().map(<[u8]>::len), Some(64 << 10));
        assert!(format!("{error:?}").contains("body_bytes: Some(200000)"));
    }
    // What is decided on is read from the whole body.
    let message = message(401, &format!("Invalid Scope {}", "x".repeat(200_000)));
    let wire = Wire::responding(401, "application/json", &message).await;
    let error = wire.client().connections().count().await.unwrap_err();
    assert!(error.is_permission_denied());
    assert!(error.server_message().unwrap().chars().count() <= 500);
}

/// Predicates use the message as received, not the masked one.
#[tokio::test]
async fn predicates_work_on_masked_messages() {
    let client = |wire: &Wire| wire.client();
    let text = message(401, "Invalid Scope [APP001] of key hunter2");
    let wire = Wire::responding(401, "application/json", &text).await;
    let error = client(&wire).connections().count().await.unwrap_err();
    assert!(error.is_permission_denied() && !error.is_unauthorized());
    assert_eq!(error.server_message(), Some("Invalid Scope *** of key ***"));
}

/// A response that breaks HTTP itself, with a secret where it breaks.
#[tokio::test]
async fn what_breaks_http_is_not_quoted() {
    let broken = [
        format!("{KEY} {STRANGER}\r\n\r\n"),
        format!("HTTP/1.1 {STRANGER} {KEY}\r\n\r\n"),
        format!("HTTP/1.1 200 {KEY}\r\n{STRANGER}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: {STRANGER}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{STRANGER}\r\n"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{STRANGER}{KEY}"),
        format!("HTTP/1.1 302 Found\r\nlocation: https://{STRANGER}/{KEY}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {STRANGER}\r\n\r\n{KEY}"),
        format!("HTTP/1.1 200 OK\r\n\r\n{{\"total\":\"{STRANGER}\",\"{KEY}\":1}}"),
        format!("HTTP/1.1 200 OK\r\n\r\n[{{\"{STRANGER}\":{{\"{KEY}\":[{STRANGER}"),
        format!("HTTP/1.1 200 OK\r\n\r\n[{{\"domain\":{{\"{STRANGER}\":\"{KEY}\"}}}}]"),
    ];
    for response in broken {
        let log = Log::of_this_thread(tracing::Level::TRACE);
        let wire = Wire::sending(response.as_str()).await;
        let client = builder(&wire).build().unwrap();
        let acme = client.domain("acme.example").unwrap();
        let mut printed = String::new();
        for error in [
            client.connections().count().await.unwrap_err(),
            client.connections().list().await.unwrap_err(),
            acme.connections().get("sip*@a").await.unwrap_err(),
        ] {
            printed += &printed_error(&error);
        }
        printed += &log.text();
        assert!(
            printed.contains("count_connections") && printed.contains("get_connection"),
            "{printed}"
        );
        for secret in [STRANGER, KEY, "acme.example"] {
            assert!(!printed.contains(secret), "{response}\n{printed}");
        }
    }
}

fn on_a_runtime(test: impl Future<Output = String>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(test)
}

/// A word that names a credential, as somebody may write it.
fn credential() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "api key",
        "bearer",
        "authorization",
        "pin",
        "credential",
        "jwt",
        "passphrase",
        "digest",
        "login",
        "kennwort",
        "contraseña",
    ]);
    let written = prop::sample::select(vec![
        str::to_owned as fn(&str) -> String,
        str::to_uppercase,
        |word| word.chars().map(|c| format!("{c} ")).collect(),
        |word| word.chars().map(|c| format!("{c}\u{200d}")).collect(),
        |word| format!("sip_{word}_hash"),
        |word| format!("\"{word}\""),
        |word| url(word),
        |word| html(word),
    ]);
    (word, written).prop_map(|(word, written)| written(word))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_message_that_names_a_credential_shows_no_secret(
        before in "\\PC{0,20}",
        credential in credential(),
        between in "[ :=>\"'({\\[\n,;&|/-]{1,4}",
        secret in "[A-Za-z0-9._-]{3,16}[0-9]",
        after in "\\PC{0,20}",
        secret_first in any::<bool>(),
        status in prop::sample::select(vec![202u16, 400, 401, 403, 404, 409, 500, 503]),
    ) {
        let text = match secret_first {
            false => format!("{before} {credential}{between}{secret} {after}"),
            true => format!("{before} {secret}{between}{credential} {after}"),
        };
        let printed = on_a_runtime(everything(&message(status, &text), status, "Zq9-own"));
        // Digits of a status or a time could be a secret by chance; letters with a digit are not.
        prop_assume!(secret.contains(|c: char| c.is_ascii_alphabetic()));
        prop_assert!(!printed.contains(&secret), "{text}\n{printed}");
    }

    #[test]
    fn a_chain_of_encodings_does_not_show_the_password(
        rest in "[ -~]{3,24}",
        chain in prop::collection::vec(0..ENCODINGS.len(), 1..=3),
        before in "[ -~]{0,12}",
        after in "[ -~]{0,12}",
    ) {
        let password = format!("Zq9x{rest}");
        let encoded = chain.iter().fold(password.clone(), |text, index| ENCODINGS[*index].1(&text));
        let text = format!("{before} {encoded} {after}");
        let printed = on_a_runtime(everything(&message(400, &text), 400, &password));
        let shown = essence(&printed);
        // Upper case destroys base64: nobody can read the password from that.
        let destroyed = chain.iter().any(|index| {
            ENCODINGS[*index].0.contains("upper") || ENCODINGS[*index].0.contains("lower")
        });
        prop_assert!(destroyed || !shown.contains(&essence(&encoded)), "{text}\n{printed}");
        prop_assert!(!shown.contains("zq9x"), "{text}\n{printed}");
        let password: Vec<char> = essence(&password).chars().collect();
        for part in password.windows(8) {
            let part: String = part.iter().collect();
            prop_assert!(!shown.contains(&part), "{part} in {text}\n{printed}");
        }
    }
}
