//! Reduces a message that mentions a credential to harmless words.

use super::invisible::visible;
use super::limits::{MASK, SHOWN_CHARS};

/// Harmless words of messages about credentials. They are always shown, so that they do not reveal
/// whether a secret is one of them. No names, no numbers, and no words that people choose as
/// passwords.
pub(super) const PLAIN: &str = "\
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

/// Names of credentials that are shown. Only the first one in a message is: the next one may be the
/// password itself, since people do choose `password` and `secret`.
pub(super) const NAMES: &str = "\
    auth authentication authorization bearer connection-sip-registration-password credential \
    credentials digest jwt key keys login passphrase passwd password passwords pin pwd secret \
    token tokens";

/// The message with all other words masked. Consecutive masked words become one mask, which shows
/// neither their number nor their length.
pub(super) fn plain_words(message: &str) -> String {
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

/// What is shown of a word: `expired`, `Expired`, `EXPIRED.`, and `password=***` for an assignment.
/// Other punctuation and capitalization may be that of a secret.
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

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}
