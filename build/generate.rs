//! Generates `src/generated.rs` from the spec.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use located::{Document, Source};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};

use super::{adapt, lint, passes, stale};

/// Component schemas that are replaced by handwritten types of `src/values`.
pub const REPLACED: [&str; 5] = [
    "ConnectionRef",
    "DateTime",
    "DomainName",
    "MatchPattern",
    "Secret",
];

/// Generates `src/generated.rs` from the YAML in `text`; `file` is its name for messages.
///
/// # Errors
/// When the YAML cannot be parsed, fails the checks of [`lint`], or is refused by progenitor. The
/// error has file, line and column where they are known.
pub fn generate(file: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let document = Document::parse(Source::new(file, text.to_owned()))?;
    lint::check(&document, &REPLACED)?;
    // Reports what the generator's model cannot read, with its place.
    document.typed::<openapiv3::OpenAPI>()?;

    let adapted = adapt::adapt(document.value(), &REPLACED);
    let copy = serde_json::from_value(adapted.clone())?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_derive("PartialEq");
    for name in REPLACED {
        settings.with_replacement(name, format!("crate::values::{name}"), [].into_iter());
    }
    let mut generator = Generator::new(&settings);
    let tokens = quietly(|| generator.generate_tokens(&copy))
        .map_err(|panic| format!("{file}: the generator stopped: {panic}"))?
        .map_err(|error| format!("{file}: the generator refuses the document: {error}"))?;

    let mut code = syn::parse2(tokens)?;
    passes::run(&mut code, &passes::Facts::new(document.value(), &adapted))?;
    let claims = passes::claims::module(document.value())
        .map_err(|(pointer, reason)| document.error(&pointer, reason))?;
    code.items.push(claims);
    Ok(stale::header(text) + &passes::docs::wrap(&prettyplease::unparse(&code)))
}

/// Runs a step that may panic, and returns the panic's message instead of printing it.
fn quietly<T>(step: impl FnOnce() -> T) -> Result<T, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(step));
    std::panic::set_hook(hook);
    result.map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(panic.downcast_ref::<&str>().copied());
        text.unwrap_or("a panic without a message").to_owned()
    })
}
