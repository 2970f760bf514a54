//! YAML or JSON text to a JSON value.

use anyhow::{Context, Result, anyhow, bail};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

/// Parses the one document of a text.
pub(super) fn value(text: &str) -> Result<Value> {
    if text.trim_start().starts_with(['{', '[']) {
        return serde_json::from_str(text).context("not JSON");
    }
    let documents = Yaml::load_from_str(text).map_err(|error| anyhow!("not YAML: {error}"))?;
    match documents.as_slice() {
        [document] => convert(document),
        documents => bail!("one YAML document is expected, not {}", documents.len()),
    }
}

fn convert(yaml: &Yaml<'_>) -> Result<Value> {
    Ok(match yaml {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(boolean) => Value::Bool(*boolean),
            Scalar::Integer(integer) => Value::from(*integer),
            Scalar::FloatingPoint(float) => Number::from_f64(float.into_inner()).map_or(Value::Null, Value::Number),
            Scalar::String(string) => Value::String(string.to_string()),
        },
        Yaml::Tagged(_, tagged) => convert(tagged)?,
        Yaml::Sequence(items) => items.iter().map(convert).collect::<Result<_>>()?,
        Yaml::Mapping(members) => {
            let mut map = Map::new();
            for (name, member) in members {
                let name = match convert(name)? {
                    Value::String(name) => name,
                    // Statuses are often written without quotes.
                    Value::Number(number) => number.to_string(),
                    _ => bail!("not YAML that is JSON: a member's name is no text"),
                };
                map.insert(name, convert(member)?);
            }
            Value::Object(map)
        }
        Yaml::Representation(text, ..) => Value::String(text.to_string()),
        Yaml::Alias(_) | Yaml::BadValue => bail!("not YAML that is JSON"),
    })
}
