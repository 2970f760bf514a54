//! Which documented operation a concrete path belongs to.

use located::openapi::METHODS;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The operations of a spec.
#[derive(Debug, Clone)]
pub struct Routes {
    operations: Vec<Operation>,
}

#[derive(Debug, Clone)]
struct Operation {
    id: String,
    method: String,
    template: String,
}

/// An operation that a request belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Its `operationId`.
    pub operation: String,
    /// The path as the spec has it.
    pub template: String,
    /// The decoded values of the names in the template.
    pub params: Map<String, Value>,
}

impl Routes {
    /// Takes `paths` from an OpenAPI document. An operation without an `operationId` is named by
    /// method and path.
    pub fn of_spec(spec: &Value) -> Self {
        let mut operations = Vec::new();
        for (template, item) in spec["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let id = operation["operationId"]
                    .as_str()
                    .map_or_else(|| format!("{method}{template}"), str::to_owned);
                operations.push(Operation {
                    id,
                    method: method.to_ascii_uppercase(),
                    template: template.clone(),
                });
            }
        }
        // Of two templates that fit, the longer one has less of the path in its base, and the one
        // with fewer names is the concrete one.
        operations.sort_by_key(|operation| {
            (
                std::cmp::Reverse(operation.template.split('/').count()),
                operation.template.matches('{').count(),
            )
        });
        Self { operations }
    }

    /// Finds the operation whose template ends the path; what is before it is the server's base
    /// path.
    pub fn find(&self, method: &str, path: &str) -> Option<Match> {
        let segments: Vec<&str> = path.split('/').collect();
        let mut fitting = self.operations.iter().filter_map(|operation| {
            let template: Vec<&str> = operation.template.split('/').skip(1).collect();
            let base = segments
                .len()
                .checked_sub(template.len())
                .filter(|base| *base > 0)?;
            Some((base, operation, params(&template, &segments[base..])?))
        });
        // The longest template decides even when it lacks the method: what it covers is no base
        // path of a shorter one.
        let (base, first, values) = fitting.next()?;
        let (_, operation, params) = std::iter::once((base, first, values))
            .chain(fitting)
            .take_while(|fits| fits.0 == base)
            .find(|(_, operation, _)| operation.method == method)?;
        Some(Match {
            operation: operation.id.clone(),
            template: operation.template.clone(),
            params,
        })
    }
}

fn params(template: &[&str], segments: &[&str]) -> Option<Map<String, Value>> {
    let mut params = Map::new();
    for (expected, segment) in template.iter().zip(segments) {
        match expected
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(_) if segment.is_empty() => return None,
            Some(name) => {
                let value = percent_decode_str(segment).decode_utf8_lossy().into_owned();
                params.insert(name.to_owned(), Value::String(value));
            }
            None if expected == segment => {}
            None => return None,
        }
    }
    Some(params)
}
