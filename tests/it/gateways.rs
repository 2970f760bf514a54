//! Models of gateways that rewrite the path of a request: they drop parameters, decode and parse
//! again, replace similar characters.
//!
//! They are written from RFC 3986 and the documentation of the makers, independently of how the
//! client writes a path. No model changes the case of letters: gateways that ignore case, such as
//! IIS, forward a path unchanged.

/// What the service behind a gateway takes a path for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `/domains/{domain}/connections/{connection}`.
    Trunk {
        /// Decoded.
        domain: String,
        /// Decoded: a pattern or an id.
        connection: String,
    },
    /// `/domains/{domain}/connections`.
    Trunks(String),
    /// `/domains/{domain}`.
    Domain(String),
    /// Any other path.
    Other(String),
}

/// A trunk, as the service names it after decoding.
pub(crate) fn trunk(domain: &str, connection: &str) -> Resource {
    Resource::Trunk {
        domain: domain.into(),
        connection: connection.into(),
    }
}

type Step = fn(Vec<u8>) -> Vec<u8>;

/// Something between the client and the service that reads the path.
pub(crate) struct Gateway {
    /// What it does.
    pub(crate) name: &'static str,
    /// What it does to a path, in order, before the service reads it.
    steps: &'static [Step],
    /// Repeats its steps until nothing changes.
    until_stable: bool,
}

impl Gateway {
    /// What the service takes the target of a request for.
    pub(crate) fn reads(&self, target: &str) -> Resource {
        let mut path = target.as_bytes().to_vec();
        loop {
            let read = self
                .steps
                .iter()
                .fold(path.clone(), |path, step| step(path));
            if read == path || !self.until_stable {
                return service(read);
            }
            path = read;
        }
    }
}

const fn gateway(name: &'static str, steps: &'static [Step]) -> Gateway {
    Gateway {
        name,
        steps,
        until_stable: false,
    }
}

/// The models, from the most correct to the one that does everything.
pub(crate) const GATEWAYS: [Gateway; 14] = [
    // RFC 3986, 5.2.4 and 6.2.2: nothing else than a correct server may do.
    gateway("correct", &[parse]),
    // Servlet containers remove path parameters before they choose a servlet.
    gateway("drops parameters", &[drop_parameters, decode, parse]),
    // nginx, `proxy_pass` with a URI: the path is decoded and normalized, then written anew; and
    // Apache's mod_proxy without `nocanon`.
    gateway("decodes once", &[decode, parse]),
    gateway("decodes twice", &[decode, parse, decode, parse]),
    gateway(
        "decodes, then drops parameters",
        &[decode, drop_parameters, parse],
    ),
    // CVE-2000-0884 (IIS) and CVE-2008-2938 (Tomcat).
    gateway("takes overlong UTF-8", &[decode, short_utf8, parse]),
    // Windows' best fit of code pages (CVE-2024-4577 in PHP) and Unicode's NFKC.
    gateway("puts the most similar ASCII", &[decode, best_fit, parse]),
    // UTS 46 maps soft hyphens, zero-width and variation characters to nothing.
    gateway("drops what is invisible", &[decode, drop_invisible, parse]),
    // The URL Standard reads `\` of an http URL as `/` and removes tabs and line ends.
    gateway("reads backslashes as slashes", &[decode, slashes, parse]),
    gateway("drops white space", &[decode, drop_white_space, parse]),
    // nginx, `merge_slashes`; Apache, `MergeSlashes`. Both are on by default.
    gateway("merges slashes", &[decode, merge_slashes, parse]),
    // Strings of C.
    gateway("stops at NUL", &[decode, stop_at_nul, parse]),
    // Apache, `RewriteRule ^(.*)$ index.php?path=$1` without the flag B, which decodes the path and
    // puts it into a query as it is. A `+` is a space then; that names no other trunk, since a SIP
    // URI has no white space.
    gateway(
        "moves the path into a query",
        &[decode, stop_at_ampersand, parse],
    ),
    Gateway {
        name: "does all of it until nothing changes",
        steps: &[
            decode,
            short_utf8,
            best_fit,
            drop_invisible,
            drop_white_space,
            stop_at_nul,
            stop_at_ampersand,
            slashes,
            drop_parameters,
            merge_slashes,
            parse,
        ],
        until_stable: true,
    },
];

/// The service: routes by segments, then decodes each. An empty last segment is none.
fn service(path: Vec<u8>) -> Resource {
    let path = String::from_utf8_lossy(&cut(path, b"?#")).into_owned();
    let mut segments: Vec<&str> = path.split('/').collect();
    if segments.last() == Some(&"") {
        segments.pop();
    }
    let decoded =
        |segment: &str| String::from_utf8_lossy(&decode(segment.as_bytes().to_vec())).into_owned();
    match segments[..] {
        [
            "",
            "ns-api",
            "v2",
            "domains",
            domain,
            "connections",
            connection,
        ] => trunk(&decoded(domain), &decoded(connection)),
        ["", "ns-api", "v2", "domains", domain, "connections"] => Resource::Trunks(decoded(domain)),
        ["", "ns-api", "v2", "domains", domain] => Resource::Domain(decoded(domain)),
        _ => Resource::Other(path),
    }
}

