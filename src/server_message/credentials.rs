//! Detects messages that mention a credential.

use super::invisible::is_invisible;
use super::readings::{Kind, Reading};

/// Words that show that a message mentions a credential, in lower case, in the languages of
/// countries in which the service is run, where they are ASCII: a message with other letters is not
/// shown anyway. Words of six letters and more are also found across word boundaries: `pass word`.
const CREDENTIALS: &str = "\
    password passwd passphrase passcode pass pw psw pin otp mfa totp secret confidential \
    token bearer basic digest jwt saml auth credential cred key psk nonce salt hash hmac ha1 md5 \
    sha1 sha256 cookie sessionid sessid csrf xsrf login logon signin signature accesscode \
    securitycode verificationcode onetime passwort kennwort geheim schluessel wachtwoord sleutel \
    passord losenord adgangskode motdepasse clef contrasen clave senha chave parola chiave \
    salasana haslo heslo geslo lozinka jelszo sifre parool";

/// Prefixes of the service's keys and of JSON web tokens.
const BEGINNINGS: [&str; 5] = ["nss_", "nsr_", "nsd_", "nsu_", "eyJ"];

impl Reading {
    /// Whether the message mentions a credential, or cannot be checked for one, since it has
    /// letters that are not ASCII: look-alikes, or another language.
    pub(super) fn mentions_a_credential(&self) -> bool {
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

/// The letter that a digit or sign stands for: `p@ssw0rd`.
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

/// Whether a character may be shown: ASCII, white space, typographic quotes and dashes.
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::plain_words::{NAMES, PLAIN};
    use super::*;

    #[test]
    fn the_word_lists_have_no_duplicates_and_no_credential_among_plain_words() {
        for list in [format!("{PLAIN} {NAMES}"), CREDENTIALS.to_owned()] {
            let words: HashSet<&str> = list.split(' ').collect();
            assert_eq!(words.len(), list.split(' ').count());
        }
        for name in NAMES.split(' ') {
            assert!(names_a_credential(name), "{name} is shown but not detected");
        }
        for plain in PLAIN.split(' ') {
            let states = plain.ends_with("authorized");
            assert!(states || !names_a_credential(plain), "{plain}");
        }
    }
}
