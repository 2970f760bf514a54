//! Generates strings that a regular expression matches, numbered.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The maximum number of optional repetitions.
const MORE: [u32; 7] = [0, 1, 4, 8, 16, 32, 64];
/// How many characters of a class are used.
const WIDE: usize = 36;
/// The maximum length of a string.
const LONG: usize = 4096;

/// Up to `count` strings for each number of repetitions; none if the syntax of the pattern is not
/// supported. The caller must check the strings, because look-arounds are ignored.
pub(crate) fn of_pattern(pattern: &str, count: usize) -> impl Iterator<Item = String> + use<> {
    let tree = regex_syntax::Parser::new()
        .parse(&without_look_around(pattern))
        .ok();
    tree.into_iter().flat_map(move |tree| {
        // The shortest strings come first.
        MORE.into_iter().flat_map(move |more| {
            let tree = tree.clone();
            (0..count).map_while(move |n| {
                let mut rest = n;
                let mut out = String::new();
                write(&tree, more, &mut rest, &mut out);
                (rest == 0 && out.len() <= LONG).then_some(out)
            })
        })
    })
}

/// The pattern without its look-arounds, which only restrict what the rest matches.
fn without_look_around(pattern: &str) -> String {
    let mut rest = pattern;
    let mut kept = String::new();
    while let Some(start) = ["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .filter_map(|opening| rest.find(opening))
        .min()
    {
        kept += &rest[..start];
        let (mut depth, mut escaped, mut end) = (0, false, rest.len());
        for (at, c) in rest[start..].char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = start + at + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    kept + rest
}

/// Writes a string that a part of a pattern matches; the digits of the number select among the
/// choices.
fn write(tree: &Hir, more: u32, number: &mut usize, out: &mut String) {
    if out.len() > LONG {
        return;
    }
    let mut choose = |among: usize| {
        let choice = *number % among;
        *number /= among;
        choice
    };
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => {
            let characters = characters(class);
            if !characters.is_empty() {
                out.push(characters[choose(characters.len())]);
            }
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repetition.min.saturating_add(more).min(most) {
                write(&repetition.sub, more, number, out);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, number, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, more, number, out)),
        HirKind::Alternation(parts) => {
            let part = &parts[choose(parts.len())];
            write(part, more, number, out);
        }
    }
}

/// Some characters of a class: letters and digits if it has any, else its first characters.
fn characters(class: &Class) -> Vec<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect(),
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .map(|range| (char::from(range.start()), char::from(range.end())))
            .collect(),
    };
    let has = |c: &char| {
        ranges
            .iter()
            .any(|(first, last)| (first..=last).contains(&c))
    };
    let usual = ('0'..='9').chain('a'..='z').chain('A'..='Z');
    let usual: Vec<char> = usual.filter(has).take(WIDE).collect();
    if !usual.is_empty() {
        return usual;
    }
    let printable: Vec<char> = ('!'..='~').filter(has).take(WIDE).collect();
    if !printable.is_empty() {
        return printable;
    }
    let all = ranges.into_iter().flat_map(|(first, last)| first..=last);
    all.take(WIDE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_a_pattern_are_numbered() {
        let first = |pattern| of_pattern(pattern, 3).take(3).collect::<Vec<_>>();
        assert_eq!(first("^[ab]{2}$"), ["aa", "ba", "ab"]);
        assert_eq!(first("^(x|y)[0-9]$"), ["x0", "y0", "x1"]);
        assert_eq!(first("^(?!a(b)\\))[ab]$")[..2], ["a", "b"]);
        assert_eq!(first("^["), Vec::<String>::new());
    }

    #[test]
    fn a_repetition_without_end_ends() {
        let all: Vec<_> = of_pattern("^((a{99})*){99}$", 2).collect();
        assert!(all.iter().all(|it| it.len() <= LONG));
    }
}
