//! Generates a client by progenitor or openapi-to-rust, each with its default settings.
//! `compare.py` builds and runs it.

use std::error::Error;
use std::fs;
use std::path::Path;

use openapi_to_rust::{CodeGenerator, GeneratorConfig, SchemaAnalyzer};
use progenitor::{GenerationSettings, Generator};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [generator, document, folder] = arguments.as_slice() else {
        return Err("usage: generate progenitor|openapi-to-rust DOCUMENT FOLDER".into());
    };
    let (text, folder) = (fs::read_to_string(document)?, Path::new(folder));
    match generator.as_str() {
        "progenitor" => {
            let document = serde_yaml::from_str(&text)?;
            let tokens =
                Generator::new(&GenerationSettings::default()).generate_tokens(&document)?;
            let code = prettyplease::unparse(&syn::parse2(tokens)?);
            fs::write(folder.join("mod.rs"), code)?;
        }
        _ => {
            let mut analysis = SchemaAnalyzer::new(serde_yaml::from_str(&text)?)?.analyze()?;
            let generator = CodeGenerator::new(GeneratorConfig {
                output_dir: folder.to_owned(),
                enable_async_client: true,
                enable_sse_client: false,
                ..GeneratorConfig::default()
            });
            let result = generator.generate_all(&mut analysis)?;
            generator.write_files(&result)?;
            for dependency in &result.required_deps {
                println!("{dependency:?}");
            }
        }
    }
    Ok(())
}
