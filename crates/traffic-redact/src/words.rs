//! The list of harmless words: those of messages, field names, markup and media types.

use std::collections::HashSet;
use std::sync::LazyLock;

static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| LISTS.split_whitespace().collect());

/// Whether a word, in lower case, is in the lists below. No list contains a name, a brand or a
/// place: a missing word costs a placeholder, a wrong one discloses customer data.
pub(crate) fn is_common(word: &str) -> bool {
    WORDS.contains(word)
}

/// Whether this is an ordinary word of prose: letters, or a short number; `v45` and `2xx`, not
/// `a1b2`. Nothing that looks random.
pub(crate) fn is_ordinary(word: &str) -> bool {
    const LONGEST: usize = 24;
    let digits = word.trim_start_matches(['v', 'V']);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_class = matches!(word.as_bytes(), [b'1'..=b'5', b'x', b'x']);
    let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let is_hex = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let humps = humps(word).count();
    match is_number {
        true => digits.len() <= 3 || is_year,
        false if is_class => true,
        false => {
            word.chars().all(char::is_alphabetic)
                && word.chars().count() <= LONGEST
                && !is_hex
                && (humps * 4 <= word.len() + 4 || word.len() <= 3)
        }
    }
}

/// The parts of a compound: `api-key`, `user_agent`, `clientSecret`.
pub(crate) fn parts(compound: &str) -> impl Iterator<Item = &str> {
    compound
        .split(|c: char| !c.is_alphanumeric())
        .flat_map(humps)
        .filter(|part| !part.is_empty())
}

/// A word cut before each capital that follows a small letter.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let small_before_capital = rest
            .char_indices()
            .zip(rest.chars().skip(1))
            .find(|((_, one), next)| one.is_lowercase() && next.is_uppercase())
            .map(|((at, one), _)| at + one.len_utf8());
        let (hump, after) = rest.split_at(small_before_capital.unwrap_or(rest.len()));
        rest = after;
        Some(hump)
    })
}

const LISTS: &str = "
a after an and any are as at be because been before but by can cannot could did do does for from has
have if in into is it its may more must no not now of off on only or other out please so than that
the their then there this to too try until up was were when which while will with without you your

accept accepted access again all allowed already another authentication authorization authorized
available authenticate bad body busy cache call calls cannot changed check code conflict connection
connections control count created credential credentials daily deleted denied disabled domain
domains done duplicate empty enabled error errors exceeded exist existed exists expected expired
failed failure field fields first forbidden format found full gateway gone header headers id ids
input insufficient internal invalid item items key last later length limit limits list lock locked
long maximum message messages method minimum missing name names new none null number numbers object
ok old one operation parameter parameters parse password path pending permission permissions
permitted processing property query quota range rate read received record records registered
rejected request requests required resource resources response retry retries right rights route
routes scope scopes sent server service session short size started state status stopped string
success succeeded syntax system table temporarily time timed timeout token tokens total trunk trunks
type types unable unauthenticated unauthorized unavailable undefined unexpected unknown
unprocessable unreachable unregistered unsupported updated user users valid validation value values
version wrong zero

account accounts active address addresses age agent api attribute attributes auth bearer basic
client content contact cookie created current data date datetime description detail details device
devices digest display email end epoch expires extension file filename filter flag grant group
groups host hostname index info kind label language level line lines link links login max media
metadata min mode modified next note notes offset order origin owner page pages parent phone pin
port position previous priority protocol public reason ref reference region registration result
results role roles secret self signature sort source start step sub subject tag tags target text
timestamp timezone title transport update uri url username uuid via x

b br center dd div dl doctype dt em form h1 h2 h3 h4 h5 h6 head hr html i img li meta ol p pre
script section small span strong style tbody td tfoot th thead title tr tt u ul utf-8 xml xmlns
xhtml amp gt lt nbsp quot cdata encoding

application attachment boundary charset css csv disposition event form-data formdata gzip image
javascript json multipart ndjson octet octet-stream pdf plain problem q realm stream text
transfer urlencoded www www-form-urlencoded x-www-form-urlencoded yaml zip

http https mailto sip sips tel tls tcp udp ws wss ftp get post put patch delete options trace true
false yes rtp sdp dns ip ipv4 ipv6
";
