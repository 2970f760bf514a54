//! What a server says, made fit to be shown: one line, without secrets.
//!
//! A message may echo what was sent, in any encoding, and may name secrets that the client has
//! never seen: the password of another trunk, for example. Which of its words is the secret cannot
//! be told from the message. So a message is shown in one of two ways:
//!
//! - One that speaks of a credential, or cannot be checked for it, is reduced to [`plain_words`]:
//!   what is not in a closed vocabulary becomes `***`. It cannot be checked when it is long,
//!   escaped many times over, or has letters that are not ASCII: those may be look-alikes.
//! - Any other is shown as it is, without the secrets of the request. They are searched for in
//!   every [`Reading`] of the message: as it is, unescaped (JSON, URL, HTML) again and again until
//!   nothing is left to unescape, and with each run of base64 or hexadecimal digits decoded.
//!
//! The limits. A secret that the request did not have is shown when the message calls it by
//! none of the names in [`CREDENTIALS`]. A secret of the request is shown when it was
//! encrypted, reversed or written in an encoding that is not named here; when fewer than eight
//! characters in a row of a longer one were sent back; and when it has nothing but white space,
//! `+` and `\`.

use std::collections::HashSet;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::values::Secret;

/// Most characters of a server's message that are shown.
const SHOWN_CHARS: usize = 500;
/// Most bytes of a message that are checked; of a longer one only plain words are shown.
const CHECKED_BYTES: usize = 4096;
/// Most ways to read a message. What is escaped deeper is not meant to be read by people.
const READINGS: usize = 64;
/// What stands for what is not shown.
const MASK: &str = "***";

/// The message of the service's own error format. It has no `Debug`: `raw` may hold anything.
pub(crate) struct ServerMessage {
    code: Option<i64>,
    raw: String,
    text: String,
}

impl ServerMessage {
    /// Reads JSON in the service's own format: a `message` with a numeric `code` (a number in a
    /// string from some servers), or with nothing else. Gateways and web frameworks send JSON with
    /// a `message` too, among members of their own; that is none. `secrets` are those of the
    /// request, which the message may echo.
    pub(crate) fn read(json: &[u8], secrets: &[&Secret]) -> Option<Self> {
        let members: serde_json::Map<String, Value> = serde_json::from_slice(json).ok()?;
        let message = members.get("message")?.as_str()?;
        let code = match members.get("code") {
            Some(Value::Number(code)) => code.as_i64(),
            Some(Value::String(code)) => code.trim().parse().ok(),
            _ => None,
        };
        (code.is_some() || members.len() == 1).then(|| Self {
            code,
            text: presentable(message, secrets),
            raw: message.chars().take(CHECKED_BYTES).collect(),
        })
    }

    pub(crate) fn code(&self) -> Option<i64> {
        self.code
    }

    /// Its beginning as it came, to decide on; never to be shown.
    pub(crate) fn raw(&self) -> &str {
        &self.raw
    }

