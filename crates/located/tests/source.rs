//! Values and positions of YAML and JSON texts.

use located::{PositionsInString, Source};
use serde_json::{Value, json};

fn yaml(text: &str) -> Source {
    Source::new("a.yaml", text.to_owned())
}

fn at(source: &Source, pointer: &str) -> (usize, usize) {
    let place = source.place(pointer).unwrap();
    (place.line, place.column)
}

fn text<'s>(source: &'s Source, pointer: &str) -> &'s str {
    &source.text()[source.span(pointer).unwrap()]
}

#[test]
fn yaml_follows_the_core_schema() {
    let source = yaml(
        "yes: yes\nno: NO\non: on\nt: True\nn1: ~\nn2:\nn3: Null\ni: 0x10\no: 0o17\nz: 010\n\
         f: 1e3\ns: '5'\nd: 2025-05-19\nbig: 18446744073709551615\n200: ok\n",
    );
    let expected = json!({
        "yes": "yes", "no": "NO", "on": "on", "t": true, "n1": null, "n2": null, "n3": null,
        "i": 16, "o": 15, "z": 10, "f": 1000.0, "s": "5", "d": "2025-05-19", "big": u64::MAX,
        "200": "ok",
    });
    assert_eq!(source.value().unwrap(), expected);
}

/// Every plain scalar of the table of the core schema (YAML 1.2.2, section 10.3), and what looks
/// like one and is none.
#[test]
fn plain_scalars_are_what_the_core_schema_says() {
    let table = [
        ("~", json!(null)),
        ("null", json!(null)),
        ("Null", json!(null)),
        ("NULL", json!(null)),
        ("nULL", json!("nULL")),
        ("true", json!(true)),
        ("True", json!(true)),
        ("TRUE", json!(true)),
        ("tRUE", json!("tRUE")),
        ("false", json!(false)),
        ("False", json!(false)),
        ("FALSE", json!(false)),
        ("yes", json!("yes")),
        ("on", json!("on")),
        ("y", json!("y")),
        ("0", json!(0)),
        ("-7", json!(-7)),
        ("+12", json!(12)),
        ("007", json!(7)),
        ("0x1F", json!(31)),
        ("0xFFFFFFFFFFFFFFFF", json!(u64::MAX)),
        ("0o17", json!(15)),
        ("0x-1", json!("0x-1")),
        ("0o+1", json!("0o+1")),
        ("0xG", json!("0xG")),
        ("0x", json!("0x")),
        ("+-5", json!("+-5")),
        ("1_000", json!("1_000")),
        ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
        ("1.5", json!(1.5)),
        ("-.5", json!(-0.5)),
        ("+.5", json!(0.5)),
        ("1e3", json!(1000.0)),
        ("1.", json!(1.0)),
        ("1.e2", json!(100.0)),
        (".", json!(".")),
        ("1e", json!("1e")),
        ("3.0.3", json!("3.0.3")),
        ("2025-05-19", json!("2025-05-19")),
        ("12:30", json!("12:30")),
        ("inf", json!("inf")),
        ("nan", json!("nan")),
        ("+nan", json!("+nan")),
        ("infinity", json!("infinity")),
        ("''", json!("")),
        ("'1'", json!("1")),
        (r#""true""#, json!("true")),
        ("!!str 1", json!("1")),
        ("!!int 0x10", json!(16)),
        ("!!float 1", json!(1.0)),
        ("!!bool True", json!(true)),
        ("!!null ~", json!(null)),
        ("!local 5", json!(5)),
    ];
    for (scalar, expected) in table {
        let read = yaml(&format!("a: {scalar}\n")).value();
        assert_eq!(read.unwrap()["a"], expected, "{scalar}");
    }
    for scalar in [
        ".inf",
        "-.INF",
        ".nan",
        "!!int x",
        "!!bool maybe",
        "!!float abc",
    ] {
        let error = yaml(&format!("a: {scalar}\n")).value();
        assert!(error.is_err(), "{scalar}");
    }
}

#[test]
fn broken_yaml_is_reported_with_its_place() {
    let table = [
        ("a: b: c\n", "a.yaml:1:"),
        ("a:\n  - x\n b: [\n", "a.yaml:3:"),
        ("? [a]\n: 1\n", "a.yaml:1:3: a key must be a string"),
        ("", "a.yaml:1:1: the document is empty"),
        ("a: 1\n---\nb: 1\n", "a.yaml:3:1: a second document"),
    ];
    for (text, beginning) in table {
        let error = yaml(text).value().unwrap_err().to_string();
        assert!(error.starts_with(beginning), "{text:?}: {error}");
    }
}

#[test]
fn an_error_stands_at_its_pointer_or_at_the_nearest_value_around_it() {
    let source = yaml("paths:\n  /a/{b}:\n    get:\n      x: [1, 2]\n");
    let table = [
        ("/paths/~1a~1{b}/get", "a.yaml:3:5: no"),
        ("/paths/~1a~1{b}/get/x/1", "a.yaml:4:14: no"),
        ("/paths/~1a~1{b}/get/missing/deep", "a.yaml:3:5: no"),
        ("/elsewhere", "a.yaml:1:1: no"),
    ];
    for (pointer, expected) in table {
        assert_eq!(source.error_at(pointer, "no").to_string(), expected);
    }
}

#[test]
fn bytes_that_are_no_text_are_reported_with_their_place() {
    let bytes = b"{\n\"\xc3\xa9\": \"\xff\"}".to_vec();
    let error = Source::from_bytes("a.json", bytes, 3).unwrap_err();
    assert_eq!(error.to_string(), "a.json:4:7: not UTF-8");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let error = Source::read(std::path::Path::new("no/such/file")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read no/such/file");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn keys_keep_their_order() {
    let Value::Object(members) = yaml("b: 1\na: 2\nc: 3\n").value().unwrap() else {
        panic!()
    };
    assert_eq!(members.keys().collect::<Vec<_>>(), ["b", "a", "c"]);
}

#[test]
fn an_alias_is_the_value_of_its_anchor() {
    let source = yaml("a: &x {b: 1}\nc: *x\n");
    assert_eq!(
        source.value().unwrap(),
        json!({"a": {"b": 1}, "c": {"b": 1}})
    );
    assert_eq!(at(&source, "/c"), (2, 1));
}

#[test]
fn aliases_cannot_blow_a_document_up() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{}]\n", before.trim_end_matches(", "));
    }
    assert!(
        yaml(&text)
            .value()
            .unwrap_err()
            .to_string()
            .contains("too large")
    );
}

