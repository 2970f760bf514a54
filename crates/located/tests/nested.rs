//! Tests that parsing JSON embedded in a string equals parsing the decoded string.

use std::fmt::Write as _;

use located::{PositionsInString, Source, json, json_in_string, pointer};
use proptest::prelude::*;
use serde_json::{Value, json};

/// By way of the string, as `serde_json` builds it; `None` if there is more to report than
/// the value.
fn by_the_string(written: &str) -> Option<Value> {
    let string: String = serde_json::from_str(&format!("\"{written}\"")).ok()?;
    let (value, duplicates) = json(&string).ok()?;
    duplicates.is_empty().then_some(value)
}

/// A text as it is written between quotes.
fn written(text: &str) -> String {
    let literal = Value::from(text).to_string();
    literal[1..literal.len() - 1].to_owned()
}

/// The same in ASCII, as many libraries write it.
fn in_ascii(written: &str) -> String {
    let mut ascii = String::new();
    for c in written.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(ascii, "\\u{unit:04x}").expect("memory takes all");
            }
        }
    }
    ascii
}

/// Every character as an escape, as nobody writes it.
fn in_escapes(text: &str) -> String {
    let units = text.encode_utf16();
    units.map(|unit| format!("\\u{unit:04X}")).collect()
}

fn values() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..100_u8).prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        numbers,
        "[a-c\"\\\\/\n\t\u{8}\u{1}é字😀 ]{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        let members = proptest::collection::vec(("[a-d\"é\\\\]{0,2}", inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().collect()),
            // The same keys again and again, not always all of them, nor in the same order.
            proptest::collection::vec((inner, 0..32_u8, any::<bool>()), 0..8).prop_map(|items| {
                let item = |(value, which, turned): (Value, u8, bool)| {
                    let mut names = vec!["one", "two", "three", "four", "five"];
                    if turned {
                        names.swap(1, 3);
                    }
                    let named = names.into_iter().enumerate();
                    named
                        .filter(|(at, _)| which & 1 << at == 0)
                        .map(|(_, name)| (name.to_owned(), value.clone()))
                        .collect::<Value>()
                };
                items.into_iter().map(item).collect()
            }),
        ]
    })
}

/// The value alone.
fn value_in_string(written: &str, spare: Value) -> Option<Value> {
    json_in_string(written, spare).map(|(value, _)| value)
}

proptest! {
    #[test]
    fn what_any_writer_wrote_is_read_without_the_string(value in values()) {
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        let texts = [
            in_ascii(&compact),
            pretty.replace('\n', "\r\n\t"),
            compact.replace('/', "\\/"),
            compact,
            pretty,
        ];
        for text in texts {
            for written in [
                written(&text), in_ascii(&written(&text)), written(&text).replace('/', "\\/")
            ] {
                let read = value_in_string(&written, Value::Null);
                prop_assert_eq!(&read, &by_the_string(&written), "{}", written);
                prop_assert!(read.is_some(), "{}", written);
                // Equal maps may be in another order.
                prop_assert_eq!(
                    read.map(|it| it.to_string()),
                    by_the_string(&written).map(|it| it.to_string()),
                );
            }
        }
    }

    #[test]
    fn a_value_stands_where_the_string_has_it(before in values(), value in values()) {
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        for inner in [in_ascii(&compact), pretty.replace('\n', "\r\n\t"), compact] {
            let source = Source::new("", inner.clone());
            let writings = [written(&inner), in_ascii(&written(&inner)), in_escapes(&inner)];
            for written in writings {
                let positions = PositionsInString::of(&written).expect("JSON");
                // Reading it notes the same positions.
                if let Some((_, read)) = json_in_string(&written, before.clone()) {
                    prop_assert_eq!(&read, &positions, "{}", written);
                }
                for (at, _) in pointer::values(&value) {
                    // What is no object or array is no JSON document to a source.
                    let key = source.key_span(&at).or_else(|| source.span(&at));
                    let expected = match at.as_str() {
                        "" => 0,
                        _ => key.expect("a value").start,
                    };
                    let before = &written[..positions.extent(&written, &at).start];
                    let before: String =
                        serde_json::from_str(&format!("\"{before}\"")).expect("a string");
                    prop_assert_eq!(before, &inner[..expected], "{} in {}", at, written);
                }
            }
        }
    }

    #[test]
    fn nothing_is_left_of_the_value_whose_memory_is_used_again(
        before in values(),
        value in values(),
    ) {
        // Like the one before at most places, as the bodies of an API are, or not at all.
        let mut like = before.clone();
        if let Some(items) = like.as_array_mut().filter(|items| !items.is_empty()) {
            let middle = items.len() / 2;
            items[middle] = value.clone();
        } else if let Some(members) = like.as_object_mut() {
            members.insert("b".to_owned(), value.clone());
            members.shift_remove("a");
        }
        for next in [&value, &like, &before] {
            let written = written(&next.to_string());
            let read = value_in_string(&written, before.clone()).expect("JSON");
            let expected = by_the_string(&written).expect("JSON");
            prop_assert_eq!(&read, &expected);
            prop_assert_eq!(read.to_string(), expected.to_string());
        }
    }

    #[test]
    fn whatever_is_written_no_other_value_is_read(
        before in values(),
        written in concat!(
            r#"([\[\]{}:, a1\-.e"\\/nu\n\tdc8é]|\\"|\\\\|\\\\\\"|\\n|true|null|\\ud83d"#,
            r"|\\u0022|0){0,24}",
        ),
    ) {
        if let Some(value) = value_in_string(&written, before) {
            prop_assert_eq!(by_the_string(&written), Some(value), "{}", written);
        }
        // Of what is not JSON, no place is right, but each is within it.
        if let Some(positions) = PositionsInString::of(&written) {
            prop_assert!(written.get(positions.extent(&written, "/a/0")).is_some());
        }
    }

    #[test]
    fn a_fault_anywhere_reads_as_the_string_does(
        before in values(),
        like_before: bool,
        value in values(),
        at: prop::sample::Index,
        with in r#"[\[\]{}:, a1\-.e"\\/nu\n\t]{0,2}"#,
    ) {
        let mut written = written(&value.to_string());
        let bounds: Vec<_> = (0..=written.len())
            .filter(|it| written.is_char_boundary(*it))
            .collect();
        let start = *at.get(&bounds);
        let end = bounds.iter().copied().find(|it| *it > start).unwrap_or(start);
        written.replace_range(start..end, &with);
        let before = if like_before { value } else { before };
        if let Some(value) = value_in_string(&written, before) {
            prop_assert_eq!(by_the_string(&written), Some(value), "{}", written);
        }
    }
}

