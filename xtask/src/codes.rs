//! Every code a finding can have, in one table: what `--explain` prints, what SARIF lists as rules.

use std::sync::LazyLock;

use self::Codes::{One, Two};
use crate::finding::Severity;

/// One kind of finding.
#[derive(Debug)]
pub struct Code {
    /// `NSV` and three digits; never given to another meaning.
    pub code: &'static str,
    /// The same for people: lower case, words joined by `-`.
    pub name: String,
    /// How much such a finding weighs.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// What it means, an example, and what to do.
    pub explanation: &'static str,
}

/// The two codes of what can be wrong both ways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Both {
    pub(crate) request: &'static str,
    pub(crate) response: &'static str,
}

pub(crate) const PATH: &str = "NSV101";
pub(crate) const METHOD: &str = "NSV102";
pub(crate) const PARAMETER_MISSING: &str = "NSV103";
pub(crate) const QUERY: &str = "NSV104";
pub(crate) const PARAMETER: &str = "NSV105";
pub(crate) const STATUS: &str = "NSV201";
pub(crate) const NO_CONTENT_TYPE: &str = "NSV202";
pub(crate) const HEADER_MISSING: &str = "NSV207";
pub(crate) const HEADER: &str = "NSV208";
pub(crate) const FIELD: &str = "NSV301";
pub(crate) const VOCABULARY: &str = "NSV302";
pub(crate) const REPEATED: &str = "NSV401";
pub(crate) const NEGATIVE: &str = "NSV801";
pub(crate) const NO_BODY: Both = Both {
    request: "NSV110",
    response: "NSV204",
};
pub(crate) const MEDIA_TYPE: Both = Both {
    request: "NSV111",
    response: "NSV203",
};
pub(crate) const BROKEN: Both = Both {
    request: "NSV112",
    response: "NSV205",
};
pub(crate) const UNEXPECTED_BODY: Both = Both {
    request: "NSV113",
    response: "NSV206",
};
pub(crate) const TYPE: Both = Both {
    request: "NSV120",
    response: "NSV220",
};
pub(crate) const NULL: Both = Both {
    request: "NSV121",
    response: "NSV221",
};
pub(crate) const ENUM: Both = Both {
    request: "NSV122",
    response: "NSV222",
};
pub(crate) const REQUIRED: Both = Both {
    request: "NSV123",
    response: "NSV223",
};
pub(crate) const ADDITIONAL: Both = Both {
    request: "NSV124",
    response: "NSV224",
};
pub(crate) const FORMAT: Both = Both {
    request: "NSV125",
    response: "NSV225",
};
pub(crate) const BOUND: Both = Both {
    request: "NSV126",
    response: "NSV226",
};
pub(crate) const LENGTH: Both = Both {
    request: "NSV127",
    response: "NSV227",
};
pub(crate) const PATTERN: Both = Both {
    request: "NSV128",
    response: "NSV228",
};
pub(crate) const SIZE: Both = Both {
    request: "NSV129",
    response: "NSV229",
};
pub(crate) const ALTERNATIVE: Both = Both {
    request: "NSV130",
    response: "NSV230",
};
pub(crate) const AMBIGUOUS: Both = Both {
    request: "NSV131",
    response: "NSV231",
};
pub(crate) const NOT: Both = Both {
    request: "NSV132",
    response: "NSV232",
};
pub(crate) const MULTIPLE: Both = Both {
    request: "NSV133",
    response: "NSV233",
};
pub(crate) const OTHER: Both = Both {
    request: "NSV134",
    response: "NSV234",
};
pub(crate) const WRONG_WAY: Both = Both {
    request: "NSV135",
    response: "NSV235",
};

/// All of them, ordered by code: 1xx the request, 2xx the answer, 3xx drift, 4xx the recording
/// itself, 5xx corrections, 6xx baseline, 7xx leaks, 8xx negative recordings.
pub static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| {
    let mut codes: Vec<Code> = ROWS.iter().flat_map(Row::codes).collect();
    codes.sort_by_key(|code| code.code);
    codes
});

/// What is written of a code, or once of the two codes of what can be wrong both ways.
struct Row {
    codes: Codes,
    /// Of two codes without `request-` or `response-`.
    name: &'static str,
    severity: Severity,
    /// Of two codes with `{}` for the request or the answer.
    title: &'static str,
    explanation: &'static str,
}