#[test]
fn nesting_is_bounded() {
    let text = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(yaml(&text).value().is_err());
    assert!(Source::new("a.json", text[3..].to_owned()).value().is_err());
}

#[test]
fn yaml_places_are_those_of_the_keys() {
    let source =
        yaml("a:\n  - b: 1\n    cé: {d: x,  e: y}\n  - two\n# comment\nf: |\n  block\n\ng: 1\n");
    assert_eq!(at(&source, ""), (1, 1));
    assert_eq!(at(&source, "/a"), (1, 1));
    assert_eq!(at(&source, "/a/0"), (2, 5));
    assert_eq!(at(&source, "/a/0/cé"), (3, 5));
    assert_eq!(at(&source, "/a/0/cé/e"), (3, 17));
    assert_eq!(at(&source, "/a/1"), (4, 5));
    assert_eq!(at(&source, "/g"), (9, 1));
    assert_eq!(source.place("/a/0/missing"), None);
    assert_eq!(source.place("/a/x"), None);
}

#[test]
fn yaml_spans_are_those_of_the_values() {
    let source =
        yaml("a:\n  - b: 1\n    cé: {d: x,  e: 'y'}\n  - two\n# comment\nf: |\n  block\n\ng: 1\n");
    assert_eq!(text(&source, "/a/0/cé/d"), "x");
    assert_eq!(text(&source, "/a/0/cé/e"), "'y'");
    assert_eq!(text(&source, "/a/0/cé"), "{d: x,  e: 'y'}");
    assert_eq!(
        text(&source, "/a"),
        "- b: 1\n    cé: {d: x,  e: 'y'}\n  - two"
    );
    assert_eq!(&source.text()[source.key_span("/g").unwrap()], "g");
}

#[test]
fn json_places_survive_escapes() {
    let json = concat!(
        "{\n",
        r#"  "a\"}": [1, "]\\", {"\ud83d\ude00": -1.5e3}],"#,
        "\n",
        r#"  "é": true, "k": null"#,
        "\n}",
    );
    let source = Source::new("a.json", json.to_owned());
    assert_eq!(at(&source, "/a\"}"), (2, 3));
    assert_eq!(at(&source, "/a\"}/2/😀"), (2, 23));
    assert_eq!(text(&source, "/a\"}/2/😀"), "-1.5e3");
    assert_eq!(text(&source, "/a\"}/1"), "\"]\\\\\"");
    assert_eq!(at(&source, "/k"), (3, 14));
    assert_eq!(text(&source, "/k"), "null");
}

