//! Tests that each quirk and fault of the embedded server names its evidence, or states that it
//! has none.

use std::path::Path;

use serde_json::Value;
use syn::{
    Attribute, Expr, ExprLit, FnArg, Ident, ImplItem, Item, Lit, Meta, Type, Visibility,
    parse_quote,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// How sure a statement is; `imagined` is what nobody has seen.
const STRENGTHS: [&str; 5] = ["captured", "reported", "documented", "inferred", "imagined"];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The documentation of everything that departs from how a server responds, by name: public fields
/// and variants, and the functions of `Fault` that make one. A field whose type has variants leaves
/// the evidence to them.
fn departures(path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let items = syn::parse_file(&read(path)).unwrap().items;
    let has_variants = |of: &Type| {
        items
            .iter()
            .any(|item| matches!(item, Item::Enum(item) if of == &ident(&item.ident)))
    };
    for item in &items {
        match item {
            Item::Struct(item) => found.extend(
                item.fields
                    .iter()
                    .filter(|field| matches!(field.vis, Visibility::Public(_)))
                    .filter(|field| !has_variants(&field.ty))
                    .filter_map(|field| Some((field.ident.as_ref()?, &field.attrs)))
                    .map(|(name, attributes)| {
                        (format!("{}::{name}", item.ident), docs(attributes))
                    }),
            ),
            // Where a break happens is none.
            Item::Enum(item)
                if item.ident != "Point" && matches!(item.vis, Visibility::Public(_)) =>
            {
                found.extend(item.variants.iter().map(|variant| {
                    (
                        format!("{}::{}", item.ident, variant.ident),
                        docs(&variant.attrs),
                    )
                }))
            }
            Item::Impl(item) if item.trait_.is_none() => {
                for member in &item.items {
                    if let ImplItem::Fn(function) = member
                        && path.ends_with("fault.rs")
                        && matches!(function.vis, Visibility::Public(_))
                        && !matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_)))
                    {
                        found.push((function.sig.ident.to_string(), docs(&function.attrs)));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn ident(name: &Ident) -> Type {
    parse_quote!(#name)
}

fn docs(attributes: &[Attribute]) -> String {
    let text = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    attributes
        .iter()
        .filter_map(text)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What is wrong with the evidence that a documentation names.
fn wrong(docs: &str, corrections: &str) -> Option<String> {
    let mut paragraphs = docs.split("\n\n").map(str::trim);
    let Some(evidence) = paragraphs.find_map(|it| it.strip_prefix("Evidence: ")) else {
        return Some("names no evidence".into());
    };
    let strength = evidence.split(|it: char| !it.is_alphabetic()).next()?;
    if !STRENGTHS.contains(&strength) {
        return Some(format!("`{strength}` is no strength of evidence"));
    }
    // Recordings, corrections, and names of properties.
    let named: Vec<&str> = evidence.split('`').skip(1).step_by(2).collect();
    for name in &named {
        if name.ends_with(".json") {
            let path = Path::new(ROOT).join("tests/recordings").join(name);
            let Ok(text) = std::fs::read_to_string(path) else {
                return Some(format!("there is no recording {name}"));
            };
            let recording: Value = serde_json::from_str(&text).unwrap();
            let origin = recording["meta"]["origin"].as_str()?;
            let stated = STRENGTHS[..3].contains(&strength);
            if stated && origin != strength {
                return Some(format!("{name} is {origin}, not {strength}"));
            }
        } else if evidence.contains(&format!("correction `{name}`"))
            && !corrections
                .lines()
                .any(|line| line == format!("- id: {name}"))
        {
            return Some(format!("there is no correction {name}"));
        }
    }
    (strength == "captured" && named.is_empty()).then(|| "names no recording".into())
}

#[test]
fn each_quirk_and_each_fault_names_its_evidence_or_is_imagined() {
    let corrections = read("openapi/corrections.yaml");
    let mut checked = 0;
    for path in [
        "src/fake/quirks.rs",
        "src/fake/fault.rs",
        "src/fake/proxy.rs",
    ] {
        for (name, docs) in departures(path) {
            assert_eq!(wrong(&docs, &corrections), None, "{path}: {name}");
            checked += 1;
        }
    }
    assert!(checked >= 35, "only {checked} were found");
}

#[test]
fn missing_and_false_evidence_is_found() {
    let table = [
        ("Text.", "names no evidence"),
        (
            "Text.\n\n Evidence: seen.",
            "`seen` is no strength of evidence",
        ),
        ("Text.\n\n Evidence: captured.", "names no recording"),
        (
            "Text.\n\n Evidence: captured, `get_connection/no.json`.",
            "there is no recording get_connection/no.json",
        ),
        (
            "Text.\n\n Evidence: captured, `get_connection/404-missing.json`.",
            "get_connection/404-missing.json is synthetic, not captured",
        ),
        (
            "Text.\n\n Evidence: documented, correction `other`.",
            "there is no correction other",
        ),
    ];
    for (docs, expected) in table {
        assert_eq!(
            wrong(docs, "- id: one\n").as_deref(),
            Some(expected),
            "{docs}"
        );
    }
    let good = "Text.\n\n Evidence: documented, correction `one`.";
    assert_eq!(wrong(good, "- id: one\n"), None);
}