#[test]
fn a_value_stands_behind_the_marks_before_it() {
    for (written, at, rest) in [
        ("\u{feff} {\\\"a\\\": 1}", "/a", r#"\"a\": 1}"#),
        (r#"\uFEFF\ufeff\n[1, 2]"#, "/1", "2]"),
        (
            r#"\u007b\u0022a\u0022\u003a\u0031\u007d"#,
            "/a",
            r#"\u0022a\u0022\u003a\u0031\u007d"#,
        ),
        // Of two, the last counts.
        (r#"{\"a\":1,\"\\u0061\":2}"#, "/a", r#"\"\\u0061\":2}"#),
        (r#"{\"a\":[1,{}]}"#, "/a/1/b/c", "{}]}"),
        ("plain", "/a", "plain"),
    ] {
        let positions = PositionsInString::of(written).expect("positions");
        assert_eq!(
            &written[positions.extent(written, at).start..],
            rest,
            "{written}"
        );
    }
    for nothing in ["", " ", r#"\"a"#, "[1"] {
        assert!(PositionsInString::of(nothing).is_none(), "{nothing}");
    }
}

#[test]
fn escapes_of_both_strings_are_undone() {
    for (written, expected) in [
        (r#"\"a\""#, json!("a")),
        (r#"\"\\n\\t\\r\\b\\f\""#, json!("\n\t\r\u{8}\u{c}")),
        (r#"\"\\\"\\\\\\/\\/\/\""#, json!("\"\\///")),
        (r#"\"\u00e9\\u00E9é\""#, json!("ééé")),
        (r#"\"\ud83d\ude00\\ud83d\\ude00😀\""#, json!("😀😀😀")),
        (r#"\"\\u0022\\u0000\""#, json!("\"\0")),
        (r#" \n\r\t{ \"a\"\n:\t1 } \n"#, json!({"a": 1})),
    ] {
        assert_eq!(
            value_in_string(written, Value::Null),
            Some(expected),
            "{written}"
        );
    }
}

#[test]
fn what_needs_a_closer_look_is_left_to_the_string() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(value_in_string(&deep(127), Value::Null).is_some());
    let before = json!({"a\\": 1, "a\"": 2, "a": 3});
    assert!(value_in_string(r#"{\"a\\": 1}"#, before.clone()).is_none());
    assert!(value_in_string(r#"{\"a"\": 1}"#, before.clone()).is_none());
    assert!(value_in_string(r#"{\"a\": 1, \"a\": 2}"#, before).is_none());
    for written in [
        // No JSON, of the one string or of the other.
        "",
        r#"\"a"#,
        r#"\"a\" 1"#,
        r#"\"a"b\""#,
        r#"\"\q\""#,
        r#"\"\\q\""#,
        r#"\"\n\""#,
        "\\\"\n\\\"",
        "\n1",
        r#"\"\\"\""#,
        r#"\"\u000a\""#,
        r#"\"\u+123\""#,
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "[1,]",
        "[,1]",
        r#"{\"a\":1,}"#,
        r#"{\"a\" 1}"#,
        "{1:1}",
        "tru",
        "nulll",
        "[1 2]",
        "[",
        "{",
        // JSON, of which there is more to report.
        r#"{\"a\":1,\"a\":2}"#,
        r#"[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2,\"a\":3}]"#,
        r#"\"\ud83d\""#,
        r#"\"\\ud83d\""#,
        r#"\"\\ud83d\\n\""#,
        r#"\"\\ude00\\ud83d\""#,
        "1e999",
        r"\u005b1]",
        "\u{feff}1",
        &deep(128),
    ] {
        assert_eq!(value_in_string(written, Value::Null), None, "{written}");
    }
}

#[test]
fn numbers_are_those_that_serde_json_reads() {
    for number in [
        "0",
        "-0",
        "7",
        "-7",
        "999999999999999999",
        "1000000000000000000",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "0.1",
        "1e2",
        "1E+2",
        "5e-324",
        "1e-999",
        "123456789012345678901234567890",
        "0.30000000000000004",
    ] {
        let read = value_in_string(number, Value::Null).expect("a number");
        let expected: Value = serde_json::from_str(number).expect("a number");
        assert_eq!(read, expected);
        assert_eq!(read.to_string(), expected.to_string(), "{number}");
    }
}

#[test]
fn a_search_does_not_change_positions() {
    let members: Vec<_> = (0..100).map(|number| format!("\"{number}\": 1")).collect();
    let written = written(&format!("{{{}}}", members.join(",")));
    let (new, used) = (
        PositionsInString::of(&written),
        PositionsInString::of(&written),
    );
    let extent = used.as_ref().map(|it| it.extent(&written, "/99"));
    assert_eq!(extent.map(|it| &written[it]), Some(r#"\"99\": 1"#));
    assert_eq!(new, used);
}