#[test]
fn pointers_are_unescaped() {
    let source = Source::new("a.json", "{\"a/b\": {\"c~d\": 1}}".to_owned());
    assert_eq!(text(&source, "/a~1b/c~0d"), "1");
}

#[test]
fn a_duplicate_key_is_an_error() {
    for (file, source, place) in [
        ("a.yaml", "a: 1\nb: 2\na: 3\n", "a.yaml:3:1"),
        ("a.json", "{\"a\": 1,\n \"a\": 2}", "a.json:2:"),
    ] {
        let said = Source::new(file, source.to_owned())
            .value()
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with(place) && said.contains("duplicate key `a`"),
            "{said}"
        );
    }
}

#[test]
fn an_error_says_where_and_why() {
    let said = yaml("a: 1\nb: [1, 2\nc: 3\n")
        .value()
        .unwrap_err()
        .to_string();
    assert!(said.starts_with("a.yaml:"), "{said}");
    let said = Source::new("a.json", "{\"é\": tru}".to_owned())
        .value()
        .unwrap_err()
        .to_string();
    assert!(said.starts_with("a.json:1:10: expected ident"), "{said}");
}

#[test]
fn a_line_of_a_file_knows_its_number() {
    let source = Source::at_line("a.ndjson", "{\"a\": 1}".to_owned(), 7);
    assert_eq!(at(&source, "/a"), (7, 2));
}

proptest::proptest! {
    /// What a file holds is looked through for places before anybody has checked it.
    #[test]
    fn every_value_of_a_json_text_has_a_place_and_no_text_is_looked_through_for_ever(
        text in r#"[\[{][\[\]{},:"\\a1é \n]{0,12}[\]}"]?"#,
        pointer in "(/[a1é0]?){0,3}",
    ) {
        let source = Source::new("a.json", text.clone());
        source.place(&pointer);
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            for (at, value) in located::pointer::values(&value) {
                let read: Value = serde_json::from_str(&text[source.span(&at).unwrap()]).unwrap();
                proptest::prop_assert_eq!(&read, value);
            }
        }
    }

    #[test]
    fn the_end_of_a_string_is_the_one_that_serde_finds(
        inside in "([a-zé字]{0,20}|\"|\\\\){0,8}",
        after in "[\",a]{0,9}",
        cut in 0..200_usize,
    ) {
        let string = Value::from(inside).to_string();
        let text = format!("{string}{after}");
        proptest::prop_assert_eq!(located::string_end(text.as_bytes(), 1), Ok(string.len()));
        // In two parts.
        let cut = cut.min(string.len() - 1).max(1);
        let resumed = located::string_end(&text.as_bytes()[..cut], 1).unwrap_err();
        proptest::prop_assert_eq!(
            located::string_end(text.as_bytes(), resumed),
            Ok(string.len())
        );
    }
}

/// So many members or items are looked up one by one, and with an index if there are more.
const FEW: usize = 64;

/// An array of objects, the keys of which are in the order of neither the text nor the alphabet.
fn table(items: usize, members: usize) -> (String, Vec<(String, String)>) {
    let (mut text, mut values) = ("[".to_owned(), Vec::new());
    for item in 0..items {
        text += if item == 0 { "{" } else { ", {" };
        for member in 0..members {
            let (key, value) = (member * 37 % members, format!("{item}{member:06}1"));
            text += if member == 0 { "" } else { ",\n" };
            text += &format!("\"k{key}\": {value}");
            values.push((format!("/{item}/k{key}"), value));
        }
        text += "}";
    }
    (text + "]", values)
}

#[test]
fn values_of_large_objects_within_large_arrays_are_where_they_stand() {
    for items in [FEW, FEW + 1] {
        for members in [FEW, FEW + 1] {
            let (json, values) = table(items, members);
            let source = Source::new("a.json", json.clone());
            let written = Value::from(json).to_string();
            let written = &written[1..written.len() - 1];
            let positions = PositionsInString::of(written).expect("JSON");
            // The step has no factor in common with the number of members.
            for (at, value) in values.iter().step_by(19) {
                assert_eq!(text(&source, at), value, "{items} × {members}");
                let extent = &written[positions.extent(written, at)];
                assert!(extent.ends_with(&format!(": {value}")), "{at}: {extent}");
            }
        }
    }
}