    /// Fit to be shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A server's message made fit for one line; `secrets` are those of the request.
pub(crate) fn presentable(message: &str, secrets: &[&Secret]) -> String {
    let shown = match readings(message) {
        Some(readings) if !readings.iter().any(Reading::speaks_of_a_credential) => {
            match echoes(&readings, secrets) {
                Echoes::At(ranges) => without(message, ranges),
                Echoes::Short => plain_words(message),
            }
        }
        _ => plain_words(message),
    };
    shown.chars().take(SHOWN_CHARS).collect()
}

/// Masks the values of headers that repeat a secret of the request, in any encoding. A secret of
/// few characters is in many a number, so it is not looked for.
pub(crate) fn mask_echoes(headers: &mut HeaderMap, secrets: &[&Secret]) {
    for value in headers.values_mut() {
        // What is no text is given to nobody.
        let Ok(text) = value.to_str() else { continue };
        let echoes = readings(text).map(|readings| echoes(&readings, secrets));
        let clean = match echoes {
            Some(Echoes::At(ranges)) => ranges.is_empty(),
            Some(Echoes::Short) => true,
            None => false,
        };
        if !clean {
            *value = HeaderValue::from_static(MASK);
        }
    }
}

// ---------------------------------------------------------------------------------------------
// Plain words
// ---------------------------------------------------------------------------------------------

/// Words that a message about a credential is made of, and that tell nothing: they are shown
/// whatever the secret is, so nobody can tell by them that a secret is one of them. No names, no
/// numbers, and none of the words that people choose as passwords.
const PLAIN: &str = "\
    a again allowed already an and any api are as at authorized bad be because been before but \
    by can cannot characters check connection contain contains could denied did do does domain \
    ended enough error exceeded exist exists expected expired expires failed failure field for \
    format found from given had has have header if in incorrect insufficient into invalid is it \
    its least length limit longer malformed match matches may mismatch missing more most must no \
    not of on only or parameter permission permitted please provided received refused rejected \
    request required requires resource revoked route scope sent short shorter should supplied \
    supported than that the their there this to too trunk try type unauthorized unexpected \
    unsupported until use used valid value was weak were when which while will with without \
    would wrong you your";

/// Names of credentials that are shown. Only the first in a message: the next one may be the
/// password itself, since people do choose `password` and `secret`.
const NAMES: &str = "\
    auth authentication authorization bearer connection-sip-registration-password credential \
    credentials digest jwt key keys login passphrase passwd password passwords pin pwd secret \
    token tokens";

/// The message with all but plain words masked. Several masked words in a row are one mask, which
/// tells neither their number nor their length.
fn plain_words(message: &str) -> String {
    let mut shown = String::new();
    let mut named = false;
    let mut masked = false;
    for word in visible(message).split_whitespace() {
        if shown.len() > SHOWN_CHARS {
            break;
        }
        let plain = plain(word, &mut named);
        if masked && plain.is_none() {
            continue;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        let plain = plain.unwrap_or_else(|| MASK.to_owned());
        masked = plain.ends_with(MASK);
        shown.push_str(&plain);
    }
    shown
}

/// What is shown of a word between white space: `expired`, `Expired`, `EXPIRED.`, and
/// `password=***` of an assignment. Other punctuation and spellings may be those of a secret.
fn plain(word: &str, named: &mut bool) -> Option<String> {
    let mut known = |word: &str| {
        let lower = word.to_ascii_lowercase();
        let mut rest = word.chars().skip(1);
        let as_written = word == word.to_ascii_uppercase() || rest.all(|c| !c.is_uppercase());
        as_written
            && (is_in(PLAIN, &lower) || is_in(NAMES, &lower) && !std::mem::replace(named, true))
    };
    let bare = word
        .strip_suffix(['.', ',', ':', ';', '!', '?', ')', ']'])
        .unwrap_or(word);
    if known(bare) {
        return Some(word.to_owned());
    }
    let separator = word.find(['=', ':'])?;
    let name = &word[..separator];
    known(name).then(|| format!("{name}{}{MASK}", &word[separator..=separator]))
}

// ---------------------------------------------------------------------------------------------
// What speaks of a credential
// ---------------------------------------------------------------------------------------------

/// What a message that speaks of a credential has in it, in lower case; in the languages that the
/// service is run in, as far as they are written in ASCII: any other letter makes a message unsafe
/// by itself. Those of six letters and more are found across the ends of words too: `pass word`.
const CREDENTIALS: &str = "\
    password passwd passphrase passcode pass pwd psw pword pin otp mfa totp secret confidential \
    token bearer basic digest jwt saml auth credential cred key psk nonce salt hash hmac ha1 md5 \
    sha1 sha256 cookie sessionid sessid csrf xsrf login logon signin signature accesscode \
    securitycode verificationcode onetime passwort kennwort geheim schluessel wachtwoord sleutel \
    passord losenord adgangskode motdepasse clef contrasen clave senha chave parola chiave \
    salasana haslo heslo geslo lozinka jelszo sifre parool";

/// How the keys of the service and JSON web tokens begin.
const BEGINNINGS: [&str; 5] = ["nss_", "nsr_", "nsd_", "nsu_", "eyJ"];

impl Reading {
    /// Whether the message speaks of a credential, or has characters that are no punctuation and no
    /// ASCII: of letters that look like others, and of other languages, it cannot be said.
    fn speaks_of_a_credential(&self) -> bool {
        if self.kind == Kind::Other {
            return false;
        }
        let text: String = self.characters().filter(|c| !is_invisible(*c)).collect();
        self.kind == Kind::Message && !text.chars().all(is_readable)
            || BEGINNINGS.iter().any(|beginning| text.contains(beginning))
            || text.split_whitespace().any(has_user_info)
            || names_a_credential(&text)
            || names_a_credential(&text.chars().map(as_letter).collect::<String>())
    }
}

/// `sip:user:password@host`, `https://user:password@host`: RFC 3261 and RFC 3986.
fn has_user_info(word: &str) -> bool {
    let Some((before, _)) = word.rsplit_once('@') else {
        return false;
    };
    let lower = before.to_ascii_lowercase();
    let scheme = ["sips:", "sip:", "//"]
        .into_iter()
        .find_map(|scheme| lower.find(scheme).map(|at| at + scheme.len()));
    before[scheme.unwrap_or(0)..].contains(':')
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

fn names_a_credential(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words: Vec<String> = Vec::new();
    let mut spelled = false;
    for word in lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let single = word.chars().nth(1).is_none();
        match words.last_mut() {
            Some(last) if spelled && single => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        spelled = single;
    }
    let squeezed = words.concat();
    CREDENTIALS.split(' ').any(|name| match name.len() {
        0..=5 => words.iter().any(|word| word.contains(name)),
        _ => squeezed.contains(name),
    })
}

/// The letter that a digit or a sign is written for: `p@ssw0rd`.
fn as_letter(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Characters that may be shown: ASCII, spaces, and the quotes and dashes of print.
fn is_readable(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            ' '..='~'
                | '\u{2010}'..='\u{2027}'
                | '\u{2030}'..='\u{203a}'
                | '\u{a7}' | '\u{ab}' | '\u{b0}' | '\u{b7}' | '\u{bb}'
        )
}

/// Characters that print nothing, or change how others are printed: controls, bidi, zero-width and
/// what Unicode calls default ignorable. White space is none of them.
fn is_invisible(character: char) -> bool {
    character.is_control() && !character.is_whitespace()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

// ---------------------------------------------------------------------------------------------
// Readings
// ---------------------------------------------------------------------------------------------

/// A character, and the bytes of the message that it was read from.
#[derive(Clone, Copy, PartialEq)]
struct Unit {
    character: char,
    from: usize,
    to: usize,
}

/// One way to read a message.
struct Reading {
    units: Vec<Unit>,
    kind: Kind,
}

/// What a reading is of.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// The message, unescaped or not.
    Message,
    /// A text that digits in it decode to.
    Text,
    /// What has no words: all that digits decode to, as any digits do, or a message without its
    /// spaces.
    Other,
}

/// All ways to read a message; `None` for one that is too long or escaped too often.
fn readings(message: &str) -> Option<Vec<Reading>> {
    if message.len() > CHECKED_BYTES {
        return None;
    }
    let mut texts = vec![Reading::of(message)];
    let mut others = Vec::new();
    let mut next = 0;
    while let Some(reading) = texts.get(next) {
        let mut found: Vec<Reading> = reading.unescaped().into_iter().collect();
        // Escape sequences and base64 are folded at the ends of lines, too.
        found.extend(reading.unfolded());
        for run in reading.decoded_runs() {
            found.extend(run.texts());
            others.push(run);
        }
        for reading in found {
            if !texts.iter().any(|known| known.units == reading.units) {
                texts.push(reading);
            }
        }
        if texts.len() > READINGS {
            return None;
        }
        next += 1;
    }
    texts.extend(others);
    Some(texts)
}

impl Reading {
    /// A text as it is.
    fn of(text: &str) -> Self {
        let units = text.char_indices().map(|(from, character)| Unit {
            character,
            from,
            to: from + character.len_utf8(),
        });
        Self {
            units: units.collect(),
            kind: Kind::Message,
        }
    }

    fn characters(&self) -> impl Iterator<Item = char> {
        self.units.iter().map(|unit| unit.character)
    }

    /// The reading without white space and what is invisible, where there is any.
    fn unfolded(&self) -> Option<Reading> {
        let printed =
            |unit: &&Unit| !unit.character.is_whitespace() && !is_invisible(unit.character);
        let units: Vec<Unit> = self.units.iter().filter(printed).copied().collect();
        (units.len() < self.units.len()).then_some(Reading {
            units,
            kind: Kind::Other,
        })
    }

    /// The reading with each escape sequence replaced by its character, where there is one.
    fn unescaped(&self) -> Option<Reading> {
        if !self.characters().any(|c| matches!(c, '\\' | '%' | '&')) {
            return None;
        }
        let mut units = Vec::with_capacity(self.units.len());
        let mut rest = &self.units[..];
        while let Some(first) = rest.first() {
            let (character, length) = escape(rest).unwrap_or((first.character, 1));
            units.push(Unit {
                character,
                from: first.from,
                to: rest[length - 1].to,
            });
            rest = &rest[length..];
        }
        (units.len() < self.units.len()).then_some(Reading {
            units,
            kind: self.kind,
        })
    }

    /// What each run of base64 or hexadecimal digits decodes to, from each place where a digit of a
    /// whole byte can begin: what was encoded may be a part of the run.
    fn decoded_runs(&self) -> Vec<Reading> {
        let mut found = Vec::new();
        for run in self.runs_of(is_base64) {
            let digits: Vec<u8> = run
                .iter()
                .filter_map(|unit| standard(unit.character))
                .collect();
            for offset in 0..4 {
                found.push(Self::of_run(
                    &run[offset..],
                    &from_base64(&digits[offset..]),
                    6,
                ));
            }
        }
        for run in self.runs_of(|c| c.is_ascii_hexdigit()) {
            let digits: Vec<u32> = run
                .iter()
                .filter_map(|unit| unit.character.to_digit(16))
                .collect();
            for offset in 0..2 {
                found.push(Self::of_run(
                    &run[offset..],
                    &from_hex(&digits[offset..]),
                    4,
                ));
            }
        }
        found
    }

    fn runs_of(&self, digit: impl Fn(char) -> bool) -> Vec<&[Unit]> {
        /// Three bytes of base64, or of hexadecimal.
        const SHORTEST: usize = 6;
        let runs = self
            .units
            .chunk_by(|a, b| digit(a.character) && digit(b.character));
        runs.filter(|run| run.len() >= SHORTEST).collect()
    }

    /// What a run decodes to, whose digits have so many bits each.
    fn of_run(run: &[Unit], decoded: &[u8], bits: usize) -> Reading {
        let unit = |character, from: usize, to: usize| Unit {
            character,
            from: run[from * 8 / bits].from,
            to: run[(to * 8 - 1) / bits].to,
        };
        let mut units = Vec::with_capacity(decoded.len());
        let mut at = 0;
        for chunk in decoded.utf8_chunks() {
            for character in chunk.valid().chars() {
                let end = at + character.len_utf8();
                units.push(unit(character, at, end));
                at = end;
            }
            if !chunk.invalid().is_empty() {
                let end = at + chunk.invalid().len();
                units.push(unit(char::REPLACEMENT_CHARACTER, at, end));
                at = end;
            }
        }
        Reading {
            units,
            kind: Kind::Other,
        }
    }

    /// The texts in what a run decodes to.
    fn texts(&self) -> impl Iterator<Item = Reading> {
        /// Fewer characters are a text by chance.
        const SHORTEST: usize = 6;
        let parts = self.units.split(|unit| {
            let c = unit.character;
            c == char::REPLACEMENT_CHARACTER || c.is_control() && !c.is_whitespace()
        });
        parts
            .filter(|part| part.len() >= SHORTEST)
            .map(|part| Reading {
                units: part.to_vec(),
                kind: Kind::Text,
            })
    }

    /// The characters that tell texts apart whatever they went through: in lower case, and without
    /// white space, what stands for it in forms, backslashes and what is invisible.
    fn folded(&self) -> Vec<Unit> {
        let kept = self.units.iter().filter(|unit| {
            let c = unit.character;
            !(c.is_whitespace() || is_invisible(c) || matches!(c, '+' | '\\'))
        });
        kept.map(|unit| Unit {
            character: unit.character.to_ascii_lowercase(),
            ..*unit
        })
        .collect()
    }
}

fn is_base64(character: char) -> bool {
    standard(character).is_some()
}

/// A digit of base64 in the standard alphabet, of either.
fn standard(digit: char) -> Option<u8> {
    match digit {
        '-' => Some(b'+'),
        '_' => Some(b'/'),
        '+' | '/' | '0'..='9' | 'A'..='Z' | 'a'..='z' => u8::try_from(digit).ok(),
        _ => None,
    }
}

/// The bytes that digits hold whole.
fn from_base64(digits: &[u8]) -> Vec<u8> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireNone),
    );
    // A single digit behind the last group has not the bits of a byte.
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    LENIENT.decode(&digits[..whole]).unwrap_or_default()
}