enum Codes {
    One(&'static str),
    Two(Both),
}

impl Row {
    fn codes(&self) -> Vec<Code> {
        let code = |code, name, title| Code {
            code,
            name,
            severity: self.severity,
            title,
            explanation: self.explanation,
        };
        let way = |number, prefix: &str, owner: &str| {
            code(
                number,
                format!("{prefix}-{}", self.name),
                self.title.replace("{}", owner),
            )
        };
        match self.codes {
            One(number) => vec![code(number, self.name.to_owned(), self.title.to_owned())],
            Two(Both { request, response }) => vec![
                way(request, "request", "a request"),
                way(response, "response", "an answer"),
            ],
        }
    }
}

const ROWS: &[Row] = &[
    Row {
        codes: One(PATH),
        name: "undocumented-path",
        severity: Severity::Error,
        title: "the path is not documented",
        explanation: "No path of the spec fits the path that was asked for. A segment in braces fits one segment; a base path of `servers` may stand in front.

    GET /domains/acme.example/trunks        (the spec knows /domains/{domain}/connections)

Add the path to the spec if the service has it; otherwise the recording does not belong here.",
    },
    Row {
        codes: One(METHOD),
        name: "undocumented-method",
        severity: Severity::Error,
        title: "the method is not documented for this path",
        explanation: "The spec knows the path, but not with this method.

    PATCH /connections                      (the spec knows GET and POST)

Add the operation to the spec, or drop the recording.",
    },
    Row {
        codes: One(PARAMETER_MISSING),
        name: "missing-parameter",
        severity: Severity::Error,
        title: "a required parameter is missing",
        explanation: "The spec says `required: true` of a path, query or header parameter, and the request was sent without it.

    GET /search                             (q is required)

If the service answered all the same, the parameter is not required: say so in the spec. Headers are recorded by an allow-list: make
sure that this one is on it.",
    },
    Row {
        codes: One(QUERY),
        name: "undocumented-query-parameter",
        severity: Severity::Error,
        title: "a query parameter is not documented",
        explanation: "The request has a query parameter that the operation does not list.

    GET /connections?colour=red

Add the parameter to the operation if the service reads it, or send the request without it and record it again.",
    },
    Row {
        codes: One(PARAMETER),
        name: "parameter-schema",
        severity: Severity::Error,
        title: "a parameter does not fit its schema",
        explanation: "The text of the parameter was read as its schema says (integer, number, boolean, array in its style) and does not fit the schema.

    GET /connections?limit=many             (limit is an integer)

If the service took it, the schema is too narrow; if it did not, the request was wrong.",
    },
    // What can be wrong with a body, both ways.
    Row {
        codes: Two(NO_BODY),
        name: "missing-body",
        severity: Severity::Error,
        title: "{} has no body",
        explanation: "The spec promises a body (of a request: `requestBody` with `required: true`; of an answer: content with a schema) and there is none.

    POST /connections                       (no body)
    200, content-length: 0

If the request is rightly empty, `required` is wrong. If the answer is, document it so: a response without `content`.",
    },
    Row {
        codes: Two(MEDIA_TYPE),
        name: "undocumented-media-type",
        severity: Severity::Error,
        title: "the content type of {} is not documented",
        explanation: "The media type is not among those of the spec, neither itself nor through a range such as `application/*`. Parameters such as `charset`
do not matter.

    content-type: text/html                 (application/json is documented)

Add the media type with its schema; in an answer, find out first whether a gateway gave it in the service's place.",
    },
    Row {
        codes: Two(BROKEN),
        name: "broken-json",
        severity: Severity::Error,
        title: "the body of {} is not the JSON that it says it is",
        explanation: "The content type says JSON, and the body does not parse as JSON: it was recorded as text.

    content-type: application/json          {\"total\": 107

Look at the text in the recording. If this is what the service sends, document the media type that it really is.",
    },
    Row {
        codes: Two(UNEXPECTED_BODY),
        name: "unexpected-body",
        severity: Severity::Warning,
        title: "{} has a body where none is documented",
        explanation: "The spec documents no content here, and a body came.

    202 Accepted        {\"code\": 202, \"message\": \"Accepted\"}

Document it: a client that reads only what is documented loses it.",
    },
    Row {
        codes: Two(TYPE),
        name: "wrong-type",
        severity: Severity::Error,
        title: "a value in {} has the wrong type",
        explanation: "The JSON type is not the one that the schema names. `1.0` is a number and not an integer; `\"5\"` is a string.

    type: integer                           \"limits-max-active-calls-orig\": \"0\"

Correct the type. Where the service sends now one, now another, say so with `oneOf`.",
    },
    Row {
        codes: Two(NULL),
        name: "unexpected-null",
        severity: Severity::Error,
        title: "a value in {} is null and may not be",
        explanation: "The value is null, and its schema has a `type` without `nullable: true` beside it. Written elsewhere (beside `$ref` or `allOf`, without a
`type`), `nullable` allows nothing.

    type: string                            \"time-zone\": null

Add `nullable: true` beside the `type`.",
    },
    Row {
        codes: Two(ENUM),
        name: "not-in-enum",
        severity: Severity::Error,
        title: "a value in {} is not in its enum",
        explanation: "`enum` lists all values there can be, and this is another. Case and white space count. Null must be listed too, also where `nullable` is true.

    enum: [yes, no]                         \"automatic\"

Add the value. If the list can grow, write `x-extensible-enum` in place of `enum`: new values are then reported as drift.",
    },
    Row {
        codes: Two(REQUIRED),
        name: "missing-field",
        severity: Severity::Error,
        title: "a required field is missing in {}",
        explanation: "`required` names the field and the object does not have it. A field that may not travel this way (`readOnly` in a request, `writeOnly` in an
answer) is never missed.

    required: [domain]                      {\"dial-plan\": \"acme.example\"}

Take the name out of `required` if the service does well without it.",
    },
    Row {
        codes: Two(ADDITIONAL),
        name: "forbidden-field",
        severity: Severity::Error,
        title: "a field in {} is not among the only ones allowed",
        explanation: "The schema closes the object with `additionalProperties: false`, and here is a field that it does not list.

    additionalProperties: false             {\"code\": 202, \"message\": \"Accepted\", \"id\": 7}

Add the property, or open the object: a closed answer breaks clients with every field the service gains.",
    },
    Row {
        codes: Two(FORMAT),
        name: "wrong-format",
        severity: Severity::Error,
        title: "a value in {} is not of its format",
        explanation: "The text or number is not of the `format` that the schema names: date-time is RFC 3339 (`2025-09-16T14:59:24Z`), int32 and int64 are bounds.

    format: date-time                       \"2025-05-19 02:41:11\"

Take the format away, or describe what really comes with a `pattern`.",
    },
    Row {
        codes: Two(BOUND),
        name: "out-of-bounds",
        severity: Severity::Error,
        title: "a number in {} is out of bounds",
        explanation: "The number is outside `minimum` and `maximum`; with `exclusiveMinimum: true` the bound itself is outside too.

    minimum: 0, exclusiveMinimum: true      0

Correct the bound.",
    },
    Row {
        codes: Two(LENGTH),
        name: "wrong-length",
        severity: Severity::Error,
        title: "a text in {} is too long or too short",
        explanation: "The text has more characters than `maxLength` or fewer than `minLength` says. Characters are counted, not bytes.

    maxLength: 64                           (a text of 70 characters)

Correct the limit.",
    },
    Row {
        codes: Two(PATTERN),
        name: "wrong-pattern",
        severity: Severity::Error,
        title: "a text in {} does not match its pattern",
        explanation: "The text does not match the regular expression. A pattern matches anywhere in the text unless it has `^` and `$`, and these bind only the
branch of a `|` that they stand in.

    pattern: ^[a-z]+$                       (a text with digits)

Correct the pattern.",
    },
    Row {
        codes: Two(SIZE),
        name: "wrong-size",
        severity: Severity::Error,
        title: "an array or object in {} has the wrong size",
        explanation: "An array breaks `minItems`, `maxItems` or `uniqueItems`, or an object `minProperties` or `maxProperties`.

    maxItems: 1                             [1, 2]

Correct the limit.",
    },
    Row {
        codes: Two(ALTERNATIVE),
        name: "no-alternative",
        severity: Severity::Error,
        title: "a value in {} is none of its alternatives",
        explanation: "The value fits no branch of `oneOf` or `anyOf`, or its discriminator names none. Where one branch was clearly meant, its own faults are
reported in place of this.

    oneOf: [{type: string}, {type: integer}]           true

Add the alternative that came, or the name to the mapping of the discriminator.",
    },
    Row {
        codes: Two(AMBIGUOUS),
        name: "two-alternatives",
        severity: Severity::Error,
        title: "a value in {} is more than one of its alternatives",
        explanation: "`oneOf` allows exactly one branch to fit, and more than one does.

    oneOf: [{type: number}, {type: integer}]           5

Write `anyOf`, or make the branches exclude each other.",
    },
    Row {
        codes: Two(NOT),
        name: "excluded-value",
        severity: Severity::Error,
        title: "a value in {} is what it must not be",
        explanation: "The value fits the schema under `not`.

    not: {enum: [\"\"]}                       \"\"

Correct the schema under `not`.",
    },
    Row {
        codes: Two(MULTIPLE),
        name: "not-a-multiple",
        severity: Severity::Error,
        title: "a number in {} is not a multiple",
        explanation: "The number is not a multiple of `multipleOf`.

    multipleOf: 60                          90

Correct the step.",
    },
    Row {
        codes: Two(OTHER),
        name: "other-assertion",
        severity: Severity::Error,
        title: "a value in {} fails its schema",
        explanation: "An assertion of the schema fails that has no code of its own, for example a `pattern` too costly to evaluate.

    pattern: (a+)+$                         (a text of very many characters)

The message names the keyword: correct what it says.",
    },
    // The two ways in which a field can travel that it may not.
    Row {
        codes: One(WRONG_WAY.request),
        name: "read-only-field",
        severity: Severity::Error,
        title: "a read-only field was sent",
        explanation: "The property is `readOnly: true`: only answers have it. The request sends it.

    last-modified-datetime: {readOnly: true}           PUT {\"last-modified-datetime\": \"…\"}

Leave it out of the request; if the service really takes it, it is not read-only.",
    },
    Row {
        codes: One(STATUS),
        name: "undocumented-status",
        severity: Severity::Error,
        title: "the status is not documented",
        explanation: "Neither the status itself, nor its range (`4XX`), nor `default` is among the responses of the operation.

    403                                     (the spec knows 200, 401 and 404)

Add the response to the operation. A client generated from the spec does not know what to do with it today.",
    },
    Row {
        codes: One(NO_CONTENT_TYPE),
        name: "missing-content-type",
        severity: Severity::Error,
        title: "an answer with a body has no content type",
        explanation: "The answer has a body, the spec promises one, and no `content-type` says what it is.

    {\"status\": 200, \"headers\": {}, \"body\": {\"total\": 107}}

If the service really leaves it out, that belongs into the description of the operation; if the header was lost when the exchange was
recorded, put `content-type` on the allow-list and record again.",
    },
    Row {
        codes: One(HEADER_MISSING),
        name: "missing-response-header",
        severity: Severity::Error,
        title: "a required response header is missing",
        explanation: "The response declares a header with `required: true`, and the answer has none of that name (case does not matter).

    headers: {x-request-id: {required: true, schema: {type: string}}}

If the service does not always send it, it is not required. Headers are recorded by an allow-list: make sure that this one is on it.",
    },
    Row {
        codes: One(HEADER),
        name: "response-header-schema",
        severity: Severity::Error,
        title: "a response header does not fit its schema",
        explanation: "The text of the header was read as its schema says and does not fit the schema.

    retry-after: soon                       (an integer is documented)

Correct the schema of the header.",
    },
    Row {
        codes: One(WRONG_WAY.response),
        name: "write-only-field",
        severity: Severity::Error,
        title: "a write-only field was answered",
        explanation: "The property is `writeOnly: true`: only requests have it. The answer shows it, which matters most where it is a secret.

    password: {writeOnly: true}                        200 {\"password\": \"…\"}

If the service really shows it, it is not write-only: say so, and warn of it in the description.",
    },
    Row {
        codes: One(FIELD),
        name: "undocumented-field",
        severity: Severity::Warning,
        title: "a field is not documented",
        explanation: "An object has a field that its schema does not list. The schema is open (`additionalProperties` is absent, true or `{}`), so nothing is
contradicted: the service says more than the spec knows.

    {\"domain\": \"acme.example\", \"colour\": \"red\"}        (no property `colour`)

Add the property. Where the names really are data, describe the values with a schema under `additionalProperties`.",
    },
    Row {
        codes: One(VOCABULARY),
        name: "new-value",
        severity: Severity::Warning,
        title: "a value is not among the known ones",
        explanation: "`x-extensible-enum` lists the known values of a text that may have others, and here is another. Clients must take it; the list should know it.

    x-extensible-enum: [UDP, TCP, TLS]                 (\"SCTP\" was seen)

Look at the recording, and add the value to the list with a word on what it does.",
    },
    Row {
        codes: One(REPEATED),
        name: "repeated-key",
        severity: Severity::Error,
        title: "an object of a recording has a key twice",
        explanation: "Readers of JSON disagree which of the two members counts, and most drop one without a word, so that nobody can say what such a
recording shows. Here the last one was judged.

    \"body\": {\"total\": 107, \"total\": \"107\"}

If the service really answers so, every client of it is at risk: keep the recording as `text` and report it. If the file was edited,
delete one of the two.",
    },
    Row {
        codes: One("NSV501"),
        name: "correction-place",
        severity: Severity::Error,
        title: "a correction points at nothing in the spec",
        explanation: "The `at` of an entry in the corrections file is a JSON pointer into the spec, and it does not resolve.

    at: /components/schemas/Conection/properties/domain     (misspelt)

Write the pointer of the place that was corrected. Where the spec has since changed, move the entry with it; where the corrected
place is gone, so is the correction: delete the entry.",
    },
    Row {
        codes: One("NSV502"),
        name: "correction-evidence-missing",
        severity: Severity::Error,
        title: "the evidence of a correction does not exist",
        explanation: "An item under `evidence` names a file that cannot be read, or a place in it that does not resolve.

    evidence: [tests/recordings/get_connection/200.json#/response/body/0/utc-offset]

Name the recording that shows the truth, and after `#` the JSON pointer of the value. Where nothing recorded shows it, say
`evidence: 'none: <why we believe it>'` instead.",
    },
    Row {
        codes: One("NSV503"),
        name: "correction-evidence-differs",
        severity: Severity::Error,
        title: "the evidence of a correction shows something else",
        explanation: "An item under `evidence` says what its place must hold, and the recording holds something else.

    - {at: 'tests/recordings/get_connection/200.json#/response/body/0/utc-offset', type: string}     (there is an integer)

Either the recording is new and the correction is no longer the truth, or the item expects the wrong thing. Read the recording, then
mend whichever is wrong.

`absent: true` needs a whole body: where `meta.excerpt` of the recording names the request or the response, what is not in its body
may have been left out.",
    },
    Row {
        codes: One("NSV504"),
        name: "correction-id",
        severity: Severity::Error,
        title: "the id of a correction is not a unique name",
        explanation: "The `id` of a correction is how vendor facts and people refer to it: lower-case words joined by `-`, used once.

    id: connection-id-template

Rename one of the two entries, and the vendor facts that mean it.",
    },
    Row {
        codes: One("NSV505"),
        name: "correction-incomplete",
        severity: Severity::Error,
        title: "a correction lacks one of its parts",
        explanation: "A correction says what the vendor says (`vendor`, per version), what is true (`truth`), how we know (`evidence`) and what a user
of the vendor's version would suffer (`effect`). One of them is missing or empty.

Write it. A correction whose `effect` cannot be said is probably none.",
    },
    Row {
        codes: One("NSV506"),
        name: "correction-never-applied",
        severity: Severity::Error,
        title: "nothing shows that the vendor still has this bug",
        explanation: "A correction is only needed while the vendor's document is wrong. Either no vendor fact names this correction, or a fact that does
holds in our spec too, so that nothing was corrected.

    - correction: connection-id-template
      in: [v231, v45]
      at: /paths/~1connections/get
      lacks: [operationId]
      ours: /paths/~1connections/get

Add the fact that shows the vendor's bug; where our spec and the vendor's agree by now, delete the correction.",
    },
    Row {
        codes: One("NSV507"),
        name: "vendor-fact-untrue",
        severity: Severity::Error,
        title: "the vendor's document does not say what the vendor facts say",
        explanation: "With `--vendor DIR` every row of the vendor facts is held against the vendor's own document, and this one is not what it says.

Where the vendor has mended the bug, the correction can go; where the row was written wrongly, mend the row.",
    },
    Row {
        codes: One("NSV508"),
        name: "vendor-fact-orphan",
        severity: Severity::Error,
        title: "a vendor fact belongs to no correction",
        explanation: "A row of the vendor facts names a correction that does not exist, or an `ours` pointer that does not resolve in our spec.

Mend the name or the pointer, or delete the row together with the correction it served.",
    },
    Row {
        codes: One("NSV601"),
        name: "baseline-expired",
        severity: Severity::Error,
        title: "an exception in the baseline has expired",
        explanation: "The `expires` date of a baseline entry has passed, so it suppresses nothing any more.

    - {id: 1a2b3c4d5e, reason: 'server bug, fixed in 44.5', expires: 2026-03-31}

Mend what it excused. Where that is still not possible, set a new date and say in `reason` why.",
    },
    Row {
        codes: One("NSV602"),
        name: "baseline-unused",
        severity: Severity::Error,
        title: "an exception in the baseline excuses nothing",
        explanation: "No finding of this run matches the baseline entry. What it excused is mended, or its `id`, `code` or `at` is wrong.

Delete the entry.",
    },
    Row {
        codes: One("NSV701"),
        name: "leak",
        severity: Severity::Error,
        title: "a recording holds something that must not be published",
        explanation: "A committed recording holds a key, a token, a password, or an address, number or name outside the ranges that are kept for documentation.

    \"authorization\": \"Bearer …\"     (a token that works)

If it is real, revoke it first: removing it from the file does not remove it from history. Then replace it: `«secret-1»` for a
secret, `192.0.2.0/24` for an address, `15555550100` for a number, `acme.example` for a name. `cargo xtask import-har` does this
for you.",
    },
    Row {
        codes: One(NEGATIVE),
        name: "negative-mismatch",
        severity: Severity::Error,
        title: "an exchange that must be refused was not refused as it says",
        explanation: "A recording with `meta.expect` is the wrong on purpose: it lists the codes that judging it must give, all of them and no others. This
one gave other codes, or none, which means that the spec accepts what the service never does.

    \"expect\": [\"NSV220\"]

A recording below a folder `negative` that expects nothing is refused as well, lest it counts as evidence. Where the spec
was loosened by mistake, tighten it; where the recording is no longer wrong, move it or change what it expects.",
    },
];

/// The entry of a code, also by its name and in any case.
pub fn find(text: &str) -> Option<&'static Code> {
    CODES
        .iter()
        .find(|code| code.code.eq_ignore_ascii_case(text) || code.name.eq_ignore_ascii_case(text))
}

/// The entries whose code or name looks most like `text`, best first, at most three.
pub fn near(text: &str) -> Vec<&'static Code> {
    let text = text.to_ascii_lowercase();
    let likeness = |code: &Code| {
        strsim::jaro_winkler(&text, &code.code.to_ascii_lowercase())
            .max(strsim::jaro_winkler(&text, &code.name))
    };
    let mut ranked: Vec<_> = CODES
        .iter()
        .map(|code| (likeness(code), code))
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(3).map(|(_, code)| code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ordered_and_unique() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn what_can_be_wrong_both_ways_is_two_codes_with_one_explanation() {
        let [request, response] = [TYPE.request, TYPE.response].map(|code| find(code).unwrap());
        assert_eq!(
            (request.name.as_str(), request.title.as_str()),
            (
                "request-wrong-type",
                "a value in a request has the wrong type"
            )
        );
        assert_eq!(
            (response.name.as_str(), response.title.as_str()),
            (
                "response-wrong-type",
                "a value in an answer has the wrong type"
            )
        );
        assert_eq!(request.explanation, response.explanation);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = CODES.iter().map(|code| &code.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_code_is_found_by_code_and_by_name_in_any_case() {
        assert_eq!(find("nsv602").map(|code| code.code), Some("NSV602"));
        assert_eq!(
            find("Baseline-Unused").map(|code| code.code),
            Some("NSV602")
        );
    }

    #[test]
    fn a_misspelt_name_is_near_the_right_one() {
        assert_eq!(
            near("baseline-unusd").first().map(|code| code.code),
            Some("NSV602")
        );
    }

    #[test]
    fn nonsense_is_near_nothing() {
        assert!(near("zzzzzz").is_empty());
    }
}
