//! Values and positions of YAML and JSON texts.

use serde_json::{Value, json};
use xtask::source::Source;

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
        "yes: yes\nno: NO\non: on\nt: True\nn1: ~\nn2:\nn3: Null\ni: 0x10\no: 0o17\nz: 010\nf: 1e3\ns: '5'\nd: 2025-05-19\nbig: 18446744073709551615\n200: ok\n",
    );
    let expected = json!({
        "yes": "yes", "no": "NO", "on": "on", "t": true, "n1": null, "n2": null, "n3": null, "i": 16, "o": 15, "z": 10,
        "f": 1000.0, "s": "5", "d": "2025-05-19", "big": u64::MAX, "200": "ok",
    });
    assert_eq!(source.value().unwrap(), expected);
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
    let source =
        Source::new("a.json", "{\n  \"a\\\"}\": [1, \"]\\\\\", {\"\\ud83d\\ude00\": -1.5e3}],\n  \"é\": true, \"k\": null\n}".to_owned());
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
fn a_key_that_comes_twice_is_an_error() {
    for (file, source, place) in [
        ("a.yaml", "a: 1\nb: 2\na: 3\n", "a.yaml:3:1"),
        ("a.json", "{\"a\": 1,\n \"a\": 2}", "a.json:2:"),
    ] {
        let said = Source::new(file, source.to_owned())
            .value()
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with(place) && said.contains("`a` comes twice"),
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