fn from_hex(digits: &[u32]) -> Vec<u8> {
    let pairs = digits.chunks_exact(2);
    pairs
        .filter_map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}

/// The escape sequence that a text begins with: its character and its length. What stands for no
/// character is `U+FFFD`.
fn escape(units: &[Unit]) -> Option<(char, usize)> {
    let at = |index: usize| units.get(index).map(|unit| unit.character);
    let number = |from: usize, length: usize, radix: u32| {
        (from..from + length).try_fold(0u32, |number, index| {
            at(index)?
                .to_digit(radix)
                .map(|digit| number * radix + digit)
        })
    };
    match (at(0)?, at(1)?) {
        // JSON and JavaScript; `%u` of old web servers.
        ('\\' | '%', 'u') if escaped_unit(units).is_some() => utf16(units),
        ('\\', 'u') if at(2) == Some('{') => {
            let digits = (1..=6).find(|digits| at(3 + digits) == Some('}'))?;
            Some((character(number(3, digits, 16)?), digits + 4))
        }
        ('\\', 'x') => utf8(units, "\\x"),
        ('\\', 'b' | 'f' | 'n' | 'r' | 't') => Some((' ', 2)),
        ('\\', other) => Some((other, 2)),
        ('%', _) => utf8(units, "%"),
        ('&', '#') => {
            let (from, radix) = match at(2)? {
                'x' | 'X' => (3, 16),
                _ => (2, 10),
            };
            let digits = (from..from + 8)
                .take_while(|index| at(*index).is_some_and(|c| c.is_digit(radix)))
                .count();
            let end = from + digits;
            let closed = usize::from(at(end) == Some(';'));
            (digits > 0).then_some((character(number(from, digits, radix)?), end + closed))
        }
        ('&', _) => {
            let name: String = (1..12)
                .map_while(|index| at(index).filter(char::is_ascii_alphanumeric))
                .collect();
            let end = 1 + name.len();
            let known = ENTITIES.iter().find(|(known, _)| *known == name);
            match known {
                Some((_, character)) => Some((*character, end + usize::from(at(end) == Some(';')))),
                None if at(end) == Some(';') && end > 1 => Some(('\u{fffd}', end + 1)),
                None => None,
            }
        }
        _ => None,
    }
}

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The number behind `\u` or `%u`, four digits.
fn escaped_unit(units: &[Unit]) -> Option<u16> {
    let mut characters = units.iter().map(|unit| unit.character);
    if !matches!(characters.next()?, '\\' | '%') || characters.next()? != 'u' {
        return None;
    }
    let digits: String = characters.take(4).collect();
    let whole = digits.chars().count() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
    u16::from_str_radix(&digits, 16).ok().filter(|_| whole)
}

