//! The table of values and their placeholders, so that equal values remain equal.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use indexmap::IndexMap;

/// The kind of a value. If a value occurs as several kinds, the first in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Secret,
    Ipv4,
    Ipv6,
    Mac,
    Uuid,
    Phone,
    Number,
    Domain,
    Host,
    User,
    Name,
    Agent,
    Text,
}

impl Kind {
    /// Name in `meta.redacted`.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Ipv4 | Self::Ipv6 => "ip-address",
            Self::Mac => "mac-address",
            Self::Uuid => "uuid",
            Self::Phone => "phone-number",
            Self::Number => "number",
            Self::Domain => "domain",
            Self::Host => "host-name",
            Self::User => "user-name",
            Self::Name => "operator-name",
            Self::Agent => "user-agent",
            Self::Text => "free-text",
        }
    }

    /// The `n`th placeholder, from 1. Addresses and numbers start again when their documentation
    /// range is exhausted.
    pub(crate) fn placeholder(self, n: usize) -> String {
        match self {
            Self::Secret => format!("«secret-{n}»"),
            Self::Ipv4 => {
                const NETS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
                let n = (n - 1) % (NETS.len() * 254);
                let [a, b, c] = NETS[n / 254];
                Ipv4Addr::new(a, b, c, u8::try_from(n % 254 + 1).unwrap_or(u8::MAX)).to_string()
            }
            Self::Ipv6 => {
                let [high, low] = [(n >> 16) as u16, n as u16];
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, high, low).to_string()
            }
            Self::Phone => {
                let n = (n - 1) % (445 * 100);
                format!("{}55501{:02}", 555 + n / 100, n % 100)
            }
            Self::Mac => format!("00:00:5e:00:53:{:02x}", n % 256),
            Self::Uuid => format!("00000000-0000-4000-8000-{n:012x}"),
            // Fits into 32 bits.
            Self::Number => {
                let n = (n - 1) % (200 * 100);
                match n / 100 {
                    0 => format!("55501{n:02}"),
                    prefix => format!("{prefix}55501{:02}", n % 100),
                }
            }
            Self::Domain if n == 1 => "acme.example".into(),
            Self::Domain => format!("acme-{n}.example"),
            Self::Host => format!("host-{n}.example"),
            Self::User => format!("user-{n}"),
            Self::Name => format!("name-{n}"),
            Self::Agent => format!("agent-{n}"),
            Self::Text => format!("text-{n}"),
        }
    }
}

/// The values of one import and their placeholders.
#[derive(Debug, Default)]
pub(crate) struct Table {
    kinds: IndexMap<String, Kind>,
    given: HashMap<String, String>,
    used: HashMap<Kind, usize>,
    taken: HashSet<String>,
    searcher: Option<AhoCorasick>,
    /// The values of the searcher's patterns, in order.
    searched: Vec<Kind>,
}

impl Table {
    /// Adds a value that must be replaced.
    pub(crate) fn learn(&mut self, kind: Kind, text: &str) {
        let known = self.kinds.entry(key(kind, text)).or_insert(kind);
        *known = kind.min(*known);
    }

    /// Adds a value that is already safe; no placeholder may equal it.
    pub(crate) fn keep(&mut self, kind: Kind, text: &str) {
        self.taken.insert(key(kind, text));
    }

