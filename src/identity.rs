//! Checks that a response has the requested trunk, by domain and pattern.

use crate::generated::types::Connection;
use crate::values::{DomainName, MatchPattern};

const DIFFERENT_SPELLING: &str = "the server spells the domain or the pattern differently: with \
     other capitals, or with white space around it; use the spelling of the list of the whole \
     system";
const ANOTHER_TRUNK: &str = "the response has another trunk than the requested one, so whether \
     that one exists is unknown";
const ANOTHER_DOMAIN: &str = "the list of one domain has a trunk of another domain, so it cannot \
     be used; list the whole system instead, and select by the domain of each trunk";

/// How a received name compares with the requested one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Similarity {
    Same,
    /// They differ only in capitals or in white space around them. To a server that ignores such
    /// differences these are one trunk, to others two: this crate cannot know.
    Similar,
    Other,
}

fn compare(wanted: &str, found: &str) -> Similarity {
    let folded = |name: &str| name.trim().to_lowercase();
    if wanted == found {
        Similarity::Same
    } else if folded(wanted) == folded(found) {
        Similarity::Similar
    } else {
        Similarity::Other
    }
}

/// `~` is the credential's own domain, whose name is unknown, so there is nothing to compare with.
fn compare_domain(wanted: &DomainName, found: &str) -> Similarity {
    match wanted.as_str() {
        "~" => Similarity::Same,
        wanted => compare(wanted, found),
    }
}

fn compare_trunk(found: &Connection, domain: &DomainName, pattern: &MatchPattern) -> Similarity {
    let domain = compare_domain(domain, &found.domain);
    domain.max(compare(pattern.as_str(), &found.orig_match_pattern))
}

/// Whether a trunk has exactly this key.
pub(crate) fn is_same(found: &Connection, domain: &DomainName, pattern: &MatchPattern) -> bool {
    compare_trunk(found, domain, pattern) == Similarity::Same
}

/// The requested trunk, of those in a response; `None` for an empty response. A response with only
/// other trunks does not show whether the requested one exists, and is a mismatch.
pub(crate) fn one_of(
    found: Vec<Connection>,
    domain: &DomainName,
    pattern: &MatchPattern,
) -> Result<Option<Connection>, &'static str> {
    let similarity = |trunk: &Connection| compare_trunk(trunk, domain, pattern);
    let Some(nearest) = found.iter().map(similarity).min() else {
        return Ok(None);
    };
    match nearest {
        Similarity::Same => {
            let mut same = found
                .into_iter()
                .filter(|trunk| similarity(trunk) == Similarity::Same);
            let first = same.next();
            let domains = first.iter().map(|trunk| trunk.domain.clone());
            // Only `~` matches several domains, and it stands for one.
            let ambiguous = domains
                .into_iter()
                .any(|domain| same.any(|trunk| trunk.domain != domain));
            if ambiguous {
                Err(ANOTHER_TRUNK)
            } else {
                Ok(first)
            }
        }
        Similarity::Similar => Err(DIFFERENT_SPELLING),
        Similarity::Other => Err(ANOTHER_TRUNK),
    }
}

/// The trunks of a domain's list, if all of them are of this domain.
pub(crate) fn all_of(
    found: Vec<Connection>,
    domain: &DomainName,
) -> Result<Vec<Connection>, &'static str> {
    let first = found.first().map(|trunk| trunk.domain.clone());
    let wanted = match domain.as_str() {
        // The name is unknown; all trunks must have the same domain.
        "~" => first.as_deref().unwrap_or_default(),
        name => name,
    };
    let farthest = found
        .iter()
        .map(|trunk| compare(wanted, &trunk.domain))
        .max();
    match farthest {
        None | Some(Similarity::Same) => Ok(found),
        Some(Similarity::Similar) => Err(DIFFERENT_SPELLING),
        Some(Similarity::Other) => Err(ANOTHER_DOMAIN),
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
    fn names_are_compared_exactly() {
        let table = [
            ("acme.example", "acme.example", Similarity::Same),
            ("acme.example", "Acme.Example", Similarity::Similar),
            ("acme.example", " acme.example", Similarity::Similar),
            ("acme.example", "acme.example\r\n", Similarity::Similar),
            ("acme.example", "ACME.example\t", Similarity::Similar),
            ("acme.example", "acme.example.", Similarity::Other),
            ("acme.example", "acme .example", Similarity::Other),
            ("acme.example", "other.example", Similarity::Other),
            ("acme.example", "", Similarity::Other),
            ("*", "acme.example", Similarity::Other),
            ("*", "*", Similarity::Same),
        ];
        for (wanted, found, similarity) in table {
            assert_eq!(compare(wanted, found), similarity, "{wanted:?} {found:?}");
        }
    }

    #[test]
    fn the_requested_trunk_is_found_among_others() {
        const ONE: &str = "sip*@one.example";
        const TWO: &str = "sip*@two.example";
        let own = ("acme.example", ONE);
        type Names<'a> = &'a [(&'a str, &'a str)];
        type One<'a> = Result<Option<&'a str>, &'a str>;
        let table: [(&str, Names<'_>, One<'_>); 12] = [
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
            ("acme.example", &[("acme.example", TWO)], Err(ANOTHER_TRUNK)),
            (
                "acme.example",
                &[("other.example", ONE)],
                Err(ANOTHER_TRUNK),
            ),
            (
                "acme.example",
                &[("ACME.example", ONE)],
                Err(DIFFERENT_SPELLING),
            ),
            (
                "acme.example",
                &[("acme.example", "SIP*@one.example ")],
                Err(DIFFERENT_SPELLING),
            ),
            ("acme.example", &[("ACME.example", TWO)], Err(ANOTHER_TRUNK)),
            ("~", &[own], Ok(Some("acme.example"))),
            ("~", &[own, ("other.example", ONE)], Err(ANOTHER_TRUNK)),
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
                Err(ANOTHER_DOMAIN),
            ),
            ("acme.example", &["acme.example", "*"], Err(ANOTHER_DOMAIN)),
            ("acme.example", &["Acme.example"], Err(DIFFERENT_SPELLING)),
            ("*", &["*", "*"], Ok(2)),
            ("*", &["*", "acme.example"], Err(ANOTHER_DOMAIN)),
            ("~", &["acme.example", "acme.example"], Ok(2)),
            ("~", &["acme.example", "other.example"], Err(ANOTHER_DOMAIN)),
        ];
        for (domain, found, expected) in table {
            let trunks = found.iter().map(|domain| trunk(domain, "sip*@one.example"));
            let all = all_of(trunks.collect(), &DomainName::new(domain).unwrap());
            let all = all.as_ref().map(Vec::len).map_err(|reason| *reason);
            assert_eq!(all, expected, "{domain} {found:?}");
        }
    }
}
