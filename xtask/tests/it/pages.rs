//! The pages that people read: their links lead somewhere, their lines are short, and the commands
//! in them give the output that is printed there.
//!
//! In a `console` block `$` begins a command, `? 1` is its exit code where it is not 0, and the
//! rest is its output: `[..]` is any part of a line, `...` any lines. After a change of the output,
//! `TRYCMD=overwrite cargo test -p xtask --test it each_command` writes it anew.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use located::Source;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use traffic_mutations::Reasons;
use trycmd::TestCases;
use xtask::workspace::{SURVIVORS, workspace_root};

/// Its commands are those of a package of its own, which runs them.
const VALIDATOR: [&str; 2] = ["crates/openapi-traffic/README.md", "docs/validate.md"];
/// Where a registry shows the files of the package.
const PACKAGED: &str = "https://docs.rs/crate/netsapiens-connections/latest/source/";

/// Every page of the repository, by its path below the root.
fn pages() -> Vec<String> {
    let root = workspace_root();
    let mut folders = vec![PathBuf::new(), "docs".into(), "examples".into()];
    for entry in root.join("crates").read_dir().expect("a folder") {
        folders.push(Path::new("crates").join(entry.expect("readable").file_name()));
    }
    let mut pages = vec!["src/crate.md".to_owned()];
    for folder in folders {
        for entry in root.join(&folder).read_dir().expect("a folder") {
            let path = folder.join(entry.expect("readable").file_name());
            if path.extension().is_some_and(|it| it == "md") {
                pages.push(path.display().to_string().replace('\\', "/"));
            }
        }
    }
    pages.sort();
    pages
}

fn read(page: &str) -> String {
    std::fs::read_to_string(workspace_root().join(page)).expect(page)
}

fn events(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

fn links(text: &str) -> Vec<String> {
    let links = events(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    links.collect()
}

/// The anchors of the headings: lower case, hyphens for spaces, no other punctuation.
fn anchors(text: &str) -> HashSet<String> {
    let mut anchors = HashSet::new();
    let mut heading: Option<String> = None;
    for event in events(text) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(words) | Event::Code(words), Some(heading)) => *heading += &words,
            (Event::End(TagEnd::Heading(_)), Some(words)) => {
                let kept = words.to_lowercase();
                let kept = kept
                    .chars()
                    .filter(|it| it.is_alphanumeric() || " -_".contains(*it));
                anchors.insert(kept.collect::<String>().replace(' ', "-"));
                heading = None;
            }
            _ => {}
        }
    }
    anchors
}

/// What is wrong with a link of a page: nothing, or why it leads nowhere.
fn broken(page: &str, text: &str, link: &str) -> Option<&'static str> {
    if let Some(packaged) = link.strip_prefix(PACKAGED) {
        let there = workspace_root().join(packaged).is_file();
        return (!there).then_some("there is no such file to be packaged");
    }
    if link.starts_with("https://") {
        return None;
    }
    if let Some(anchor) = link.strip_prefix('#') {
        return (!anchors(text).contains(anchor)).then_some("the page has no such heading");
    }
    // Rustdoc resolves the others on this page, and a registry knows no other file of ours.
    if page == "src/crate.md" {
        return None;
    }
    if page == "README.md" || page.starts_with("crates/") {
        return Some("a registry shows this page without the files beside it");
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    let Ok(target) = std::fs::read_to_string(workspace_root().join(folder).join(file)) else {
        let is_folder = workspace_root().join(folder).join(file).is_dir();
        return (!is_folder).then_some("there is no such file");
    };
    (!anchor.is_empty() && !anchors(&target).contains(anchor))
        .then_some("that page has no such heading")
}

#[test]
fn every_link_leads_somewhere() {
    let mut checked = 0;
    for page in pages() {
        let text = read(&page);
        for link in links(&text) {
            checked += 1;
            let problem = broken(&page, &text, &link);
            assert_eq!(problem, None, "{page}: {link}");
        }
    }
    assert!(checked > 20, "{checked} links were found");
}

#[test]
fn a_link_that_cannot_be_resolved_is_found() {
    let text = "# A heading, and `code`\n";
    let table = [
        ("ARCHITECTURE.md", "#a-heading-and-code", true),
        ("ARCHITECTURE.md", "#another", false),
        ("ARCHITECTURE.md", "docs/validate.md#exit-codes", true),
        ("ARCHITECTURE.md", "docs/validate.md#another", false),
        ("ARCHITECTURE.md", "docs/missing.md", false),
        ("docs/validate.md", "validate.schema.json", true),
        ("README.md", "docs/validate.md", false),
        ("README.md", &format!("{PACKAGED}docs/corrections.md"), true),
        ("README.md", &format!("{PACKAGED}docs/missing.md"), false),
    ];
    for (page, link, fine) in table {
        assert_eq!(broken(page, text, link).is_none(), fine, "{page}: {link}");
    }
}

#[test]
fn prose_has_at_most_100_columns() {
    for page in pages() {
        let mut code = false;
        for (at, line) in read(&page).lines().enumerate() {
            code ^= line.starts_with("```");
            // A row of a table, the address of a link and a single word cannot be wrapped.
            let whole =
                code || line.starts_with(['|', '[']) || line.split_whitespace().count() == 1;
            let columns = line.chars().count();
            assert!(whole || columns <= 100, "{page}:{}: {columns}", at + 1);
        }
    }
}

#[test]
fn the_architecture_names_every_crate() {
    let text = read("ARCHITECTURE.md");
    for entry in workspace_root()
        .join("crates")
        .read_dir()
        .expect("a folder")
    {
        let name = entry.expect("readable").file_name();
        let row = format!("\n| `{}` |", name.to_string_lossy());
        assert!(text.contains(&row), "no row of the table begins with {row}");
    }
}

#[test]
fn the_readme_has_the_two_commands() {
    let readme = read("README.md");
    for command in [
        "\ncargo run --example quickstart --features fake\n",
        "\ncargo test --workspace --features fake\n",
    ] {
        assert!(readme.contains(command), "{command}");
    }
}

#[test]
fn each_command_of_a_page_gives_the_output_that_is_printed_there() {
    let cases = TestCases::new();
    cases.register_bin("cargo", PathBuf::from(env!("CARGO")));
    let with_commands = pages()
        .into_iter()
        .filter(|page| !VALIDATOR.contains(&&**page) && read(page).contains("```console\n"));
    let mut count = 0;
    for page in with_commands {
        count += 1;
        cases.case(workspace_root().join(page));
    }
    assert!(count > 0, "no page has a command");
    cases.run();
}

#[test]
fn the_page_about_mutation_lists_what_survives_and_why() {
    let source = Source::read(workspace_root().join(SURVIVORS)).expect("the reasons");
    let reasons = Reasons::load(source).expect("the reasons");
    let head = "| survivor | why |\n|---|---|\n";
    let rows = reasons.all().iter();
    let rows: String = rows
        .map(|it| format!("| {} | {} |\n", it.what, it.why))
        .collect();
    let page = read("docs/mutation.md");
    let (before, rest) = page.split_once(head).expect("the table");
    let (_, after) = rest.split_once("\n\n").expect("text after the table");
    let after = after.trim_start();
    let expected = format!("{before}{head}{rows}\n{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(workspace_root().join("docs/mutation.md"), &expected).expect("a file");
        return;
    }
    assert!(
        page == expected,
        "the table of docs/mutation.md is not {SURVIVORS}; run \
         `UPDATE_DOCS=1 cargo test -p xtask the_page_about_mutation`"
    );
}
