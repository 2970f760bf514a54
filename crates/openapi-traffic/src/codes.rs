//! The kinds of findings, each with its code: what `--explain` prints, what SARIF lists as rules.
//!
//! The numbers: 1xx the request, 2xx the response, 3xx drift, 4xx the recording itself, 6xx the
//! baseline, 8xx negative recordings, 9xx relations. A code is never given to another meaning.

use schemars::JsonSchema;
use serde::Serialize;

use crate::spec::Direction;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Severity {
    /// The traffic contradicts the document.
    Error,
    /// The traffic shows more than the document describes, without contradicting it.
    Warning,
}

impl Severity {
    /// The word for it, the same in all formats.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// `NSV` and three digits.
    pub code: &'static str,
    /// The same for people: lower case, words joined by `-`.
    pub name: &'static str,
    /// How much such a finding weighs.
    pub severity: Severity,
    /// One line.
    pub title: &'static str,
    /// What it means, an example, and what to do.
    pub explanation: &'static str,
}

/// An enum of kinds of findings, one row each: variant, code, name, severity, title, explanation.
/// It has `RULES`, the rows, and `rule`, the row of a variant.
///
/// ```
/// openapi_traffic::rules! {
///     /// What a house checks of its own.
///     pub enum House {
///         NoOwner = "H001", "no-owner", Warning, "an operation has no owner", "Name one.";
///     }
/// }
/// assert_eq!(House::NoOwner.rule().code, "H001");
/// assert_eq!(House::RULES.len(), 1);
/// ```
#[macro_export]
macro_rules! rules {
    (
        $(#[$meta:meta])*
        $vis:vis enum $enum:ident {
            $($variant:ident = $code:literal, $name:literal, $severity:ident, $title:literal,
                $explanation:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $enum {
            $(#[doc = concat!("`", $code, "`: ", $title, ".")] $variant,)*
        }

        impl $enum {
            /// All rows.
            $vis const RULES: &'static [$crate::Rule] = &[
                $($crate::Rule {
                    code: $code,
                    name: $name,
                    severity: $crate::Severity::$severity,
                    title: $title,
                    explanation: $explanation,
                },)*
            ];

            /// The row.
            $vis fn rule(self) -> &'static $crate::Rule {
                &Self::RULES[self as usize]
            }
        }
    };
}

/// The same for what can be wrong both ways: two codes, and the title around "a request" or "an
/// answer".
macro_rules! two_way_rules {
    (
        $(#[$meta:meta])*
        $vis:vis enum $enum:ident {
            $($variant:ident = ($request:literal, $response:literal), $name:literal,
                $severity:ident, ($before:literal, $after:literal), $explanation:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $enum {
            $(#[doc = concat!("`", $request, "`, `", $response, "`: ", $before, "…", $after, ".")]
            $variant,)*
        }

        impl $enum {
            /// All rows about requests.
            pub(crate) const REQUEST: &'static [Rule] = &[
                $(Rule {
                    code: $request,
                    name: concat!("request-", $name),
                    severity: Severity::$severity,
                    title: concat!($before, "a request", $after),
                    explanation: $explanation,
                },)*
            ];

            /// All rows about responses.
            pub(crate) const RESPONSE: &'static [Rule] = &[
                $(Rule {
                    code: $response,
                    name: concat!("response-", $name),
                    severity: Severity::$severity,
                    title: concat!($before, "an answer", $after),
                    explanation: $explanation,
                },)*
            ];

            /// The row for one direction.
            pub(crate) fn rule(self, direction: Direction) -> &'static Rule {
                let rows = match direction {
                    Direction::Request => Self::REQUEST,
                    Direction::Response => Self::RESPONSE,
                };
                &rows[self as usize]
            }
        }
    };
}

rules! {
    /// What can be wrong with an exchange beside its bodies, with a baseline, with a negative
    /// recording, or with what exchanges have to do with each other.
    pub(crate) enum Code {
        Path = "NSV101", "undocumented-path", Error,
            "the path is not documented", "\
No path of the spec fits the path that was asked for. A segment in braces fits one segment; a base
path of `servers` may stand in front.

    GET /domains/acme.example/trunks        (the spec knows /domains/{domain}/connections)

Add the path to the spec if the service has it; otherwise the recording does not belong here.";
        Method = "NSV102", "undocumented-method", Error,
            "the method is not documented for this path", "\
The spec knows the path, but not with this method.

    PATCH /connections                      (the spec knows GET and POST)

Add the operation to the spec, or drop the recording.";
        ParameterMissing = "NSV103", "missing-parameter", Error,
            "a required parameter is missing", "\
The spec says `required: true` of a path, query, header or cookie parameter, and the request was
sent without it.

    GET /search                             (q is required)

If the service answered all the same, the parameter is not required: say so in the spec. Headers
are recorded by an allow-list: make sure that this one is on it.";
        Query = "NSV104", "undocumented-query-parameter", Error,
            "a query parameter is not documented", "\
The request has a query parameter that the operation does not list.

    GET /connections?colour=red

Add the parameter to the operation if the service reads it, or send the request without it and
record it again.";
        Parameter = "NSV105", "parameter-schema", Error,
            "a parameter does not fit its schema", "\
The text of the parameter was read in its style as its schema says (integer, number, boolean, array,
object) and does not fit the schema, or it is not written in that style. What separates items is
found before anything is decoded: `a%2Cb` is one item.

    GET /connections?limit=many             (limit is an integer)
    GET /connections/5                      (style: matrix asks for /connections/;id=5)

If the service took it, the schema is too narrow; if it did not, the request was wrong.";
        Credential = "NSV106", "missing-credential", Error,
            "a request has no credential that its operation requires", "\
The `security` of the operation, or of the whole document, asks for a credential; the request was
sent without it, and the service did not answer 401 or 403. A redacted credential counts as sent.

    security: [{bearerAuth: []}]            (no `authorization`, answered 200)

If the service asks nobody, say so with `security: []`. Browsers leave credentials out of a HAR
unless it is exported with sensitive data; such a HAR cannot show what was sent.";
        ReadOnly = "NSV135", "read-only-field", Error,
            "a read-only field was sent", "\
The property is `readOnly: true`: only answers have it. The request sends it.

    last-modified-datetime: {readOnly: true}           PUT {\"last-modified-datetime\": \"…\"}

Leave it out of the request; if the service really takes it, it is not read-only.";
        Status = "NSV201", "undocumented-status", Error,
            "the status is not documented", "\
Neither the status itself, nor its range (`4XX`), nor `default` is among the responses of the
operation.

    403                                     (the spec knows 200, 401 and 404)

Add the response to the operation. A client generated from the spec does not know what to do with
it today.";
        NoContentType = "NSV202", "missing-content-type", Error,
            "an answer with a body has no content type", "\
The answer has a body, the spec promises one, and no `content-type` says what it is.

    {\"status\": 200, \"headers\": {}, \"body\": {\"total\": 107}}

If the service really leaves it out, that belongs into the description of the operation; if the
header was lost when the exchange was recorded, put `content-type` on the allow-list and record
again.";
        HeaderMissing = "NSV207", "missing-response-header", Error,
            "a required response header is missing", "\
The response declares a header with `required: true`, and the answer has none of that name (case
does not matter).

    headers: {x-request-id: {required: true, schema: {type: string}}}

If the service does not always send it, it is not required. Headers are recorded by an allow-list:
make sure that this one is on it.";
        Header = "NSV208", "response-header-schema", Error,
            "a response header does not fit its schema", "\
The text of the header was read as its schema says and does not fit the schema.

    retry-after: soon                       (an integer is documented)

Correct the schema of the header.";
        WriteOnly = "NSV235", "write-only-field", Error,
            "a write-only field was answered", "\
The property is `writeOnly: true`: only requests have it. The answer shows it, which matters most
where it is a secret.

    password: {writeOnly: true}                        200 {\"password\": \"…\"}

If the service really shows it, it is not write-only: say so, and warn of it in the description.";
        Field = "NSV301", "undocumented-field", Warning,
            "a field is not documented", "\
An object has a field that its schema does not list. The schema does not speak of others (it does
not say `additionalProperties`), so nothing is contradicted: the service says more than the spec
knows.

    {\"domain\": \"acme.example\", \"colour\": \"red\"}        (no property `colour`)

Add the property. Where the names really are data, describe the values with a schema under
`additionalProperties`; `true` or `{}`, which mean the same, let any value be.";
        Vocabulary = "NSV302", "new-value", Warning,
            "a value is not among the known ones", "\
`x-extensible-enum` lists the known values of a text that may have others, and here is another.
Clients must take it; the list should know it.

    x-extensible-enum: [UDP, TCP, TLS]                 (\"SCTP\" was seen)

Look at the recording, and add the value to the list with a word on what it does.";
        Missed = "NSV303", "missed-field", Warning,
            "an answer lacks a field that was always there", "\
`x-always-present` names the fields that an object had in every answer seen so far, though nothing
promises them. Here is an answer without one. Clients must take it; the list should know it.

    x-always-present: [dial-plan]                      {\"domain\": \"acme.example\"}

Look at the recording: where the service really leaves the field out, take its name from the list.
Nothing is missed in a request, or in an excerpt (`meta.excerpt`).";
        DuplicateKey = "NSV401", "repeated-key", Error,
            "an object of a recording has a key twice", "\
Readers of JSON disagree which of the two members counts, and most drop one without a word, so
that nobody can say what such a recording shows. Here the last one was judged.

    \"body\": {\"total\": 107, \"total\": \"107\"}

If the service really answers so, every client of it is at risk: keep the recording as `text` and
report it. If the file was edited, delete one of the two.";
        BaselineExpired = "NSV601", "baseline-expired", Error,
            "an exception in the baseline has expired", "\
The `expires` date of a baseline entry has passed, so it suppresses nothing any more.

    - {id: 1a2b3c4d5e, reason: 'server bug, fixed in 44.5', expires: 2026-03-31}

Mend what it excused. Where that is still not possible, set a new date and say in `reason` why.";
        BaselineUnused = "NSV602", "baseline-unused", Error,
            "an exception in the baseline excuses nothing", "\
No finding of this run matches the baseline entry. What it excused is mended, or its `id`, `code`
or `at` is wrong.

Delete the entry.";
        Negative = "NSV801", "negative-mismatch", Error,
            "an exchange that must be refused was not refused as it says", "\
A recording with `meta.expect` is the wrong on purpose: it lists the codes that judging it must
give, all of them and no others. This one gave other codes, or none, which means that the spec
accepts what the service never does.

    \"expect\": [\"NSV220\"]

A recording below a folder `negative` that expects nothing is refused as well, lest it counts as
evidence. Where the spec was loosened by mistake, tighten it; where the recording is no longer
wrong, move it or change what it expects.";
        Relation = "NSV901", "relation-broken", Error,
            "a relation does not hold", "\
The file of relations says what holds within an exchange or between exchanges of one session, and
here it does not.

    holds: it.domain = path.domain          GET /domains/acme.example/connections
                                            [{\"domain\": \"other.example\"}]

Read both places: the service may have a bug, somebody else may have changed something in between,
or the relation claims too much; then add to its `where` or `until` what it leaves out, or delete
it.";
        RelationUnfit = "NSV902", "relation-not-evaluated", Warning,
            "a relation cannot be evaluated", "\
A value is of a type with which the expression can do nothing, so that nobody knows whether the
relation holds.

    holds: count(response) <= query.limit   ?limit=many

Where the value is rightly of this type, say in `where` when the relation applies.";
        RelationNeverApplied = "NSV903", "relation-never-applied", Warning,
            "a relation was applied to no exchange", "\
Nothing that was validated has all that the relation needs: no such exchange, none after the one
that it is held against, or a name in an expression that no exchange has.

    holds: it.domian = path.domain          (misspelt)

Correct the name, or record exchanges to which it applies; `meta.after` names the recording of the
exchange before.";
    }
}

two_way_rules! {
    /// What can be wrong with a body.
    pub(crate) enum BodyCode {
        NoBody = ("NSV110", "NSV204"), "missing-body", Error,
            ("", " has no body"), "\
The spec promises a body (of a request: `requestBody` with `required: true`; of an answer: content
with a schema) and there is none.

    POST /connections                       (no body)
    200, content-length: 0

If the request is rightly empty, `required` is wrong. If the answer is, document it so: a response
without `content`.";
        MediaType = ("NSV111", "NSV203"), "undocumented-media-type", Error,
            ("the content type of ", " is not documented"), "\
The media type is not among those of the spec, neither itself nor through a range such as
`application/*`. Parameters such as `charset` do not matter.

    content-type: text/html                 (application/json is documented)

Add the media type with its schema; in an answer, find out first whether a gateway gave it in the
service's place.";
        BrokenJson = ("NSV112", "NSV205"), "broken-json", Error,
            ("the body of ", " is not the JSON that it says it is"), "\
The content type says JSON, and the body does not parse as JSON: it was recorded as text.

    content-type: application/json          {\"total\": 107

Look at the text in the recording. If this is what the service sends, document the media type that
it really is.";
        BrokenForm = ("NSV114", "NSV209"), "broken-form", Error,
            ("the body of ", " is not the form that it says it is"), "\
The content type says `multipart/form-data`, and the body cannot be read as such: the content type
names no boundary, the last boundary is missing, or a part has no name.

    content-type: multipart/form-data       (no boundary)

Correct the program that sends it. If the recorder changed the body, record it again.";
        UnexpectedBody = ("NSV113", "NSV206"), "unexpected-body", Warning,
            ("", " has a body where none is documented"), "\
The spec documents no content here, and a body came.

    202 Accepted        {\"code\": 202, \"message\": \"Accepted\"}

Document it: a client that reads only what is documented loses it.";
        Type = ("NSV120", "NSV220"), "wrong-type", Error,
            ("a value in ", " has the wrong type"), "\
The JSON type is not the one that the schema names. `1.0` and `1e2` are numbers and not integers
(beyond 64 bits, every number counts as an integer, however it is written); `\"5\"` is a string.

    type: integer                           \"limits-max-active-calls-orig\": \"0\"

Correct the type. Where the service sends now one, now another, say so with `oneOf`.";
        Null = ("NSV121", "NSV221"), "unexpected-null", Error,
            ("a value in ", " is null and may not be"), "\
The value is null, and its schema has a `type` without `nullable: true` beside it. Written
elsewhere (beside `$ref` or `allOf`, without a `type`), `nullable` allows nothing.

    type: string                            \"time-zone\": null

Add `nullable: true` beside the `type`. Where the type stands in a schema that others share, write
`anyOf: [{$ref: …}, {enum: [null]}]` where null may come.";
        Enum = ("NSV122", "NSV222"), "not-in-enum", Error,
            ("a value in ", " is not in its enum"), "\
`enum` lists all values there can be, and this is another. Case and white space count. Null must
be listed too, also where `nullable` is true.

    enum: [yes, no]                         \"automatic\"

Add the value. If the list can grow, write `x-extensible-enum` in place of `enum`: new values are
then reported as drift.";
        Required = ("NSV123", "NSV223"), "missing-field", Error,
            ("a required field is missing in ", ""), "\
`required` names the field and the object does not have it. A field that may not travel this way
(`readOnly` in a request, `writeOnly` in an answer) is never missed.

    required: [domain]                      {\"dial-plan\": \"acme.example\"}

Take the name out of `required` if the service does well without it.";
        Additional = ("NSV124", "NSV224"), "forbidden-field", Error,
            ("a field in ", " is not among the only ones allowed"), "\
The schema closes the object with `additionalProperties: false`, and here is a field that it does
not list.

    additionalProperties: false             {\"code\": 202, \"message\": \"Accepted\", \"id\": 7}

Add the property, or open the object: a closed answer breaks clients with every field the service
gains.";
        Format = ("NSV125", "NSV225"), "wrong-format", Error,
            ("a value in ", " is not of its format"), "\
The text or number is not of the `format` that the schema names: date-time is RFC 3339
(`2025-09-16T14:59:24Z`), int32 and int64 are bounds.

    format: date-time                       \"2025-05-19 02:41:11\"

Take the format away, or describe what really comes with a `pattern`.";
        Bound = ("NSV126", "NSV226"), "out-of-bounds", Error,
            ("a number in ", " is out of bounds"), "\
The number is outside `minimum` and `maximum`; with `exclusiveMinimum: true` the bound itself is
outside too.

    minimum: 0, exclusiveMinimum: true      0

Correct the bound.";
        Length = ("NSV127", "NSV227"), "wrong-length", Error,
            ("a text in ", " is too long or too short"), "\
The text has more characters than `maxLength` or fewer than `minLength` says. Characters are
counted, not bytes.

    maxLength: 64                           (a text of 70 characters)

Correct the limit.";
        Pattern = ("NSV128", "NSV228"), "wrong-pattern", Error,
            ("a text in ", " does not match its pattern"), "\
The text does not match the regular expression. A pattern matches anywhere in the text unless it
has `^` and `$`, and these bind only the branch of a `|` that they stand in.

    pattern: ^[a-z]+$                       (a text with digits)

Correct the pattern.";
        Size = ("NSV129", "NSV229"), "wrong-size", Error,
            ("an array or object in ", " has the wrong size"), "\
An array breaks `minItems`, `maxItems` or `uniqueItems`, or an object `minProperties` or
`maxProperties`.

    maxItems: 1                             [1, 2]

Correct the limit.";
        Alternative = ("NSV130", "NSV230"), "no-alternative", Error,
            ("a value in ", " is none of its alternatives"), "\
The value fits no branch of `oneOf` or `anyOf`, or its discriminator names none. Where one branch
was clearly meant, its own faults are reported in place of this.

    oneOf: [{type: string}, {type: integer}]           true

Add the alternative that came, or the name to the mapping of the discriminator.";
        Ambiguous = ("NSV131", "NSV231"), "two-alternatives", Error,
            ("a value in ", " is more than one of its alternatives"), "\
`oneOf` allows exactly one branch to fit, and more than one does.

    oneOf: [{type: number}, {type: integer}]           5

Write `anyOf`, or make the branches exclude each other.";
        Not = ("NSV132", "NSV232"), "excluded-value", Error,
            ("a value in ", " is what it must not be"), "\
The value fits the schema under `not`.

    not: {enum: [\"\"]}                       \"\"

Correct the schema under `not`.";
        Multiple = ("NSV133", "NSV233"), "not-a-multiple", Error,
            ("a number in ", " is not a multiple"), "\
The number is not a multiple of `multipleOf`.

    multipleOf: 60                          90

Correct the step.";
        Other = ("NSV134", "NSV234"), "other-assertion", Error,
            ("a value in ", " fails its schema"), "\
An assertion of the schema fails that has no code of its own, for example a `pattern` too costly
to evaluate.

    pattern: (a+)+$                         (a text of very many characters)

The message names the keyword: correct what it says.";
    }
}

/// The kinds of findings that a tool knows.
#[derive(Debug, Clone)]
pub struct Rules(Vec<&'static Rule>);

impl Default for Rules {
    /// Those of this crate.
    fn default() -> Self {
        Rules(Vec::new())
            .with(Code::RULES)
            .with(BodyCode::REQUEST)
            .with(BodyCode::RESPONSE)
    }
}

impl Rules {
    /// And others, by which a tool finds more.
    #[must_use]
    pub fn with(mut self, rules: &'static [Rule]) -> Self {
        self.0.extend(rules);
        self.0.sort_by_key(|rule| rule.code);
        self
    }

    /// All, in the order of their codes.
    pub fn all(&self) -> &[&'static Rule] {
        &self.0
    }

    /// The rule of a code or a name, in any case.
    ///
    /// ```
    /// let rules = openapi_traffic::Rules::default();
    /// assert_eq!(rules.find("Undocumented-Path").map(|rule| rule.code), Some("NSV101"));
    /// ```
    pub fn find(&self, text: &str) -> Option<&'static Rule> {
        let is_it = |it: &str| it.eq_ignore_ascii_case(text);
        let mut rules = self.0.iter().copied();
        rules.find(|rule| is_it(rule.code) || is_it(rule.name))
    }

    /// The rules whose code or name looks most like `text`, best first, at most three.
    pub fn near(&self, text: &str) -> Vec<&'static Rule> {
        let text = text.to_ascii_lowercase();
        let likeness = |rule: &Rule| {
            strsim::jaro_winkler(&text, &rule.code.to_ascii_lowercase())
                .max(strsim::jaro_winkler(&text, rule.name))
        };
        let rules = self.0.iter().map(|rule| (likeness(rule), *rule));
        let mut ranked: Vec<_> = rules.filter(|(likeness, _)| *likeness > 0.7).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.into_iter().take(3).map(|(_, rule)| rule).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Rules {
        Rules::default()
    }

    #[test]
    fn codes_are_ordered_and_unique() {
        assert!(
            all()
                .all()
                .windows(2)
                .all(|pair| pair[0].code < pair[1].code)
        );
    }

    #[test]
    fn what_can_be_wrong_both_ways_is_two_codes_with_one_explanation() {
        let [request, response] =
            [Direction::Request, Direction::Response].map(|way| BodyCode::Type.rule(way));
        assert_eq!(
            (request.code, request.name, request.title),
            (
                "NSV120",
                "request-wrong-type",
                "a value in a request has the wrong type"
            )
        );
        assert_eq!(
            (response.code, response.name, response.title),
            (
                "NSV220",
                "response-wrong-type",
                "a value in an answer has the wrong type"
            )
        );
        assert_eq!(request.explanation, response.explanation);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = all().all().iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_rule_is_found_by_code_and_by_name_in_any_case() {
        let code = |text| all().find(text).map(|rule| rule.code);
        assert_eq!(code("nsv602"), Some("NSV602"));
        assert_eq!(code("Baseline-Unused"), Some("NSV602"));
    }

    #[test]
    fn a_misspelt_name_is_near_the_right_one() {
        let near = all().near("baseline-unusd");
        assert_eq!(near.first().map(|rule| rule.code), Some("NSV602"));
    }

    #[test]
    fn nonsense_is_near_nothing() {
        assert!(all().near("zzzzzz").is_empty());
    }
}
