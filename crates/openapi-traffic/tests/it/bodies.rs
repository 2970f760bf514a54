//! Bodies that are no JSON, by OpenAPI 3.0.3 ("Support for x-www-form-urlencoded Request Bodies",
//! "Special Considerations for multipart Content", Encoding Object), RFC 7578 and the URL Standard.

use std::sync::Arc;

use located::Source;
use openapi_traffic::{Exchange, Finding, Spec, judge};
use serde_json::{Value, json};

/// The findings in a request with a text as its body, and what of it was not validated.
fn found(content: &Value, content_type: &str, text: &str) -> (Vec<Finding>, Vec<String>) {
    let document = json!({
        "openapi": "3.0.3",
        "paths": {"/": {"post": {
            "requestBody": {"content": content}, "responses": {"204": {"description": ""}},
        }}},
    });
    let spec = Spec::load(Source::new("spec.json", document.to_string())).unwrap();
    let recording = json!({
        "format": 1, "meta": {"origin": "synthetic"},
        "request": {
            "method": "POST", "path": "/", "headers": {"content-type": content_type}, "text": text,
        },
        "response": {"status": 204},
    });
    let source = Source::new("r.json", recording.to_string());
    let recording = serde_json::from_value(recording).unwrap();
    let (findings, evidence) = judge(&spec, &Exchange::new(recording, Arc::new(source), "", 0));
    let unchecked = evidence.unchecked().map(|(reason, ..)| reason.to_owned());
    (findings, unchecked.collect())
}

/// The codes of these findings, and what was not validated.
fn judged(content: &Value, content_type: &str, text: &str) -> (Vec<&'static str>, Vec<String>) {
    let (findings, unchecked) = found(content, content_type, text);
    let codes = findings.iter().map(|finding| finding.code);
    (codes.collect(), unchecked)
}

fn codes(content: &Value, content_type: &str, text: &str) -> Vec<&'static str> {
    let (codes, unchecked) = judged(content, content_type, text);
    assert_eq!(unchecked, [] as [String; 0], "{text}");
    codes
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn an_encoded_form_is_validated_by_its_schema() {
    let content = json!({FORM: {"schema": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 5},
            "size": {"type": "integer", "maximum": 9},
            "open": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
            "address": {"type": "object", "properties": {
                "street": {"type": "string"}, "number": {"type": "integer"},
            }},
        },
    }}});
    let table: &[(&str, &[&str])] = &[
        ("name=a", &[]),
        ("name=a&size=9&open=true", &[]),
        // URL Standard, 5.1: `+` is a space, then percent-decoding, then UTF-8.
        ("name=a+%C3%A9+b", &[]),
        ("name=a%2Bb&", &[]),
        ("name=abcdef", &["NSV127"]),
        ("n%61me=a", &[]),
        // A text of digits is a string where a string is wanted.
        ("name=12", &[]),
        ("size=1", &["NSV123"]),
        ("name=a&size=ten", &["NSV120"]),
        ("name=a&size=10", &["NSV126"]),
        ("name=a&size=1.5", &["NSV120"]),
        ("name=a&open=yes", &["NSV120"]),
        ("name=a&name=b", &["NSV120"]),
        ("name=a&colour=red", &["NSV301"]),
        // Encoding Object: the default of a form is `style: form`, which explodes arrays …
        ("name=a&tags=1", &[]),
        ("name=a&tags=1&tags=2", &[]),
        ("name=a&tags=1&tags=x", &["NSV120"]),
        ("name=a&tags=1&tags=2&tags=3", &["NSV129"]),
        ("name=a&tags=1,2", &["NSV120"]),
        // … and objects.
        ("name=a&street=b&number=1", &[]),
        ("name=a&street=b&number=x", &["NSV120"]),
    ];
    for (text, expected) in table {
        assert_eq!(codes(&content, FORM, text), *expected, "{text}");
    }
    // Parameters of the media type do not matter.
    let content_type = "application/x-www-form-urlencoded; charset=UTF-8";
    assert_eq!(codes(&content, content_type, "name=a"), [] as [&str; 0]);
}

