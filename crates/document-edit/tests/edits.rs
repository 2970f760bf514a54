//! Edits in documents of many layouts: the whole text before and after.

use document_edit::{Edit, Position, apply};
use located::Source;
use serde_json::{Value, json};

fn insert(at: &str, key: &str, value: Value) -> Edit {
    Edit::Insert {
        at: at.to_owned(),
        key: key.to_owned(),
        value,
        position: Position::Last,
    }
}

fn push(at: &str, value: Value) -> Edit {
    let at = at.to_owned();
    Edit::Push { at, value }
}

fn remove(at: &str) -> Edit {
    Edit::Remove { at: at.to_owned() }
}

#[track_caller]
fn becomes(before: &str, edit: Edit, after: &str) {
    let edited = apply(&Source::new("a.yaml", before.to_owned()), &[edit]);
    assert_eq!(
        edited.map_err(|error| error.to_string()).as_deref(),
        Ok(after)
    );
}

#[test]
fn an_item_of_a_flow_list_is_added_on_its_line() {
    becomes(
        "a: [b, c] # d\n",
        push("/a", json!("e")),
        "a: [b, c, e] # d\n",
    );
}

#[test]
fn an_item_is_added_to_an_empty_list() {
    becomes(
        "a: []\nb: 1\n",
        push("/a", json!("no")),
        "a: ['no']\nb: 1\n",
    );
}

#[test]
fn an_item_of_a_block_list_is_a_line_below_the_comment_of_the_last() {
    becomes(
        "a:\n- b\n- c # the last\n# of d\nd: 1\n",
        push("/a", json!("e")),
        "a:\n- b\n- c # the last\n- e\n# of d\nd: 1\n",
    );
}

#[test]
fn a_member_is_added_below_a_text_of_several_lines() {
    becomes(
        "a:\n   b: >-\n      c\n      d\n\n# e\nf: 1\n",
        insert("/a", "g", json!({"h": ["i"], "j": {"$ref": "#/k"}})),
        "a:\n   b: >-\n      c\n      d\n   g:\n      h: [i]\n      j:\n         $ref: '#/k'\n\n\
         # e\nf: 1\n",
    );
}

#[test]
fn a_member_of_a_block_is_on_one_line_where_its_siblings_are() {
    becomes(
        "a:\n  b: {c: 1}\n",
        insert("/a", "d", json!({"e": 2})),
        "a:\n  b: {c: 1}\n  d: {e: 2}\n",
    );
    becomes(
        "a:\n  - {b: 1}\n",
        push("/a", json!({"b": 2})),
        "a:\n  - {b: 1}\n  - {b: 2}\n",
    );
}

#[test]
fn a_member_is_added_behind_another() {
    let edit = Edit::Insert {
        at: "/a".into(),
        key: "404".into(),
        value: json!(1),
        position: Position::After("200".into()),
    };
    becomes(
        "a:\n  '200': 1 # b\n\n  # c\n  '500': 2\n",
        edit,
        "a:\n  '200': 1 # b\n  '404': 1\n\n  # c\n  '500': 2\n",
    );
}

#[test]
fn a_member_is_added_before_all_others() {
    let edit = |at: &str| Edit::Insert {
        at: at.into(),
        key: "x".into(),
        value: json!(1),
        position: Position::First,
    };
    becomes("a:\n  b: 1\n", edit("/a"), "a:\n  x: 1\n  b: 1\n");
    becomes("a: {b: 1}\n", edit("/a"), "a: {x: 1, b: 1}\n");
    becomes("- b: 1\n  c: 2\n", edit("/0"), "- x: 1\n  b: 1\n  c: 2\n");
}

#[test]
fn a_member_of_json_has_the_layout_of_its_siblings() {
    becomes(
        "{\n\t\"a\": {\n\t\t\"b\": {\n\t\t\t\"c\": 1\n\t\t}\n\t}\n}\n",
        insert("/a", "d", json!({"e": [1]})),
        "{\n\t\"a\": {\n\t\t\"b\": {\n\t\t\t\"c\": 1\n\t\t},\n\t\t\"d\": {\n\t\t\t\"e\": [\n\
         \t\t\t\t1\n\t\t\t]\n\t\t}\n\t}\n}\n",
    );
    becomes(
        "{\"a\":{\"b\":1,\"c\":2}}",
        insert("/a", "d", json!({"e": "f"})),
        "{\"a\":{\"b\":1,\"c\":2,\"d\":{\"e\":\"f\"}}}",
    );
    becomes(
        "{\n  \"a\": {\n    \"b\": {\"c\": 1}\n  }\n}\n",
        insert("/a", "d", json!({"e": 2})),
        "{\n  \"a\": {\n    \"b\": {\"c\": 1},\n    \"d\": {\"e\": 2}\n  }\n}\n",
    );
    becomes(
        "{\n  \"a\": {}\n}\n",
        insert("/a", "b", json!(1)),
        "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
    );
}