    /// Ends the first pass: from now on, values can be searched for.
    pub(crate) fn seal(&mut self) {
        let words = self
            .kinds
            .iter()
            .filter(|(_, kind)| **kind != Kind::Number)
            .map(|(key, kind)| (key.trim_start_matches(SECRET), *kind));
        let (words, kinds): (Vec<_>, Vec<_>) = words.filter(|(word, _)| stands_out(word)).unzip();
        self.searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)
            .ok();
        self.searched = kinds;
    }

    /// The placeholder for a value, and its kind.
    pub(crate) fn replace(&mut self, kind: Kind, text: &str) -> (Kind, String) {
        let key = key(kind, text);
        let kind = self.kinds.get(&key).copied().unwrap_or(kind);
        let placeholder = match self.given.get(&key) {
            Some(placeholder) => placeholder.clone(),
            None => self.next(kind, key),
        };
        match kind {
            Kind::Phone => return (kind, dress_phone(text, &placeholder)),
            Kind::Mac => return (kind, dress_mac(text, &placeholder)),
            _ => {}
        }
        (kind, placeholder)
    }

    fn next(&mut self, kind: Kind, key: String) -> String {
        let used = self.used.entry(kind).or_default();
        // The range of a kind may be exhausted: then placeholders are reused.
        let mut placeholder = String::new();
        for _ in 0..=self.taken.len() {
            *used += 1;
            placeholder = kind.placeholder(*used);
            if !self.taken.contains(&self::key(kind, &placeholder)) {
                break;
            }
        }
        self.given.insert(key, placeholder.clone());
        placeholder
    }

    /// Where known secrets (or other known values) occur in a text as whole words, long secrets
    /// anywhere; from left to right, the longest first.
    pub(crate) fn find(&self, text: &str, secrets: bool) -> Vec<(Range<usize>, Kind)> {
        let hits = self
            .searcher
            .iter()
            .flat_map(|searcher| searcher.find_overlapping_iter(text));
        let mut found: Vec<_> = hits
            .filter_map(|hit| {
                let kind = *self.searched.get(hit.pattern().as_usize())?;
                let is_secret = kind == Kind::Secret;
                let anywhere = is_secret && hit.len() >= 8;
                (is_secret == secrets && (anywhere || is_whole_word(text, &hit.range())))
                    .then(|| (hit.range(), kind))
            })
            .collect();
        found.sort_by_key(|(range, _)| (range.start, Reverse(range.end)));
        let mut end = 0;
        found.retain(|(range, _)| {
            let is_free = range.start >= end;
            if is_free {
                end = range.end;
            }
            is_free
        });
        found
    }

    /// Whether nothing was learned.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Whether a value of one of these kinds was learned.
    pub(crate) fn has(&self, kinds: &[Kind]) -> bool {
        self.kinds.values().any(|kind| kinds.contains(kind))
    }

    /// Whether a value was learned.
    pub(crate) fn knows(&self, kind: Kind, text: &str) -> bool {
        self.kinds.contains_key(&key(kind, text))
    }
}

/// Whether a value is long enough to be recognized in free text: short words and the numbers in
/// dates are not.
fn stands_out(text: &str) -> bool {
    let is_number = !text.contains(|c: char| c.is_alphabetic());
    text.len() >= if is_number { 7 } else { 4 }
}

/// The prefix for keys of secrets, which are case-sensitive and never equal another value.
const SECRET: char = '\u{1}';

/// The prefix for keys of numbers.
const NUMBER: char = '\u{2}';

/// The lookup key of a value, independent of its spelling.
fn key(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Secret => format!("{SECRET}{text}"),
        Kind::Ipv4 | Kind::Ipv6 => text
            .parse::<IpAddr>()
            .map_or_else(|_| text.to_owned(), |ip| ip.to_string()),
        // Distinct from the same digits as a string, whose placeholder is no number.
        Kind::Number => format!("{NUMBER}{text}"),
        Kind::Mac => {
            let digits = text.chars().filter(char::is_ascii_hexdigit);
            digits.collect::<String>().to_ascii_lowercase()
        }
        Kind::Phone => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            match digits.strip_prefix('1') {
                Some(national) if national.len() == 10 => national.to_owned(),
                _ => digits,
            }
        }
        _ => text.trim_end_matches('.').to_lowercase(),
    }
}

/// Writes the ten digits of a placeholder in the format of a number: as many digits, the same
/// punctuation.
fn dress_phone(written: &str, ten: &str) -> String {
    let length = written.chars().filter(char::is_ascii_digit).count();
    let padded = format!("{ten:1>length$}");
    let mut digits = padded[padded.len() - length.min(padded.len())..].chars();
    written
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                digits.next().unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

/// Writes the digits of a placeholder in the format of a hardware address.
fn dress_mac(written: &str, placeholder: &str) -> String {
    let mut digits = placeholder.chars().filter(char::is_ascii_hexdigit);
    let dressed = written.chars().map(|c| {
        if c.is_ascii_hexdigit() {
            digits.next().unwrap_or(c)
        } else {
            c
        }
    });
    dressed.collect()
}

/// Whether a match is delimited by word boundaries.
pub(crate) fn is_whole_word(text: &str, range: &Range<usize>) -> bool {
    let before = text
        .get(..range.start)
        .and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
