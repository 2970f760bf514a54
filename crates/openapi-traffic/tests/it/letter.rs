//! Tests single values against the standards, in tables: each row is a raw value, and whether it is
//! valid.

use crate::bench::Bench;

/// How a run over responses ended.
struct Judged {
    /// The numbers of the responses with a finding, from 0, and their codes.
    findings: Vec<(usize, String)>,
    /// What was not validated.
    unchecked: Vec<(String, u64)>,
}

/// Judges JSON texts as responses that have a schema; both are written as they stand in a file.
fn judge(schema: &str, bodies: &[&str]) -> Judged {
    let bench = Bench::new();
    bench.write(
        "spec.json",
        &format!(
            r#"{{"openapi": "3.0.3", "info": {{"title": "t", "version": "1"}},
            "paths": {{"/": {{"get": {{"responses": {{"200": {{"description": "",
            "content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}}}}}"#
        ),
    );
    for (number, body) in bodies.iter().enumerate() {
        bench.write(
            &format!("r/{number:03}.json"),
            &format!(
                r#"{{"format": 1, "meta": {{"origin": "synthetic"}},
                "request": {{"method": "GET", "path": "/"}},
                "response": {{"status": 200, "headers": {{"content-type": "application/json"}},
                "body": {body}}}}}"#
            ),
        );
    }
    let run = bench.validate(["--spec", "spec.json", "--format", "json", "r"]);
    assert!(run.code < 2, "{schema}: {run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let list = |name: &str| report[name].as_array().unwrap().clone();
    Judged {
        findings: list("findings")
            .iter()
            .map(|it| {
                let file = it["recording"]["file"].as_str().unwrap();
                let number = file.trim_start_matches("r/").trim_end_matches(".json");
                (
                    number.parse().unwrap(),
                    it["code"].as_str().unwrap().to_owned(),
                )
            })
            .collect(),
        unchecked: list("unchecked")
            .iter()
            .map(|it| {
                let reason = it["reason"].as_str().unwrap().to_owned();
                (reason, it["count"].as_u64().unwrap())
            })
            .collect(),
    }
}

/// Values that are valid by a schema, and values that give a code each.
fn holds(schema: &str, valid: &[&str], code: &str, invalid: &[&str]) {
    let bodies = [valid, invalid].concat();
    let mut findings = judge(schema, &bodies).findings;
    findings.sort();
    let expected: Vec<_> = (valid.len()..bodies.len())
        .map(|number| (number, code.to_owned()))
        .collect();
    assert_eq!(findings, expected, "{schema}: {bodies:?}");
}

/// JSON Schema Core (Wright-00), section 4.2: "A JSON number without a fraction or exponent part".
#[test]
fn integers_have_neither_fraction_nor_exponent_and_no_largest() {
    holds(
        r#"{"type": "integer"}"#,
        &[
            "0",
            "-0",
            "7",
            "-9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            "12345678901234567890123",
        ],
        "NSV220",
        &["1.0", "0.5", "1e2", "-0.5", "\"7\"", "true", "[]"],
    );
}

#[test]
fn a_nullable_integer_may_be_null_and_another_may_not() {
    holds(
        r#"{"type": "integer", "nullable": true}"#,
        &["1", "null"],
        "NSV220",
        &["1.5", "\"x\""],
    );
    holds(r#"{"type": "integer"}"#, &["1"], "NSV221", &["null"]);
}

/// Beyond 64 bits, how a number was written is not known: each is an integer by its value, and the
/// bounds of its schema hold.
#[test]
fn numbers_beyond_64_bits_are_integers_by_their_value() {
    let integer = r#"{"type": "integer"}"#;
    holds(
        integer,
        &["1e400", "-1e400", "1e30", "1.5e300"],
        "NSV220",
        &["1e18"],
    );
    let bounded = r#"{"type": "integer", "maximum": 1e300, "minimum": 0}"#;
    holds(bounded, &["1e299"], "NSV226", &["1e400", "-1e400", "1e301"]);
    let int64 = r#"{"type": "integer", "format": "int64"}"#;
    holds(int64, &["1"], "NSV225", &["1e400", "-1e400", "1e19"]);
}

/// OpenAPI 3.0.3, Data Types: signed 32 bits, signed 64 bits.
#[test]
fn integer_formats_are_bounds() {
    holds(
        r#"{"type": "integer", "format": "int64"}"#,
        &["9223372036854775807", "-9223372036854775808"],
        "NSV225",
        &["9223372036854775808", "12345678901234567890123"],
    );
    holds(
        r#"{"type": "integer", "format": "int32"}"#,
        &["2147483647", "-2147483648"],
        "NSV225",
        &["2147483648", "-2147483649"],
    );
}

/// RFC 9562, RFC 4648, RFC 3339.
#[test]
fn formats_of_strings_are_asserted() {
    let uuid = [r#""f81d4fae-7dec-11d0-a765-00a0c91e6bf6""#];
    holds(
        r#"{"type": "string", "format": "uuid"}"#,
        &uuid,
        "NSV225",
        &[r#""f81d4fae7dec11d0a76500a0c91e6bf6""#, r#""""#],
    );
    holds(
        r#"{"type": "string", "format": "byte"}"#,
        &[r#""Zm9v""#, r#""Zg==""#, r#""""#],
        "NSV225",
        &[r#""Zg""#, r#""not base64!""#],
    );
    holds(
        r#"{"type": "string", "format": "date"}"#,
        &[r#""2024-02-29""#],
        "NSV225",
        &[r#""2023-02-29""#, r#""29.2.2024""#],
    );
    // A format asks nothing of a value of another type: Validation (Wright-00), section 7.1.
    holds(
        r#"{"format": "uuid"}"#,
        &["5", "null"],
        "NSV225",
        &[r#""x""#],
    );
}

/// Validation (Wright-00), section 7.3: all that it defines, by the RFC that each names. Valid and
/// invalid texts are those of the RFCs' own examples and grammar.
#[test]
fn formats_of_the_draft_are_asserted() {
    type Texts<'t> = &'t [&'t str];
    let table: [(&str, Texts<'_>, Texts<'_>); 7] = [
        // RFC 3339, section 5.8.
        (
            "date-time",
            &[
                "1985-04-12T23:20:50.52Z",
                "1996-12-19T16:39:57-08:00",
                "1990-12-31T23:59:60Z",
                "1990-12-31T15:59:60-08:00",
                "1937-01-01T12:00:27.87+00:20",
                "1985-04-12t23:20:50.52z",
            ],
            &[
                "1985-04-12",
                "1985-04-12T23:20:50",
                "1985-04-12 23:20:50Z",
                "1985-13-12T23:20:50Z",
                "1985-04-12T24:20:50Z",
                "1985-04-12T23:20:61Z",
            ],
        ),
        // RFC 5322, section 3.4.1.
        (
            "email",
            &["john.doe@acme.example"],
            &["acme.example", "a@", "@b"],
        ),
        // RFC 1034, section 3.1, and RFC 1123.
        (
            "hostname",
            &["acme.example", "3com.example", "localhost"],
            &["-a.example", "a_b.example", "a..b", "a b"],
        ),
        // RFC 2673, section 3.2.
        (
            "ipv4",
            &["192.0.2.1"],
            &["192.0.2", "192.0.2.256", "0xC0.0.2.1", "192.0.02.1"],
        ),
        // RFC 4291, section 2.2.
        (
            "ipv6",
            &[
                "2001:DB8:0:0:8:800:200C:417A",
                "::1",
                "::",
                "::FFFF:129.144.52.38",
            ],
            &["12345::", "1::2::3", "2001:db8", "fe80::1%eth0"],
        ),
        // RFC 3986, section 1.1.2.
        (
            "uri",
            &[
                "ftp://ftp.is.co.za/rfc/rfc1808.txt",
                "urn:oasis:names:specification",
                "tel:+1",
            ],
            &["/relative", "a b", "//host/path", "http://[::1"],
        ),
        // Section 4.1: or a relative reference.
        (
            "uriref",
            &[
                "mailto:j@acme.example",
                "/a/b?c#d",
                "//host/path",
                "a",
                "",
                "#frag",
            ],
            &["a b", "\\\\host", "%zz"],
        ),
    ];
    for (format, valid, invalid) in table {
        let quoted = |texts: Texts<'_>| -> Vec<String> {
            texts
                .iter()
                .map(|text| serde_json::json!(text).to_string())
                .collect()
        };
        let (valid, invalid) = (quoted(valid), quoted(invalid));
        holds(
            &format!(r#"{{"type": "string", "format": "{format}"}}"#),
            &valid.iter().map(String::as_str).collect::<Vec<_>>(),
            "NSV225",
            &invalid.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
}

/// What OpenAPI 3.0.3 (Data Types) calls hints; and what neither standard has, later drafts or not.
#[test]
fn only_formats_of_the_two_standards_are_known() {
    let hints = ["float", "double", "binary", "password"];
    let unknown = [
        "time",
        "duration",
        "uri-reference",
        "regex",
        "int16",
        "idn-email",
        "phone",
    ];
    let properties: String = [&hints[..], &unknown, &unknown]
        .concat()
        .iter()
        .enumerate()
        .map(|(number, format)| format!(r#""p{number}": {{"format": "{format}"}},"#))
        .collect();
    let schema = format!(
        r#"{{"properties": {{{}}}}}"#,
        properties.trim_end_matches(',')
    );
    let judged = judge(&schema, &[r#"{"p0": "x", "p4": "x"}"#, r#"{"p5": "x"}"#]);
    assert_eq!(judged.findings, []);
    let mut expected = unknown.map(|format| (format!("the format `{format}` is not known"), 1));
    expected.sort();
    assert_eq!(judged.unchecked, expected);
}

#[test]
fn a_format_that_no_standard_defines_is_reported_once_and_not_validated() {
    let schema = r#"{"type": "object", "properties": {
        "a": {"type": "string", "format": "colour"}, "b": {"type": "string", "format": "colour"},
        "c": {"type": "string", "format": "password"}, "d": {"type": "number", "format": "double"}
    }}"#;
    let body = r#"{"a": "x", "b": "y", "c": "z", "d": 1}"#;
    let judged = judge(schema, &[body, body]);
    assert_eq!(judged.findings, []);
    assert_eq!(
        judged.unchecked,
        [("the format `colour` is not known".to_owned(), 1)]
    );
}

/// Validation (Wright-00), section 5.8, with ECMA-262, annex B: legal without the flag `u`.
#[test]
fn patterns_of_browsers_are_patterns() {
    holds(
        r#"{"type": "string", "pattern": "^[\\w-./:]+$"}"#,
        &[r#""sip-1./:""#],
        "NSV228",
        &[r#""a b""#],
    );
}

#[test]
fn a_pattern_that_cannot_be_used_is_reported_and_affects_only_itself() {
    let schema = r#"{"type": "object", "properties": {
        "a": {"type": "string", "pattern": "[z", "maxLength": 2}, "b": {"type": "integer"}
    }}"#;
    let judged = judge(
        schema,
        &[r#"{"a": "x", "b": 1}"#, r#"{"a": "xyz", "b": "1"}"#],
    );
    let codes: Vec<_> = judged
        .findings
        .iter()
        .map(|(at, code)| (*at, code.as_str()))
        .collect();
    assert_eq!(codes, [(1, "NSV220"), (1, "NSV227")]);
    assert_eq!(judged.unchecked.len(), 1);
    let (reason, count) = &judged.unchecked[0];
    assert!(
        reason.starts_with("the pattern `[z` cannot be used: "),
        "{reason}"
    );
    assert_eq!(*count, 1);
}

#[test]
fn a_pattern_that_takes_too_long_is_not_validated_and_no_finding() {
    // The look-ahead keeps it from an engine that needs no backtracking.
    let schema = r#"{"type": "string", "pattern": "^(?:(?=a)(a|aa))+$"}"#;
    let long = format!("\"{}b\"", "a".repeat(60));
    let judged = judge(schema, &[&long, "\"aaa\"", "\"b\""]);
    let codes: Vec<_> = judged
        .findings
        .iter()
        .map(|(at, code)| (*at, code.as_str()))
        .collect();
    assert_eq!(codes, [(2, "NSV228")]);
    assert_eq!(judged.unchecked.len(), 1, "{:?}", judged.unchecked);
    assert!(judged.unchecked[0].0.contains("takes too long"));
}

#[test]
fn a_finding_shows_a_pattern_as_it_is_written() {
    let bench = Bench::new();
    bench.write(
        "spec.yaml",
        &crate::bench::SPEC.replace(
            "          type: string\n        size",
            "          type: string\n          pattern: '^[\\w-.]+$'\n        size",
        ),
    );
    bench.write("a.json", &crate::bench::with_body(r#"[{"name": "a b"}]"#));
    let run = bench.validate(["--spec", "spec.yaml", "a.json"]);
    assert!(run.stdout.contains(r"expected `^[\w-.]+$`"), "{run:?}");
}

#[test]
fn json_that_is_large_in_any_way_is_json() {
    let long = "9".repeat(400);
    holds(r#"{"type": "integer"}"#, &[&long], "NSV220", &["\"x\""]);
    holds(r#"{"type": "string"}"#, &[r#""\ud800""#], "NSV220", &["1"]);
    let content = crate::bench::SPEC;
    let bench = Bench::new();
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let entries = [deep(128).as_str(), "[[[", deep(127).as_str()].map(|text| {
        serde_json::json!({
            "request": {"method": "GET", "url": "https://h/trunks"},
            "response": {"status": 200, "content": {"mimeType": "application/json", "text": text}},
        })
    });
    let har = serde_json::json!({"log": {"version": "1.2", "entries": entries}});
    bench
        .write("spec.yaml", content)
        .write("a.har", &har.to_string());
    let run = bench.validate(["--spec", "spec.yaml", "a.har"]);
    let wanted =
        "not validated: a.har#/log/entries/0: a JSON body is nested deeper than 127 levels";
    assert!(run.stdout.contains(wanted), "{run:?}");
    // One is no JSON. The other has items of another type.
    assert!(run.stdout.contains("error[NSV205]"), "{run:?}");
    assert!(run.stdout.contains("error[NSV220]"), "{run:?}");
    assert!(run.stdout.contains("2 errors,"), "{run:?}");
}