/// The character of one escaped unit of UTF-16, or of two.
fn utf16(units: &[Unit]) -> Option<(char, usize)> {
    const LENGTH: usize = 6;
    let first = escaped_unit(units)?;
    let second = units.get(LENGTH..).and_then(escaped_unit);
    let pair = [first, second.unwrap_or_default()];
    match char::decode_utf16(pair).next()? {
        Ok(character) => Some((character, LENGTH * character.len_utf16())),
        Err(_) => Some((char::REPLACEMENT_CHARACTER, LENGTH)),
    }
}

/// The character of escaped bytes of UTF-8, each with a prefix and two digits.
fn utf8(units: &[Unit], prefix: &str) -> Option<(char, usize)> {
    let length = prefix.len() + 2;
    let bytes: Vec<u8> = units
        .chunks_exact(length)
        .take(4)
        .map_while(|escaped| {
            let escaped: String = escaped.iter().map(|unit| unit.character).collect();
            let digits = escaped.strip_prefix(prefix)?;
            let whole = digits.chars().all(|c| c.is_ascii_hexdigit());
            u8::from_str_radix(digits, 16).ok().filter(|_| whole)
        })
        .collect();
    match bytes.utf8_chunks().next()?.valid().chars().next() {
        Some(character) => Some((character, length * character.len_utf8())),
        None => Some((char::REPLACEMENT_CHARACTER, length)),
    }
}

