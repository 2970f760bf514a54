//! What the passes need to know of the spec.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::adapt;
use super::super::openapi::{envelopes, reach, schemas};

/// Facts of the spec by which the passes decide.
#[derive(Debug, Default)]
pub struct Facts {
    /// Known values of each open vocabulary, by schema.
    pub vocabularies: BTreeMap<String, Vec<String>>,
    /// Schemas that request bodies reach.
    pub requests: BTreeSet<String>,
    /// Schemas that responses reach.
    pub responses: BTreeSet<String>,
    /// Each operation with the schema of its 2xx response.
    pub bodies: Vec<(String, String)>,
    /// Schemas that are a response's whole body and part of no other schema.
    pub envelopes: BTreeSet<String>,
}

impl Facts {
    /// Reads them from the spec, and from the copy of it that the generator got.
    pub fn new(spec: &Value, adapted: &Value) -> Facts {
        let reach = reach(spec);
        let mut facts = Facts {
            envelopes: envelopes(spec, &reach),
            requests: reach.requests,
            responses: reach.responses,
            bodies: adapt::bodies(spec),
            ..Facts::default()
        };
        for (name, schema) in schemas(adapted) {
            if let Some(known) = schema.get("x-extensible-enum").and_then(Value::as_array) {
                let known = known
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                facts.vocabularies.insert(name.clone(), known);
            }
        }
        facts
    }
}