#[test]
fn an_encoded_form_is_written_as_its_encoding_says() {
    let content = |encoding: Value| {
        json!({FORM: {
            "schema": {"type": "object", "properties": {
                "a": {"type": "array", "items": {"type": "integer"}},
                "o": {
                    "type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}
                },
                "e": {"type": "string", "enum": ["a+b/c?d"]},
            }},
            "encoding": encoding,
        }})
    };
    let table: &[(Value, &str, &[&str])] = &[
        (json!({"a": {"explode": false}}), "a=1,2", &[]),
        (json!({"a": {"explode": false}}), "a=1,x", &["NSV120"]),
        (json!({"a": {"explode": false}}), "a=1%2C2", &["NSV120"]),
        (json!({"a": {"style": "spaceDelimited"}}), "a=1+2", &[]),
        (json!({"a": {"style": "spaceDelimited"}}), "a=1%202", &[]),
        (json!({"a": {"style": "pipeDelimited"}}), "a=1|2", &[]),
        (json!({"a": {"style": "pipeDelimited"}}), "a=1%7C2", &[]),
        (
            json!({"a": {"style": "pipeDelimited"}}),
            "a=1,2",
            &["NSV120"],
        ),
        (json!({"o": {"style": "deepObject"}}), "o[x]=1", &[]),
        (json!({"o": {"style": "deepObject"}}), "o%5Bx%5D=1", &[]),
        (json!({"o": {"style": "deepObject"}}), "o[x]=y", &["NSV120"]),
        (
            json!({"o": {"style": "deepObject"}}),
            "o[y]=1",
            &["NSV123", "NSV301"],
        ),
        // Encoding Object, `allowReserved`: `+` stands for itself, as any other of them.
        (json!({"e": {"allowReserved": true}}), "e=a+b/c?d", &[]),
        (json!({"e": {"allowReserved": true}}), "e=a%2Bb/c?d", &[]),
        (
            json!({"e": {"allowReserved": true}}),
            "e=a%20b/c?d",
            &["NSV122"],
        ),
        (json!({}), "e=a+b/c?d", &["NSV122"]),
        (json!({}), "e=a%2Bb%2Fc%3Fd", &[]),
        (json!({"o": {"explode": false}}), "o=x,1", &[]),
        (json!({"o": {"explode": false}}), "o=x,y", &["NSV120"]),
        (
            json!({"o": {"contentType": "application/json"}}),
            "o=%7B%22x%22%3A1%7D",
            &[],
        ),
        (
            json!({"o": {"contentType": "application/json"}}),
            "o=%7B%22x%22%3A%22y%22%7D",
            &["NSV120"],
        ),
        (
            json!({"o": {"contentType": "application/json"}}),
            "o=x",
            &["NSV120"],
        ),
    ];
    for (encoding, text, expected) in table {
        let found = codes(&content(encoding.clone()), FORM, text);
        assert_eq!(found, *expected, "{encoding} {text}");
    }
}

