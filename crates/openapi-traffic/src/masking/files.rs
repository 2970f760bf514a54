//! Masks what looks like a recorded value in the names of files, and in messages that name files.

use super::MASK;
use super::names::is_word;

/// A file name. Folders are shown, because the user chose them; the name itself may have been made
/// by a tool from recorded values.
///
/// A pointer to an exchange in the file may follow after `#`.
pub(crate) fn file(path: &str) -> String {
    let (path, pointer) = path.find("#/").map_or((path, ""), |at| path.split_at(at));
    let (folder, name) = path
        .rfind('/')
        .map_or(("", path), |at| path.split_at(at + 1));
    let (stem, rest) = name.rfind('.').map_or((name, ""), |at| name.split_at(at));
    let discloses = || !are_short_words(stem) && traffic_redact::discloses(None, stem);
    if is_telephone_number(stem) || discloses() {
        return format!("{folder}{MASK}{rest}{pointer}");
    }
    let mut shown = folder.to_owned();
    for word in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        if is_word_of_a_file(bare) {
            shown += word;
        } else {
            shown += MASK;
            shown += &word[bare.len()..];
        }
    }
    shown + pointer
}

/// Whether it is short words of small letters: no number, key, address or group of hexadecimal
/// digits is written like that. It saves a run the patterns of the redaction, which take as long to
/// compile as megabytes of traffic to validate.
fn are_short_words(text: &str) -> bool {
    text.split('-').all(|word| {
        (3..10).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// Whether it is digits in groups, like a telephone number. A date is not: it begins with `19` or
/// `20`.
fn is_telephone_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = |c: char| c.is_ascii_digit() || "+-. ()".contains(c);
    let is_day = text.starts_with("19") || text.starts_with("20");
    digits >= 7 && !is_day && text.contains([' ', '.', '(', '+']) && text.chars().all(is_number)
}

/// A message that may contain file names.
pub(crate) fn sentence(text: &str) -> String {
    let word = |word| {
        let (name, place) = place(word);
        file(name) + place
    };
    text.split_inclusive(' ').map(word).collect()
}

/// Splits the line and the column off from a file whose kind is known. They may have as many digits
/// as a telephone number where a large file has one line.
fn place(word: &str) -> (&str, &str) {
    const KINDS: [&str; 6] = [".har", ".json", ".jsonl", ".ndjson", ".yaml", ".yml"];
    let is_place = |rest: &str| {
        let numbers = rest.trim_end().trim_matches(':').split(':');
        rest.starts_with(':')
            && numbers.clone().count() <= 2
            && numbers
                .into_iter()
                .all(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let ends = KINDS
        .iter()
        .filter_map(|kind| Some(word.find(&format!("{kind}:"))? + kind.len()));
    let split = ends.map(|end| word.split_at(end));
    split
        .filter(|(_, rest)| is_place(rest))
        .max_by_key(|(name, _)| name.len())
        .unwrap_or((word, ""))
}

/// Applies `show` to a message, except to the names of files that the user gave.
pub(crate) fn apart_from(given: &[String], text: &str, show: fn(&str) -> String) -> String {
    let is_end = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "`:#,;)(".contains(c));
    let is_whole = |at: usize, name: &str| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        is_end(before.chars().next_back()) && is_end(after.chars().next())
    };
    let places = |name: &'_ String| {
        let mut places = text.match_indices(name.as_str()).map(|(at, _)| at);
        places.find(|at| !name.is_empty() && is_whole(*at, name))
    };
    let first = given.iter().filter_map(|name| Some((places(name)?, name)));
    match first.min_by_key(|(at, name)| (*at, std::cmp::Reverse(name.len()))) {
        None => show(text),
        Some((at, name)) => {
            let rest = apart_from(given, &text[at + name.len()..], show);
            format!("{}{name}{rest}", show(&text[..at]))
        }
    }
}

/// Like [`is_word`], but dates, and what the names of tests and dumps contain, are allowed too.
fn is_word_of_a_file(word: &str) -> bool {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_date =
        matches!(word.len(), 8 | 14) && (word.starts_with("20") || word.starts_with("19"));
    match is_number {
        true => word.len() <= 6 || is_date,
        false => is_word(word) || word.len() < 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_problem_in_a_large_file_of_one_line_is_shown() {
        for shown in [
            "a.har:1:12345678: a key must be a string",
            "dump/a.ndjson:1234567: cannot be read",
            "a.json:1:1234567",
        ] {
            assert_eq!(sentence(shown), shown);
        }
        for masked in [
            "a.har:15555550100.json",
            "15555550100.har:1:2:",
            "a.txt:1:15555550100:",
        ] {
            assert!(!sentence(masked).contains("15555550100"), "{masked}");
        }
    }

    #[test]
    fn a_file_is_named_but_for_what_looks_like_a_value() {
        let rows = [
            (
                "recordings/list/200-working-trunk.json",
                "recordings/list/200-working-trunk.json",
            ),
            ("recordings/b,c:d%.json", "recordings/b,c:d%.json"),
            ("x/20240131T120000.har", "x/•••.har"),
            ("x/20240131.har", "x/20240131.har"),
            (
                "x/15125550100.har#/log/entries/12345678",
                "x/•••.har#/log/entries/12345678",
            ),
            ("x/call-15125550100.har", "x/call-•••.har"),
            ("x/ab12cd34ef56ab78.har", "x/•••.har"),
            ("x/aa-bb-cc-dd-ee-ff.har", "x/•••.har"),
            ("x/recorded-traffic.har", "x/recorded-traffic.har"),
            ("/tmp/.tmpA1b2C3/a.json", "/tmp/.tmpA1b2C3/a.json"),
        ];
        for (path, shown) in rows {
            assert_eq!(file(path), shown);
        }
    }
}
