//! Tests JSON by RFC 8259 and YAML by its specification, in the cases that parsers often get wrong.

use located::Source;
use serde_json::{Value, json};

/// RFC 8259, sections 2 to 7.
#[test]
fn the_grammar_is_that_of_json() {
    for text in [
        "0",
        "-0",
        "1.5e-3",
        "1E+2",
        "10",
        " [ ] ",
        "{}",
        "[{}]",
        r#"{"a": [1, {"b": null}], "c": ""}"#,
        r#""\u00e9\ud800\\\/\"""#,
        "\u{feff}[true, false]",
        "\r\n\t1",
    ] {
        assert!(located::is_json(text), "{text}");
    }
    for text in [
        "",
        " ",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "[1,]",
        "[,]",
        "{,}",
        "{\"a\"}",
        "{\"a\": 1,}",
        "{a: 1}",
        "[1 2]",
        "[1}",
        "tru",
        "nulll",
        "'a'",
        "\"a",
        "\"\n\"",
        r#""\x""#,
        r#""\u12g4""#,
        "1 2",
        "[",
        "]",
        "{\"a\": 1]",
        "NaN",
        "-Infinity",
        "\u{a0}1",
    ] {
        assert!(!located::is_json(text), "{text}");
        assert!(located::json(text).is_err(), "{text}");
    }
    assert!(located::is_json(
        &("{\"a\":[".repeat(100_000) + &"]}".repeat(100_000))
    ));
}

#[test]
fn what_cannot_be_held_exactly_is_read_as_the_nearest_there_is() {
    let long = "9".repeat(400);
    for (text, expected) in [
        (format!("[{long}]"), json!([f64::MAX])),
        (format!("[-{long}, 1]"), json!([f64::MIN, 1])),
        ("[1e400]".to_owned(), json!([f64::MAX])),
        (r#"["\ud800"]"#.to_owned(), json!(["\u{fffd}"])),
        (
            r#"["\udc00\ud83d\ude00\ud800x"]"#.to_owned(),
            json!(["\u{fffd}😀\u{fffd}x"]),
        ),
        (
            r#"["\\ud800", "1e400", "\ud800"]"#.to_owned(),
            json!(["\\ud800", "1e400", "\u{fffd}"]),
        ),
    ] {
        assert_eq!(located::json(&text).unwrap().0, expected, "{text}");
    }
    // Its places are known all the same.
    let source = Source::new("a.json", "{\"\\ud800\": 1,\n \"b\": 1e400}".to_owned());
    assert_eq!(source.place("/b").unwrap().line, 2);
    assert_eq!(source.place("/\u{fffd}").unwrap().column, 2);
}

fn yaml(text: &str) -> Result<Value, String> {
    Source::new("a.yaml", text.to_owned())
        .value()
        .map_err(|error| error.to_string())
}

/// The examples of https://yaml.org/type/merge.html.
#[test]
fn merge_keys_merge() {
    let anchors = "a: &A {x: 1, y: 2}\nb: &B {x: 0, y: 2}\nc: &C {r: 10}\n";
    for (merge, expected) in [
        ("{<<: *A, r: 10}", json!({"r": 10, "x": 1, "y": 2})),
        ("{<<: [*A, *C]}", json!({"x": 1, "y": 2, "r": 10})),
        ("{<<: [*B, *A]}", json!({"x": 0, "y": 2})),
        ("{x: 5, <<: *A}", json!({"x": 5, "y": 2})),
        ("{<<: *A, x: 5}", json!({"x": 5, "y": 2})),
        ("{<<: {z: 1}}", json!({"z": 1})),
        // Quoted it is a key as any other.
        ("{\"<<\": 1}", json!({"<<": 1})),
    ] {
        let value = yaml(&format!("{anchors}m: {merge}\n")).unwrap();
        assert_eq!(value["m"], expected, "{merge}");
    }
    assert!(
        yaml("m: {<<: 1}")
            .unwrap_err()
            .starts_with("a.yaml:1:9: `<<` needs")
    );
    let source = Source::new("a.yaml", format!("{anchors}m: {{<<: *A}}\n"));
    assert_eq!(source.place("/m/y").unwrap().line, 1);
}

#[test]
fn aliases_lead_no_deeper_than_brackets() {
    let mut text = "a0: &a0 [1]\n".to_owned();
    for level in 1..200 {
        text += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    let error = yaml(&text).unwrap_err();
    assert!(
        error.contains("nested too deeply, through aliases"),
        "{error}"
    );
    yaml(&text[..text.find("a120:").unwrap()]).unwrap();
}