/// HTML's names for characters of ASCII, and the space that does not break.
const ENTITIES: [(&str, char); 42] = [
    ("AMP", '&'),
    ("GT", '>'),
    ("Hat", '^'),
    ("LT", '<'),
    ("NewLine", ' '),
    ("QUOT", '"'),
    ("Tab", ' '),
    ("UnderBar", '_'),
    ("VerticalLine", '|'),
    ("amp", '&'),
    ("apos", '\''),
    ("ast", '*'),
    ("bsol", '\\'),
    ("colon", ':'),
    ("comma", ','),
    ("commat", '@'),
    ("dollar", '$'),
    ("equals", '='),
    ("excl", '!'),
    ("grave", '`'),
    ("gt", '>'),
    ("lbrace", '{'),
    ("lbrack", '['),
    ("lcub", '{'),
    ("lowbar", '_'),
    ("lpar", '('),
    ("lsqb", '['),
    ("lt", '<'),
    ("nbsp", ' '),
    ("num", '#'),
    ("percnt", '%'),
    ("period", '.'),
    ("plus", '+'),
    ("quest", '?'),
    ("quot", '"'),
    ("rbrace", '}'),
    ("rbrack", ']'),
    ("rcub", '}'),
    ("rpar", ')'),
    ("rsqb", ']'),
    ("semi", ';'),
    ("sol", '/'),
];

