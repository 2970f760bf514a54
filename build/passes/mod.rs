//! Changes to the generated code: one pass per file, each by rule and never by a list of fields.

pub mod bodies;
pub mod claims;
pub mod constructors;
pub mod debug;
pub mod differences;
pub mod docs;
pub mod names;
pub mod open_enums;
pub mod paths;
pub mod prune;
pub mod requests;
pub mod responses;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use syn::File;

use super::adapt;
use super::openapi::{envelopes, reach, schemas};

/// What the passes need from the spec.
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

/// Runs all passes, in the order in which they build on each other.
pub fn run(code: &mut File, facts: &Facts) -> Result<(), String> {
    prune::run(code)?;
    paths::run(code)?;
    requests::run(code)?;
    open_enums::run(code, &facts.vocabularies)?;
    names::run(code)?;
    debug::run(code)?;
    differences::run(code, &facts.requests)?;
    responses::run(code, &facts.responses)?;
    constructors::run(code, &facts.requests)?;
    bodies::run(code, facts)?;
    docs::run(code);
    Ok(())
}
