//! Whether a trunk that came is the one that was asked for: a trunk is its domain and its pattern.

use crate::generated::types::Connection;
use crate::values::{DomainName, MatchPattern};

/// The response has the trunk, under a name that is not the one that was asked for to the letter.
const RESPELT: &str = "the server spells the domain or the pattern otherwise: with other capitals, \
     or with white space around it; ask with the spelling that the server has, which the list of \
     the whole system shows";
const ANOTHER: &str = "the server answered with another trunk than the one that was asked for, so \
     that nothing is known of that one";
const FOREIGN: &str = "the list of one domain has a trunk of another domain, so that it cannot be \
     told what the list is of; the list of the whole system names the domain of each trunk";

/// How a name that came compares with the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Same,
    /// The same but for capitals and white space around it. Servers that compare so take both for
    /// one trunk, and servers that do not have two: only a person can know.
    Respelt,
    Other,
}

fn compare(wanted: &str, found: &str) -> Likeness {
    let folded = |name: &str| name.trim().to_lowercase();
    if wanted == found {
        Likeness::Same
    } else if folded(wanted) == folded(found) {
        Likeness::Respelt
    } else {
        Likeness::Other
    }
}

/// `~` is the credential's own domain, whatever its name is: there is nothing to compare with.
fn compare_domain(wanted: &DomainName, found: &str) -> Likeness {
    match wanted.as_str() {
        "~" => Likeness::Same,
        wanted => compare(wanted, found),
    }
}

fn compare_trunk(found: &Connection, domain: &DomainName, pattern: &MatchPattern) -> Likeness {
    let domain = compare_domain(domain, &found.domain);
    domain.max(compare(pattern.as_str(), &found.orig_match_pattern))
}

/// Whether a trunk has this key to the letter.
pub(crate) fn is_same(found: &Connection, domain: &DomainName, pattern: &MatchPattern) -> bool {
    compare_trunk(found, domain, pattern) == Likeness::Same
}

/// The trunk that was asked for, of those in a response; `None` for a response without any. A
/// response with others alone proves nothing of the one that was asked for, and is a mismatch.
pub(crate) fn one_of(
    found: Vec<Connection>,
    domain: &DomainName,
    pattern: &MatchPattern,
) -> Result<Option<Connection>, &'static str> {
    let likeness = |trunk: &Connection| compare_trunk(trunk, domain, pattern);
    let Some(nearest) = found.iter().map(likeness).min() else {
        return Ok(None);
    };
    match nearest {
        Likeness::Same => {
            let mut same = found
                .into_iter()
                .filter(|trunk| likeness(trunk) == Likeness::Same);
            let first = same.next();
            let domains = first.iter().map(|trunk| trunk.domain.clone());
            // Possible for `~` alone, which is one domain.
            let ambiguous = domains
                .into_iter()
                .any(|domain| same.any(|trunk| trunk.domain != domain));
            if ambiguous { Err(ANOTHER) } else { Ok(first) }
        }
        Likeness::Respelt => Err(RESPELT),
        Likeness::Other => Err(ANOTHER),
    }
}