// ---------------------------------------------------------------------------------------------
// Echoes of the request's secrets
// ---------------------------------------------------------------------------------------------

/// Where a message repeats secrets of the request.
enum Echoes {
    /// Bytes of the message.
    At(Vec<(usize, usize)>),
    /// A secret of so few characters that cutting it out of other words would tell it.
    Short,
}

/// Finds the secrets, and as much of them in a row as a message that was cut may show.
fn echoes(readings: &[Reading], secrets: &[&Secret]) -> Echoes {
    /// So many characters in a row are a part of a secret and not chance.
    const PART: usize = 8;
    /// Fewer are in any text.
    const FEWEST: usize = 4;
    let mut parts: [HashSet<Vec<char>>; PART + 1] = std::array::from_fn(|_| HashSet::new());
    for secret in secrets {
        let mut form = Some(Reading::of(secret.expose_secret()));
        // A secret may look like an escape sequence itself, so it is read as the message is.
        while let Some(reading) = form {
            let folded: Vec<char> = reading.folded().iter().map(|unit| unit.character).collect();
            let length = folded.len().min(PART);
            parts[length].extend(folded.windows(length.max(1)).map(<[char]>::to_vec));
            form = reading.unescaped();
        }
    }
    let mut ranges = Vec::new();
    for folded in readings.iter().map(Reading::folded) {
        let characters: Vec<char> = folded.iter().map(|unit| unit.character).collect();
        for (length, parts) in parts
            .iter()
            .enumerate()
            .filter(|(_, parts)| !parts.is_empty())
        {
            for (start, window) in characters.windows(length.max(1)).enumerate() {
                if parts.contains(window) {
                    if length < FEWEST {
                        return Echoes::Short;
                    }
                    ranges.push((folded[start].from, folded[start + length - 1].to));
                }
            }
        }
    }
    Echoes::At(ranges)
}