/// Disposition, other headers, content.
type Part = (&'static str, &'static str, &'static str);

/// A multipart body of parts.
fn multipart(parts: &[Part]) -> String {
    let parts = parts.iter().map(|(disposition, headers, content)| {
        format!(
            "--b1\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n{content}\r\n"
        )
    });
    parts.chain(["--b1--\r\n".to_owned()]).collect()
}

const MULTIPART: &str = "multipart/form-data; boundary=b1";

#[test]
fn a_multipart_form_is_validated_by_its_schema() {
    let content = json!({"multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer"},
                "note": {"type": "string", "maxLength": 9},
                "address": {"type": "object", "properties": {"street": {"type": "string"}}},
                "tags": {"type": "array", "items": {"type": "integer"}},
                "image": {"type": "string", "format": "binary"},
            },
        },
        "encoding": {"image": {"contentType": "image/png, image/x-*, image/jpeg"}},
    }});
    let id: Part = (r#"name="id""#, "", "1");
    let table: &[(&[Part], &[&str])] = &[
        (&[id], &[]),
        (&[(r#"name="id""#, "", "x")], &["NSV120"]),
        (&[(r#"name="note""#, "", "a")], &["NSV123"]),
        (&[id, ("name=note", "", "line\r\nline")], &["NSV127"]),
        (&[id, ("name=note", "", "--b1x")], &[]),
        (&[id, (r#"name="other""#, "", "a")], &["NSV301"]),
        // Encoding Object: an object is JSON by default, an array is as its items are.
        (&[id, (r#"name="address""#, "", r#"{"street": "a"}"#)], &[]),
        (
            &[
                id,
                (
                    r#"name="address""#,
                    "Content-Type: application/json\r\n",
                    r#"{"street": 1}"#,
                ),
            ],
            &["NSV120"],
        ),
        (&[id, (r#"name="address""#, "", "a street")], &["NSV120"]),
        (
            &[id, (r#"name="tags""#, "", "1"), (r#"name="tags""#, "", "2")],
            &[],
        ),
        (
            &[id, (r#"name="tags""#, "", "1"), (r#"name="tags""#, "", "x")],
            &["NSV120"],
        ),
        // The media types of a part are those of its encoding.
        (
            &[
                id,
                (
                    r#"name="image"; filename="a.png""#,
                    "Content-Type: image/png\r\n",
                    "\u{fffd}PNG",
                ),
            ],
            &[],
        ),
        (
            &[
                id,
                (
                    r#"name="image"; filename="a;b\".png""#,
                    "content-type: image/jpeg; q=1\r\n",
                    "",
                ),
            ],
            &[],
        ),
        (
            &[
                id,
                (r#"name="image""#, "Content-Type: image/gif\r\n", "GIF"),
            ],
            &["NSV111"],
        ),
        (&[id, (r#"name="image""#, "", "text")], &["NSV111"]),
    ];
    for (parts, expected) in table {
        let text = multipart(parts);
        assert_eq!(codes(&content, MULTIPART, &text), *expected, "{text}");
    }
    // The boundary may be quoted, lines may end without a carriage return (many recorders lose
    // it), and what stands before the first boundary is no part.
    let text = format!("preamble\r\n{}", multipart(&[id]));
    let quoted = "multipart/form-data; charset=utf-8; boundary=\"b1\"";
    assert_eq!(codes(&content, quoted, &text), [] as [&str; 0]);
    let text = multipart(&[id]).replace("\r\n", "\n");
    assert_eq!(codes(&content, MULTIPART, &text), [] as [&str; 0]);
}

#[test]
fn a_multipart_body_that_is_no_form_is_broken() {
    let content = json!({"multipart/form-data": {"schema": {"type": "object"}}});
    let whole = multipart(&[(r#"name="id""#, "", "1")]);
    for (content_type, text) in [
        ("multipart/form-data", whole.as_str()),
        (
            MULTIPART,
            "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n",
        ),
        (MULTIPART, "--b1\r\n\r\n1\r\n--b1--"),
        (
            MULTIPART,
            "--b1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--b1--",
        ),
        (MULTIPART, "a=1"),
    ] {
        assert_eq!(codes(&content, content_type, text), ["NSV114"], "{text}");
    }
}

#[test]
fn a_plain_text_is_validated_by_its_schema() {
    let content = |schema: Value| json!({"text/plain": {"schema": schema}});
    for (schema, text, expected) in [
        (json!({"type": "string", "maxLength": 3}), "abc", vec![]),
        (
            json!({"type": "string", "maxLength": 3}),
            "abcd",
            vec!["NSV127"],
        ),
        (json!({"type": "string"}), "5", vec![]),
        (json!({"type": "integer"}), "5", vec![]),
        (json!({"type": "integer"}), "five", vec!["NSV120"]),
        (json!({"type": "boolean"}), "true", vec![]),
        (
            json!({"type": "string", "enum": ["a"]}),
            "b",
            vec!["NSV122"],
        ),
    ] {
        let found = codes(&content(schema.clone()), "text/plain; charset=utf-8", text);
        assert_eq!(found, expected, "{schema} {text}");
    }
}

/// OpenAPI 3.0.3, Request Body Object: "For requests that match multiple keys, only the most
/// specific key is applicable." RFC 7231, section 5.3.2: parameters make a media type more
/// specific.
#[test]
fn the_parameters_of_a_media_type_choose_its_schema() {
    let content = json!({
        "text/plain; version=1": {"schema": {"type": "integer"}},
        "text/plain;version=2": {"schema": {"type": "boolean"}},
        "text/*": {"schema": {"type": "string", "maxLength": 3}},
    });
    let table: &[(&str, &str, &[&str])] = &[
        ("text/plain; version=1", "7", &[]),
        ("text/plain; version=1", "true", &["NSV120"]),
        ("text/plain; charset=utf-8; Version=\"2\"", "true", &[]),
        ("text/plain;version=2", "7", &["NSV120"]),
        ("text/plain; version=3", "abc", &[]),
        ("text/plain; version=3", "abcd", &["NSV127"]),
        ("text/plain", "abcd", &["NSV127"]),
    ];
    for (content_type, text, expected) in table {
        assert_eq!(
            codes(&content, content_type, text),
            *expected,
            "{content_type}: {text}"
        );
    }
    let content = json!({"text/plain; version=1": {}});
    assert_eq!(codes(&content, "text/plain; version=2", "a"), ["NSV111"]);
    assert_eq!(codes(&content, "text/plain", "a"), ["NSV111"]);
}

#[test]
fn a_finding_names_the_parameters_of_a_media_type_that_differ_and_no_value() {
    let content = json!({"text/plain; version=1; profile=a": {}});
    let table = [
        ("text/plain", "text/plain without version, without profile"),
        ("text/plain; profile=a", "text/plain without version"),
        (
            "text/plain; Version=s3cr3t; profile=a; q=1",
            "text/plain with another version",
        ),
    ];
    for (content_type, seen) in table {
        let (found, _) = found(&content, content_type, "a");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0].message,
            "the content type text/plain is documented only with certain parameters"
        );
        assert_eq!(found[0].expected, "text/plain; version=1; profile=a");
        assert_eq!(found[0].seen, seen);
    }
}

/// RFC 9110, section 8.3.2: a charset says how the characters are encoded.
#[test]
fn a_charset_makes_no_other_media_type() {
    let content = json!({
        "text/plain": {"schema": {"type": "boolean"}},
        "text/plain; charset=utf-8": {"schema": {"type": "integer"}},
    });
    assert_eq!(codes(&content, "text/plain; charset=UTF-8", "7"), [""; 0]);
    assert_eq!(
        codes(&content, "text/plain; charset=latin1", "true"),
        [""; 0]
    );
    let content = json!({"text/plain; charset=utf-8": {"schema": {"type": "integer"}}});
    for content_type in [
        "text/plain",
        "text/plain; charset=latin1",
        "text/plain; q=1; x",
    ] {
        assert_eq!(codes(&content, content_type, "7"), [""; 0]);
        assert_eq!(codes(&content, content_type, "a"), ["NSV120"]);
    }
}

#[test]
fn what_cannot_be_parsed_is_counted_and_not_validated() {
    let object = json!({"type": "object", "required": ["a"]});
    for (media_type, schema, expected) in [
        (
            "application/xml",
            object.clone(),
            Some("the schema of a body of application/xml"),
        ),
        (
            "text/xml",
            object.clone(),
            Some("the schema of a body of text/xml"),
        ),
        (
            "application/atom+xml",
            object.clone(),
            Some("the schema of a body of application/atom+xml"),
        ),
        (
            "multipart/mixed",
            object.clone(),
            Some("the schema of a body of multipart/mixed"),
        ),
        (
            "application/msgpack",
            object,
            Some("the schema of a body of application/msgpack"),
        ),
        // Any bytes will do: there is nothing to validate.
        (
            "application/octet-stream",
            json!({"type": "string", "format": "binary"}),
            None,
        ),
        ("image/png", json!({}), None),
        (
            "image/png",
            json!({"type": "string", "maxLength": 4}),
            Some("the schema of a body of image/png"),
        ),
    ] {
        let content = json!({media_type: {"schema": schema}});
        let (codes, unchecked) = judged(&content, media_type, "<a/>");
        assert_eq!(codes, [] as [&str; 0], "{media_type}");
        assert_eq!(unchecked, Vec::from_iter(expected), "{media_type}");
    }
}

#[test]
fn a_body_that_was_not_recorded_is_not_missing() {
    let spec = Spec::load(Source::new("spec.yaml", crate::bench::SPEC.to_owned())).unwrap();
    let codes = |omitted: bool| {
        let text = json!({
            "format": 1, "meta": {"origin": "captured"},
            "request": {"method": "GET", "path": "/trunks"},
            "response": {
                "status": 200, "headers": {"content-type": "application/json"}, "omitted": omitted,
            },
        });
        let source = Source::new("r.json", text.to_string());
        let recording = http_recording::Recording::read(&source).unwrap();
        let (findings, evidence) = judge(&spec, &Exchange::new(recording, Arc::new(source), "", 0));
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        (codes, evidence.unchecked().count())
    };
    assert_eq!(codes(true), (vec![], 1));
    assert_eq!(codes(false), (vec!["NSV204"], 0));
}
