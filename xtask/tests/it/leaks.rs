//! Recordings below the workspace hold nothing that must not be published.

use crate::bench::{Bench, Run, SPEC, negative, with_body};

fn with_file(file: &str, text: &str) -> Run {
    let bench = Bench::in_workspace();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body("[]"))
        .write(file, text);
    bench.validate(["--spec", "spec.yaml", "recordings"])
}

/// Put together here, so that no scanner finds it in this file.
fn key() -> String {
    format!("nss_{}", "a1B2".repeat(14))
}

#[test]
fn a_key_is_found_and_never_printed() {
    let run = with_file(
        "recordings/b.json",
        &with_body(&format!(r#"[{{"name": "{}"}}]"#, key())),
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("error[NSV701]") && run.stdout.contains("b.json:8:"),
        "{run:?}"
    );
    assert!(!run.stdout.contains(&key()), "{run:?}");
}

#[test]
fn a_password_is_found_and_never_printed() {
    let run = with_file(
        "recordings/b.json",
        &with_body(r#"[{"name": "a", "password": "correct-horse"}]"#),
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("error[NSV701]") && !run.stdout.contains("correct-horse"),
        "{run:?}"
    );
}

#[test]
fn a_public_address_a_phone_number_and_a_mail_address_are_found() {
    let [address, number, mail] = [
        ["198", "41", "0", "4"].join("."),
        ["1415", "867", "5309"].concat(),
        ["jo", "corp.com"].join("@"),
    ];
    for value in [address, number, mail] {
        let run = with_file(
            "recordings/b.json",
            &with_body(&format!(r#"[{{"name": "{value}"}}]"#)),
        );
        assert!(
            run.stdout.contains("error[NSV701]") && !run.stdout.contains(&value),
            "{value}: {run:?}"
        );
    }
}

#[test]
fn documentation_values_are_fine() {
    let run = with_file(
        "recordings/b.json",
        &with_body(r#"[{"name": "sip:15555550100@192.0.2.10", "password": "«secret-1»"}]"#),
    );
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_file_that_is_no_recording_is_searched_too() {
    let run = with_file(
        "recordings/notes.txt",
        &format!("nothing here\nuse {}\n", key()),
    );
    assert!(
        run.stdout.contains("error[NSV701]") && run.stdout.contains("notes.txt:2:"),
        "{run:?}"
    );
    assert!(!run.stdout.contains(&key()), "{run:?}");
}

#[test]
fn a_recording_that_must_be_rejected_is_searched_too() {
    let leaky = negative(r#"[{"name": 1, "password": "correct-horse"}]"#, "NSV220");
    let run = with_file("recordings/negative/b.json", &leaky);
    assert!(run.stdout.contains("error[NSV701]"), "{run:?}");
}

#[test]
fn what_has_no_shape_of_a_secret_is_found_in_a_recording() {
    for body in [
        r#"[{"name": "Kowalski"}]"#,
        r#"[{"name": "a", "kowalski": "yes"}]"#,
    ] {
        let run = with_file("recordings/b.json", &with_body(body));
        assert!(run.stdout.contains("error[NSV701]"), "{run:?}");
    }
}

#[test]
fn what_is_exported_of_the_recordings_is_no_leak() {
    let export = xtask::export_har::Args {
        paths: Vec::new(),
        output: None,
    };
    let mut har = Vec::new();
    xtask::export_har::run(&export, &mut har, &mut Vec::new()).expect("exported");
    let bench = Bench::in_workspace();
    bench.write(
        "recordings/all.har",
        std::str::from_utf8(&har).expect("text"),
    );
    let run = bench.validate(["recordings"]);
    assert!(run.stdout.contains("exchanges"), "{run:?}");
    assert!(!run.stdout.contains("NSV7"), "{run:?}");
}

#[test]
fn a_note_a_comment_and_a_har_are_checked_against_the_same_rule() {
    let har = |part: &str| {
        format!(
            r#"{{"log": {{"version": "1.2", "creator": {{"name": "agent-1", "version": ""}},
                "entries": [{{
                "startedDateTime": "2000-01-01T00:00:00.000Z", "time": 12, {part}
                "request": {{
                    "method": "GET", "url": "https://pbx.acme.example/trunks", "bodySize": 0
                }},
                "response": {{
                    "status": 200,
                    "content": {{"size": 2, "mimeType": "application/json", "text": "[]"}}
                }},
                "timings": {{"send": 0, "wait": 12, "receive": 0.25}}
            }}]}}}}"#
        )
    };
    let note = |note: &str| {
        with_body("[]").replace(
            r#""origin": "synthetic""#,
            &format!(r#""origin": "synthetic", "note": "{note}""#),
        )
    };
    let rows = [
        ("b.har", har(""), false),
        ("b.har", har(r#""comment": "Kowalski","#), true),
        ("b.har", har(r#""_initiator": {"url": "Kowalski"},"#), true),
        ("b.har", har(r#""serverIPAddress": "10.20.30.40","#), true),
        ("b.json", note("Written by hand, of 3 trunks."), false),
        ("b.json", note("The PIN is 4711."), true),
        ("b.json", r#"{"serial": "Kowalski"}"#.to_owned(), true),
        (
            "notes.md",
            "# Trunks

Made on 2025-09-16 by hand.
"
            .to_owned(),
            false,
        ),
        (
            "notes.md",
            "see pbx.kowalski.net
"
            .to_owned(),
            true,
        ),
    ];
    for (file, text, is_leak) in rows {
        let run = with_file(&format!("recordings/{file}"), &text);
        assert_eq!(run.stdout.contains("NSV701"), is_leak, "{text}: {run:?}");
        assert!(!run.stdout.contains("owalski"), "{run:?}");
    }
}