/// The message on one line, with ranges of it masked and without what is invisible.
fn without(message: &str, mut ranges: Vec<(usize, usize)>) -> String {
    ranges.sort_unstable();
    let mut shown = String::new();
    let mut end = 0;
    for (from, to) in ranges {
        if from > end || shown.is_empty() {
            shown += &message[end..from];
            shown += MASK;
        }
        end = end.max(to);
    }
    shown += &message[end..];
    let shown = visible(&shown);
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages of the service, or what other texts of people speak of.
    const INNOCENT: [&str; 19] = [
        "Accepted",
        "Access Denied",
        "Permission Denied",
        "Invalid Scope [APP001]",
        "No Route Found [92]",
        "Error: No Route Found [92]",
        "Resource not found.",
        "Domain example does not exist",
        "User 1000 does not exist in domain example",
        "Domain not found or access denied",
        "Missing servers or type",
        "Phone number already exists",
        "Record with connection-orig-match-pattern sip*@acme-pri.example exists: 50% done & ready",
        "Trunk sip:*@192.0.2.1 has 3 calls at 2025-05-19T02:41:11+00:00",
        "Duplicate entry '15555550100' for column \"connection-address\"",
        "Upstream “timed out” – try again…",
        "<html><body><h1>502 Bad Gateway</h1></body></html>",
        "limits-max-active-calls-orig must be an integer",
        "All the slots are in use, each average has risen",
    ];

    #[test]
    fn messages_without_credentials_are_shown_as_they_are() {
        let secret = Secret::from("hunter2-sentinel");
        for message in INNOCENT {
            assert_eq!(presentable(message, &[&secret]), message);
        }
    }

    #[test]
    fn messages_about_credentials_are_shown_in_plain_words() {
        let table = [
            ("Invalid token", "Invalid token"),
            ("The API key has expired.", "The API key has expired."),
            ("the password is too short", "the password is too short"),
            ("MISSING PASSWORD!", "MISSING PASSWORD!"),
            ("bad password hunter2 for bob", "bad password *** for ***"),
            ("password: hunter2", "password: ***"),
            ("password=hunter2", "password=***"),
            ("password hunter2 correct horse", "password ***"),
            ("password \"short\" is wrong", "password *** is wrong"),
            ("bad password password", "bad password ***"),
            ("bad password ShOrt", "bad password ***"),
            ("Invalid token [APP001]", "Invalid token ***"),
            ("auth {\"password\":\"hunter2\"}", "auth ***"),
            ("Bearer eyJhbGciOi", "Bearer ***"),
            ("nss_EXAMPLE is wrong", "*** is wrong"),
            ("Contraseña hunter2 is wrong", "*** is wrong"),
        ];
        for (message, shown) in table {
            assert_eq!(presentable(message, &[]), shown, "{message}");
        }
    }

    #[test]
    fn secrets_of_the_request_are_cut_out_and_the_rest_stays() {
        let secret = Secret::from("correct horse");
        let table = [
            ("sent correct horse back", "sent *** back"),
            ("sent CORRECT\thorse back", "sent *** back"),
            ("sent <correct%20horse> back", "sent <***> back"),
            // Cut by a limit of the server's.
            ("got 'correct ho...'", "got '***...'"),
            (
                "two\nlines\tand \u{1b}[31mcolour",
                "two lines and [31mcolour",
            ),
            ("to\u{202e}gether\u{200b}!", "together!"),
            ("", ""),
        ];
        for (message, shown) in table {
            assert_eq!(presentable(message, &[&secret]), shown, "{message}");
        }
    }

    #[test]
    fn a_short_secret_is_not_told_by_what_is_missing() {
        let secret = Secret::from("the");
        assert_eq!(
            presentable("the weather in thessaly", &[&secret]),
            "the *** in ***"
        );
        assert_eq!(
            presentable("nothing of it", &[&Secret::from("xyz")]),
            "nothing of it"
        );
    }

    #[test]
    fn a_long_message_is_cut_after_it_was_masked() {
        let secret = Secret::from("sentinel-horse");
        let message = format!("{} sentinel-horse", "x".repeat(SHOWN_CHARS - 5));
        let shown = presentable(&message, &[&secret]);
        assert_eq!(shown, format!("{} ***", "x".repeat(SHOWN_CHARS - 5)));
        assert_eq!(presentable(&"word ".repeat(100_000), &[]), "***");
    }

    #[test]
    fn lists_have_no_word_twice_and_no_name_among_plain_words() {
        for list in [format!("{PLAIN} {NAMES}"), CREDENTIALS.to_owned()] {
            let words: HashSet<&str> = list.split(' ').collect();
            assert_eq!(words.len(), list.split(' ').count());
        }
        for name in NAMES.split(' ') {
            assert!(
                names_a_credential(name),
                "{name} is shown and not searched for"
            );
        }
        for plain in PLAIN.split(' ') {
            let states = plain.ends_with("authorized");
            assert!(states || !names_a_credential(plain), "{plain}");
        }
    }
}