/// The trunks of a list, where all of them are of the domain that it is a list of.
pub(crate) fn all_of(
    found: Vec<Connection>,
    domain: &DomainName,
) -> Result<Vec<Connection>, &'static str> {
    let first = found.first().map(|trunk| trunk.domain.clone());
    let wanted = match domain.as_str() {
        // One domain, if an unknown one.
        "~" => first.as_deref().unwrap_or_default(),
        name => name,
    };
    let farthest = found
        .iter()
        .map(|trunk| compare(wanted, &trunk.domain))
        .max();
    match farthest {
        None | Some(Likeness::Same) => Ok(found),
        Some(Likeness::Respelt) => Err(RESPELT),
        Some(Likeness::Other) => Err(FOREIGN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trunk(domain: &str, pattern: &str) -> Connection {
        serde_json::from_value(serde_json::json!({
            "domain": domain, "connection-orig-match-pattern": pattern
        }))
        .unwrap()
    }

    #[test]
    fn names_are_compared_to_the_letter() {
        let table = [
            ("acme.example", "acme.example", Likeness::Same),
            ("acme.example", "Acme.Example", Likeness::Respelt),
            ("acme.example", " acme.example", Likeness::Respelt),
            ("acme.example", "acme.example\r\n", Likeness::Respelt),
            ("acme.example", "ACME.example\t", Likeness::Respelt),
            ("acme.example", "acme.example.", Likeness::Other),
            ("acme.example", "acme .example", Likeness::Other),
            ("acme.example", "other.example", Likeness::Other),
            ("acme.example", "", Likeness::Other),
            ("*", "acme.example", Likeness::Other),
            ("*", "*", Likeness::Same),
        ];
        for (wanted, found, likeness) in table {
            assert_eq!(compare(wanted, found), likeness, "{wanted:?} {found:?}");
        }
    }

    #[test]
    fn the_trunk_that_was_asked_for_is_found_among_others() {
        const ONE: &str = "sip*@one.example";
        const TWO: &str = "sip*@two.example";
        let own = ("acme.example", ONE);
        type Names<'a> = &'a [(&'a str, &'a str)];
        let table: [(&str, Names<'_>, Result<Option<&str>, &str>); 12] = [
            ("acme.example", &[], Ok(None)),
            ("acme.example", &[own], Ok(Some("acme.example"))),
            ("acme.example", &[own, own], Ok(Some("acme.example"))),
            (
                "acme.example",
                &[("acme.example", TWO), own],
                Ok(Some("acme.example")),
            ),
            (
                "acme.example",
                &[("other.example", ONE), own],
                Ok(Some("acme.example")),
            ),
            ("acme.example", &[("acme.example", TWO)], Err(ANOTHER)),
            ("acme.example", &[("other.example", ONE)], Err(ANOTHER)),
            ("acme.example", &[("ACME.example", ONE)], Err(RESPELT)),
            (
                "acme.example",
                &[("acme.example", "SIP*@one.example ")],
                Err(RESPELT),
            ),
            ("acme.example", &[("ACME.example", TWO)], Err(ANOTHER)),
            ("~", &[own], Ok(Some("acme.example"))),
            ("~", &[own, ("other.example", ONE)], Err(ANOTHER)),
        ];
        for (domain, found, expected) in table {
            let trunks = found.iter().map(|(domain, pattern)| trunk(domain, pattern));
            let one = one_of(
                trunks.collect(),
                &DomainName::new(domain).unwrap(),
                &MatchPattern::new(ONE).unwrap(),
            );
            let one = one.as_ref().map(|one| one.as_ref().map(|one| &*one.domain));
            assert_eq!(
                one.map_err(|reason| *reason),
                expected,
                "{domain} {found:?}"
            );
        }
    }

    #[test]
    fn a_list_is_of_one_domain() {
        let table: [(&str, &[&str], Result<usize, &str>); 9] = [
            ("acme.example", &[], Ok(0)),
            ("acme.example", &["acme.example", "acme.example"], Ok(2)),
            (
                "acme.example",
                &["acme.example", "other.example"],
                Err(FOREIGN),
            ),
            ("acme.example", &["acme.example", "*"], Err(FOREIGN)),
            ("acme.example", &["Acme.example"], Err(RESPELT)),
            ("*", &["*", "*"], Ok(2)),
            ("*", &["*", "acme.example"], Err(FOREIGN)),
            ("~", &["acme.example", "acme.example"], Ok(2)),
            ("~", &["acme.example", "other.example"], Err(FOREIGN)),
        ];
        for (domain, found, expected) in table {
            let trunks = found.iter().map(|domain| trunk(domain, "sip*@one.example"));
            let all = all_of(trunks.collect(), &DomainName::new(domain).unwrap());
            let all = all.as_ref().map(Vec::len).map_err(|reason| *reason);
            assert_eq!(all, expected, "{domain} {found:?}");
        }
    }
}