#[test]
fn a_member_of_a_flow_mapping_on_lines_leaves_comments_where_they_are() {
    becomes(
        "a: {\n  b: 1, # x\n  c: 2 # y, z\n  }\n",
        insert("/a", "d", json!(3)),
        "a: {\n  b: 1, # x\n  c: 2, # y, z\n  d: 3\n  }\n",
    );
    becomes(
        "a: {\n  b: 1,\n  }\n",
        insert("/a", "d", json!(3)),
        "a: {\n  b: 1,\n  d: 3,\n  }\n",
    );
}

#[test]
fn strings_with_brackets_tabs_and_signs_of_comments_are_not_taken_for_layout() {
    becomes(
        "a: {b: \"}\\t# c\", d: 'e: ]'}\n",
        insert("/a", "f", json!("g: h")),
        "a: {b: \"}\\t# c\", d: 'e: ]', f: 'g: h'}\n",
    );
}

#[test]
fn line_ends_stay_those_of_the_document() {
    becomes(
        "a:\r\n  b: 1\r\nc: 2\r\n",
        insert("/a", "d", json!(3)),
        "a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n",
    );
}

#[test]
fn a_document_without_a_last_line_end_gets_none_more_than_needed() {
    becomes(
        "a:\n  b: 1",
        insert("/a", "c", json!(2)),
        "a:\n  b: 1\n  c: 2",
    );
}

#[test]
fn a_scalar_becomes_a_block_of_its_own_and_keeps_its_comment() {
    let edit = Edit::Swap {
        at: "/a/type".into(),
        key: "anyOf".into(),
        value: json!([{"type": "string"}, {"type": "integer"}]),
    };
    becomes(
        "a:\n  type: string # text\n  b: 1\n",
        edit,
        "a:\n  anyOf: # text\n    - type: string\n    - type: integer\n  b: 1\n",
    );
}

#[test]
fn a_block_becomes_a_scalar() {
    let edit = Edit::Swap {
        at: "/a/allOf".into(),
        key: "type".into(),
        value: json!("string"),
    };
    becomes(
        "a:\n  allOf:\n    - b: 1\n    - c: 2 # d\n  e: 1\n",
        edit,
        "a:\n  type: string\n  e: 1\n",
    );
}

#[test]
fn a_scalar_in_a_flow_mapping_is_replaced_in_flow() {
    let edit = Edit::Swap {
        at: "/a/type".into(),
        key: "anyOf".into(),
        value: json!([{"type": "string"}]),
    };
    becomes(
        "a: {type: string, b: 1}\n",
        edit,
        "a: {anyOf: [{type: string}], b: 1}\n",
    );
}

#[test]
fn a_key_alone_is_replaced() {
    let edit = Edit::Swap {
        at: "/a/allOf".into(),
        key: "anyOf".into(),
        value: json!([{"b": 1}]),
    };
    becomes(
        "a:\n  allOf:\n    - b: 1 # c\n",
        edit,
        "a:\n  anyOf:\n    - b: 1 # c\n",
    );
}

#[test]
fn a_member_is_removed_with_its_line() {
    becomes("a:\n  b: 1 # c\n  d: 2\n", remove("/a/b"), "a:\n  d: 2\n");
    becomes("a: {b: 1, d: 2}\n", remove("/a/b"), "a: {d: 2}\n");
    becomes("a: {b: 1, d: 2}\n", remove("/a/d"), "a: {b: 1}\n");
    becomes("a: [b, c]\n", remove("/a/1"), "a: [b]\n");
    becomes("- b: 1\n  d: 2\n", remove("/0/b"), "- d: 2\n");
}

#[test]
fn words_that_are_other_types_to_some_readers_are_quoted() {
    for word in [
        "yes", "Off", "n", "null", "1", "1e3", "0x1f", "~", "a: b", "- a", "12:30", "", "#a",
    ] {
        let edited = apply(
            &Source::new("a.yaml", "a: [b]\n".to_owned()),
            &[push("/a", json!(word))],
        );
        assert_eq!(edited.expect("an edit"), format!("a: [b, '{word}']\n"));
    }
}

#[test]
fn what_an_alias_stands_for_is_not_edited() {
    let text = "a: &x\n  b: 1\nc: *x\n";
    for at in ["/a", "/c"] {
        let edited = apply(
            &Source::new("a.yaml", text.to_owned()),
            &[insert(at, "d", json!(1))],
        );
        let error = edited.expect_err("no edit").to_string();
        assert!(error.contains("edit it by hand"), "{error}");
    }
}

#[test]
fn a_place_that_is_not_there_is_an_error_with_its_place() {
    let source = Source::new("a.yaml", "a:\n  b: 1\n".to_owned());
    let error = apply(&source, &[push("/a/b", json!(1))]).expect_err("no list");
    assert_eq!(error.to_string(), "a.yaml:2:3: an array is wanted here");
}