/// What comes before the first of some bytes.
fn cut(mut path: Vec<u8>, at: &[u8]) -> Vec<u8> {
    let end = path.iter().position(|byte| at.contains(byte));
    path.truncate(end.unwrap_or(path.len()));
    path
}

/// Does something to each segment.
fn each_segment(path: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let segments = path.split(|byte| *byte == b'/').map(change);
    segments.collect::<Vec<_>>().join(&b'/')
}

/// Replaces characters by strings. Bytes that are no UTF-8 stay.
fn each_character(path: &[u8], change: impl Fn(char, &mut String)) -> Vec<u8> {
    let mut changed = Vec::new();
    for chunk in path.utf8_chunks() {
        let mut text = String::new();
        chunk
            .valid()
            .chars()
            .for_each(|each| change(each, &mut text));
        changed.extend_from_slice(text.as_bytes());
        changed.extend_from_slice(chunk.invalid());
    }
    changed
}

/// Cuts query and fragment off and removes dot segments: RFC 3986, 5.2.4, with `%2e` as `.`
/// (6.2.2.2).
fn parse(path: Vec<u8>) -> Vec<u8> {
    let path = cut(path, b"?#");
    let mut kept: Vec<&[u8]> = Vec::new();
    let segments: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        let dots = String::from_utf8_lossy(segment)
            .to_lowercase()
            .replace("%2e", ".");
        match dots.as_str() {
            "." if last => kept.push(b""),
            "." => {}
            ".." => {
                // The first is the empty one before the root.
                if kept.len() > 1 {
                    kept.pop();
                }
                if last {
                    kept.push(b"");
                }
            }
            _ => kept.push(segment),
        }
    }
    kept.join(&b'/')
}

/// Decodes `%XX` once; what is not that stays.
fn decode(path: Vec<u8>) -> Vec<u8> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let mut decoded = Vec::new();
    let mut rest = &path[..];
    while let [first, after @ ..] = rest {
        match (first, digit(after.first()), digit(after.get(1))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

fn drop_parameters(path: Vec<u8>) -> Vec<u8> {
    each_segment(&path, |segment| cut(segment.to_vec(), b";"))
}

/// Reads sequences that RFC 3629 forbids since one byte would do: `c0 ae` is `.`.
fn short_utf8(path: Vec<u8>) -> Vec<u8> {
    let mut read = Vec::new();
    let mut rest = &path[..];
    while let [first, after @ ..] = rest {
        let short = match rest {
            [0xc0..=0xc1, b @ 0x80..=0xbf, ..] => Some((2, (first & 1) << 6 | b & 0x3f)),
            [0xe0, a @ 0x80..=0x81, b @ 0x80..=0xbf, ..] => Some((3, (a & 1) << 6 | b & 0x3f)),
            [0xf0, 0x80, a @ 0x80..=0x81, b @ 0x80..=0xbf, ..] => {
                Some((4, (a & 1) << 6 | b & 0x3f))
            }
            _ => None,
        };
        match short {
            Some((length, byte)) => {
                read.push(byte);
                rest = &rest[length..];
            }
            None => {
                read.push(*first);
                rest = after;
            }
        }
    }
    read
}

/// Fullwidth and small forms, and what looks like a dot, a slash, a semicolon or a quotation mark:
/// Microsoft's tables `bestfit1252` and `bestfit932`, and the compatibility mappings of Unicode.
fn best_fit(path: Vec<u8>) -> Vec<u8> {
    each_character(&path, |character, text| match character {
        '\u{ff01}'..='\u{ff5e}' => {
            text.extend(char::from_u32(u32::from(character) - 0xff01 + 0x21));
        }
        '\u{2024}' | '\u{fe52}' | '\u{ff61}' | '\u{3002}' | '\u{b7}' => text.push('.'),
        '\u{2025}' => text.push_str(".."),
        '\u{2026}' => text.push_str("..."),
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => text.push('/'),
        '\u{2216}' | '\u{fe68}' | '\u{a5}' | '\u{20a9}' => text.push('\\'),
        '\u{37e}' | '\u{fe54}' => text.push(';'),
        '\u{fe56}' => text.push('?'),
        '\u{fe5f}' => text.push('#'),
        '\u{fe6a}' => text.push('%'),
        '\u{fe60}' => text.push('&'),
        '\u{fe55}' | '\u{2236}' => text.push(':'),
        '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' => text.push(' '),
        _ => text.push(character),
    })
}

/// Drops soft hyphens, zero-width, bidirectional and variation characters.
fn drop_invisible(path: Vec<u8>) -> Vec<u8> {
    each_character(&path, |character, text| match character {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}' => {}
        _ => text.push(character),
    })
}

fn drop_white_space(path: Vec<u8>) -> Vec<u8> {
    each_character(&path, |character, text| {
        if !character.is_whitespace() {
            text.push(character);
        }
    })
}

fn slashes(mut path: Vec<u8>) -> Vec<u8> {
    for byte in path.iter_mut().filter(|byte| **byte == b'\\') {
        *byte = b'/';
    }
    path
}

fn merge_slashes(mut path: Vec<u8>) -> Vec<u8> {
    path.dedup_by(|next, before| (*next, *before) == (b'/', b'/'));
    path
}

fn stop_at_nul(path: Vec<u8>) -> Vec<u8> {
    cut(path, b"\0")
}

fn stop_at_ampersand(path: Vec<u8>) -> Vec<u8> {
    cut(path, b"&")
}
