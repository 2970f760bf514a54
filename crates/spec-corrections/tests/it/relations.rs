//! Tests the findings about the evidence of relations.

use located::Source;
use openapi_traffic::{Relations, Spec};
use spec_corrections::check_relations;

use crate::{folder_with, recorded};

const SPEC: &str = "\
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
  /trunks:
    get: {operationId: list_trunks, responses: {'200': {description: The trunks.}}}
";

/// The codes found in one relation that has this evidence, in which RECORDING is one of a trunk.
fn codes(evidence: &str) -> Vec<&'static str> {
    let (_folder, recording) = folder_with(&recorded("{}", r#"[{"name": "a", "size": 1}]"#));
    let relation = format!(
        "\
- id: trunk-has-a-size
  says: A trunk has a size.
  exchange: list_trunks 200
  each: response
  assert: it.size > 0
{evidence}
"
    );
    let relation = relation.replace("RECORDING", &recording);
    let spec = Spec::load(Source::new("spec.yaml", SPEC.to_owned())).expect("a document");
    let relations = Relations::load(Source::new("relations.yaml", relation), &spec);
    let findings = check_relations(&relations.expect("a relation"));
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_relation_without_evidence_is_rejected() {
    let rows = [
        ("  origin: inferred", "NSV505"),
        ("  origin: inferred\n  evidence: []", "NSV505"),
        ("  origin: inferred\n  evidence: 'none: '", "NSV505"),
        ("  evidence: 'none: it is plain'", "NSV505"),
        ("  origin: sure\n  evidence: 'none: it is plain'", "NSV505"),
        (
            "  origin: inferred\n  evidence: [gone.json#/response]",
            "NSV502",
        ),
        (
            "  origin: inferred\n  evidence: ['RECORDING#/response/body/7']",
            "NSV502",
        ),
        (
            "  origin: inferred\n  evidence: [{at: 'RECORDING#/response/body/0/size', is: 2}]",
            "NSV503",
        ),
        // The recording is synthetic.
        (
            "  origin: captured\n  evidence: ['RECORDING#/response/body/0']",
            "NSV503",
        ),
    ];
    for (evidence, code) in rows {
        assert_eq!(codes(evidence), [code], "{evidence}");
    }
}

#[test]
fn a_relation_with_evidence_is_clean() {
    for evidence in [
        "  origin: inferred\n  evidence: 'none: it is plain'",
        "  origin: documented\n  evidence: [{at: 'RECORDING#/response/body/0/size', is: 1}]",
    ] {
        assert_eq!(codes(evidence), [""; 0], "{evidence}");
    }
}
