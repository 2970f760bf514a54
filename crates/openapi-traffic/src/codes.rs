//! The catalog of finding codes: what `--explain` prints and what SARIF lists as rules.
//!
//! Numbers: 1xx the request, 2xx the response, 3xx drift, 4xx the recording itself, 6xx the
//! baseline, 8xx negative examples, 9xx relations. A code never changes its meaning.

use schemars::JsonSchema;
use serde::Serialize;

use crate::spec::Direction;

/// How severe a finding is.
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
    /// Its name, the same in all report formats.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What a finding is about, which decides what of its place may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// The name at its place, because the document does not mention it or a relation does: it is
    /// shown if it looks like an identifier.
    Name,
    /// The value there, or something else: a name is shown only if the document has it.
    Value,
}

/// One kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// `NSV` and three digits.
    pub code: &'static str,
    /// The readable name: lower case, words joined by `-`.
    pub name: &'static str,
    /// How severe such a finding is.
    pub severity: Severity,
    /// What such a finding is about.
    pub about: About,
    /// One line that says what is wrong.
    pub title: &'static str,
    /// What it means, an example, and what to do.
    pub explanation: &'static str,
}

/// Declares an enum of rules, one row each: variant, code, name, severity, what it is about, title,
/// explanation. The enum has `RULES`, all rows, and `rule()`, the row of a variant.
///
/// ```
/// openapi_traffic::rules! {
///     /// Rules of our style guide.
///     pub enum Style {
///         NoOwner = "S001", "no-owner", Warning, Value, "an operation has no owner", "Name one.";
///     }
/// }
/// assert_eq!(Style::NoOwner.rule().code, "S001");
/// assert_eq!(Style::RULES.len(), 1);
/// ```
#[macro_export]
macro_rules! rules {
    (
        $(#[$meta:meta])*
        $vis:vis enum $enum:ident {
            $($variant:ident = $code:literal, $name:literal, $severity:ident, $about:ident,
                $title:literal, $explanation:literal;)*
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
                    about: $crate::About::$about,
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

/// The same for rules that apply to requests and to responses: two codes each, and a title that
/// is completed with "a request" or "a response".
macro_rules! two_way_rules {
    (
        $(#[$meta:meta])*
        $vis:vis enum $enum:ident {
            $($variant:ident = ($request:literal, $response:literal), $name:literal,
                $severity:ident, $about:ident, ($before:literal, $after:literal),
                $explanation:literal;)*
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
                    about: About::$about,
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
                    about: About::$about,
                    title: concat!($before, "a response", $after),
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
    /// Rules about an exchange apart from its bodies, about a baseline, about negative examples and
    /// about relations between exchanges.
    pub(crate) enum Code {
        Path = "NSV101", "undocumented-path", Error, Name,
            "the path is not documented", "\
No path of the spec matches the path of the request. A segment in braces matches one segment; the
base path of a server in `servers` may come first.

    GET /domains/acme.example/trunks        (the spec has /domains/{domain}/connections)

Add the path to the spec if the service has it; otherwise the recording does not belong here.";
        Method = "NSV102", "undocumented-method", Error, Name,
            "the method is not documented for this path", "\
The spec has the path, but not with this method.

    PATCH /connections                      (the spec has GET and POST)

Add the operation to the spec, or drop the recording.";
        ParameterMissing = "NSV103", "missing-parameter", Error, Value,
            "a required parameter is missing", "\
The spec declares a path, query, header or cookie parameter with `required: true`, and the request
was sent without it.

    GET /search                             (q is required)

If the service accepted the request, the parameter is not required: say so in the spec. Headers
are recorded by an allow-list: make sure that this one is on it.";
        Query = "NSV104", "undocumented-query-parameter", Error, Name,
            "a query parameter is not documented", "\
The request has a query parameter that the operation does not list.

    GET /connections?colour=red

Add the parameter to the operation if the service reads it, or send the request without it and
record it again.";
        Parameter = "NSV105", "parameter-schema", Error, Value,
            "a parameter does not match its schema", "\
The parameter was parsed in its style, as the type that its schema names (integer, number, boolean,
array, object). The result does not match the schema, or the parameter is not serialized in that
style. Separators are found before decoding: `a%2Cb` is one item.

    GET /connections?limit=many             (limit is an integer)
    GET /connections/5                      (style: matrix asks for /connections/;id=5)

If the service accepted it, the schema is too narrow; otherwise the request was wrong.";
        Credential = "NSV106", "missing-credential", Error, Value,
            "a request has no credential that its operation requires", "\
The `security` of the operation, or of the whole document, requires a credential. The request was
sent without it, and the status of the response is neither 401 nor 403. A redacted credential
counts as sent.

    security: [{bearerAuth: []}]            (no `authorization`, response status 200)

If the service requires none, say so with `security: []`. Browsers leave credentials out of a HAR
unless it is exported with sensitive data; such a HAR cannot show what was sent.";
        ReadOnly = "NSV135", "read-only-field", Error, Value,
            "a read-only field was sent", "\
The property is `readOnly: true`: only responses may have it. The request sends it.

    last-modified-datetime: {readOnly: true}           PUT {\"last-modified-datetime\": \"…\"}

Leave it out of the request. If the service really accepts it, it is not read-only.";
        Status = "NSV201", "undocumented-status", Error, Name,
            "the status is not documented", "\
Neither the status itself, nor its range (`4XX`), nor `default` is among the responses of the
operation.

    403                                     (the spec has 200, 401 and 404)

Add the response to the operation: a client generated from the spec cannot decode it otherwise.";
        NoContentType = "NSV202", "missing-content-type", Error, Value,
            "a response with a body has no content type", "\
The response has a body, the spec documents one, and there is no `content-type` header.

    {\"status\": 200, \"headers\": {}, \"body\": {\"total\": 107}}

If the service really leaves the header out, note it in the description of the operation. If the
header was lost while recording, add `content-type` to the allow-list and record again.";
        HeaderMissing = "NSV207", "missing-response-header", Error, Value,
            "a required response header is missing", "\
The spec declares a response header with `required: true`, and the response has no header of that
name (case does not matter).

    headers: {x-request-id: {required: true, schema: {type: string}}}

If the service does not always send it, it is not required. Headers are recorded by an allow-list:
make sure that this one is on it.";
        Header = "NSV208", "response-header-schema", Error, Value,
            "a response header does not match its schema", "\
The header was parsed as the type that its schema names, and does not match the schema.

    retry-after: soon                       (an integer is documented)

Correct the schema of the header.";
        WriteOnly = "NSV235", "write-only-field", Error, Value,
            "a write-only field was returned", "\
The property is `writeOnly: true`: only requests may have it. The response contains it, which
matters most where it is a secret.

    password: {writeOnly: true}                        200 {\"password\": \"…\"}

If the service really returns it, it is not write-only: remove `writeOnly`, and add a warning to the
description.";
        Field = "NSV301", "undocumented-field", Warning, Name,
            "a field is not documented", "\
An object has a field that its schema does not list. The schema has no `additionalProperties`, which
allows other fields, so nothing is contradicted: the traffic shows more than the spec documents.

    {\"domain\": \"acme.example\", \"colour\": \"red\"}        (no property `colour`)

Add the property. Where the field names are data, describe their values with a schema under
`additionalProperties`; `true` and `{}` both allow any value.";
        Vocabulary = "NSV302", "new-value", Warning, Value,
            "a value is not among the known values", "\
`x-extensible-enum` lists the known values of a string that may have others, and this is another.
Clients must accept it; the list should contain it.

    x-extensible-enum: [UDP, TCP, TLS]                 (\"SCTP\" was seen)

Look at the recording, add the value to the list, and describe what it means.";
        Missed = "NSV303", "missed-field", Warning, Value,
            "a response lacks a field that was always there", "\
`x-always-present` lists the fields that an object had in every response seen so far, although
nothing guarantees them. This response lacks one. Clients must accept it; the list should be right.

    x-always-present: [dial-plan]                      {\"domain\": \"acme.example\"}

Look at the recording. If the service really leaves the field out, remove its name from the list.
Nothing is missed in a request, or in an excerpt (`meta.excerpt`).";
        DuplicateKey = "NSV401", "repeated-key", Error, Value,
            "an object in a recording has a duplicate key", "\
JSON parsers disagree on which of the duplicates counts, and most drop one silently, so it is
unclear what the recording shows. Here the last one was validated.

    \"body\": {\"total\": 107, \"total\": \"107\"}

If the service really sends this, all its clients are at risk: keep the body as a string under
`text` and report the bug. If the file was edited, delete one of the duplicates.";
        BaselineExpired = "NSV601", "baseline-expired", Error, Value,
            "a baseline entry has expired", "\
The `expires` date of the entry has passed, so it no longer suppresses anything.

    - {id: 1a2b3c4d5e, reason: 'server bug, fixed in 44.5', expires: 2026-03-31}

Fix the finding that it suppressed. If that is not possible yet, set a new date and say in `reason`
why.";
        BaselineUnused = "NSV602", "baseline-unused", Error, Value,
            "a baseline entry matches no finding", "\
No finding of this run matches the entry. Either what it suppressed is fixed, or its `id`, `code` or
`at` is wrong.

Delete or correct the entry.";
        Negative = "NSV801", "negative-mismatch", Error, Value,
            "a negative example does not produce the codes that it expects", "\
A recording with `meta.expect` is a negative example: traffic that the spec must reject. `expect`
lists the codes that validation must produce, exactly these. This recording produced other codes,
or none, which means that the spec accepts what the service never does.

    \"expect\": [\"NSV220\"]

A recording in a folder `negative` is a negative example too, and must have `meta.expect`. If the
spec was loosened by mistake, tighten it. If the recording is valid now, move it or change
`expect`.";
        Relation = "NSV901", "relation-broken", Error, Name,
            "a relation does not hold", "\
The relations file states what must be true of an exchange, or between the exchanges of one session.
Here it is not true.

    assert: it.domain = path.domain         GET /domains/acme.example/connections
                                            [{\"domain\": \"other.example\"}]

Look at both places. The service may have a bug, another client may have changed something in
between, or the relation asserts too much: then restrict it with `where` or `until`, or delete it.";
        RelationUnfit = "NSV902", "relation-not-evaluated", Warning, Name,
            "a relation cannot be evaluated", "\
A value has a type that the expression cannot use, so it is unknown whether the relation holds.

    assert: count(response) <= query.limit  ?limit=many

If the value may have this type, use `where` to say when the relation applies.";
        RelationNeverApplied = "NSV903", "relation-never-applied", Warning, Name,
            "a relation applies to no exchange", "\
No validated exchange has everything that the relation needs: there is no exchange of its operation,
none that follows the one it is compared with, or an expression uses a name that no exchange has.

    assert: it.domian = path.domain         (misspelt)

Correct the name, or record exchanges to which the relation applies. `meta.after` names the
recording of the preceding exchange.";
    }
}

two_way_rules! {
    /// Rules about the body of a request or of a response.
    pub(crate) enum BodyCode {
        NoBody = ("NSV110", "NSV204"), "missing-body", Error, Value,
            ("", " has no body"), "\
The spec requires a body (in a request: `requestBody` with `required: true`; in a response:
`content` with a schema), and there is none.

    POST /connections                       (no body)
    200, content-length: 0

If the request may be empty, remove `required`. If the response may be empty, document it as a
response without `content`.";
        MediaType = ("NSV111", "NSV203"), "undocumented-media-type", Error, Name,
            ("the content type of ", " is not documented"), "\
The spec lists neither the media type itself nor a range such as `application/*` that covers it.
Parameters such as `charset` do not matter.

    content-type: text/html                 (application/json is documented)

Add the media type with its schema. In a response, find out first whether it came from a gateway
instead of the service.";
        BrokenJson = ("NSV112", "NSV205"), "broken-json", Error, Value,
            ("the body of ", " is not valid JSON"), "\
The content type says JSON, and the body does not parse as JSON. It was recorded as a string.

    content-type: application/json          {\"total\": 107

Look at the body in the recording. If the service really sends this, document its actual media
type.";
        BrokenForm = ("NSV114", "NSV209"), "broken-form", Error, Value,
            ("the body of ", " is not a valid multipart form"), "\
The content type says `multipart/form-data`, and the body cannot be parsed as such: the content type
names no boundary, the closing boundary is missing, or a part has no name.

    content-type: multipart/form-data       (no boundary)

Correct the program that sends it. If the recorder changed the body, record it again.";
        UnexpectedBody = ("NSV113", "NSV206"), "unexpected-body", Warning, Value,
            ("", " has a body where none is documented"), "\
The spec documents no content here, and there is a body.

    202 Accepted        {\"code\": 202, \"message\": \"Accepted\"}

Document it: a client that reads only what is documented drops it.";
        Type = ("NSV120", "NSV220"), "wrong-type", Error, Value,
            ("a value in ", " has the wrong type"), "\
The JSON type is not the one that the schema names. `1.0` and `1e2` are numbers, not integers
(beyond 64 bits every number counts as an integer, however it is written); `\"5\"` is a string.

    type: integer                           \"limits-max-active-calls-orig\": \"0\"

Correct the type. If the service sends sometimes one type and sometimes another, use `oneOf`.";
        Null = ("NSV121", "NSV221"), "unexpected-null", Error, Value,
            ("a value in ", " is null and may not be"), "\
The value is null, and its schema has a `type` without `nullable: true` beside it. Elsewhere (beside
`$ref` or `allOf`, without a `type`) `nullable` has no effect.

    type: string                            \"time-zone\": null

Add `nullable: true` beside the `type`. If the type is in a schema that others share, write
`anyOf: [{$ref: …}, {enum: [null]}]` where null is allowed.";
        Enum = ("NSV122", "NSV222"), "not-in-enum", Error, Value,
            ("a value in ", " is not in its enum"), "\
`enum` lists all allowed values, and this is not one of them. Case and white space matter. Null must
be listed too, even with `nullable: true`.

    enum: [yes, no]                         \"automatic\"

Add the value. If the list can grow, use `x-extensible-enum` instead of `enum`: new values are then
reported as drift.";
        Required = ("NSV123", "NSV223"), "missing-field", Error, Value,
            ("a required field is missing in ", ""), "\
`required` names the field, and the object does not have it. A `readOnly` field is never required in
a request, nor a `writeOnly` field in a response.

    required: [domain]                      {\"dial-plan\": \"acme.example\"}

Remove the name from `required` if the service does not need or does not always send the field.";
        Additional = ("NSV124", "NSV224"), "forbidden-field", Error, Value,
            ("a field in ", " is not allowed"), "\
The schema closes the object with `additionalProperties: false`, and the object has a field that the
schema does not list.

    additionalProperties: false             {\"code\": 202, \"message\": \"Accepted\", \"id\": 7}

Add the property, or open the object: with a closed response, every field that the service adds
breaks clients.";
        Format = ("NSV125", "NSV225"), "wrong-format", Error, Value,
            ("a value in ", " does not match its format"), "\
The string or number does not match the `format` that the schema names: date-time is RFC 3339
(`2025-09-16T14:59:24Z`), int32 and int64 are bounds.

    format: date-time                       \"2025-05-19 02:41:11\"

Remove the format, or describe the actual values with a `pattern`.";
        Bound = ("NSV126", "NSV226"), "out-of-bounds", Error, Value,
            ("a number in ", " is out of bounds"), "\
The number is below `minimum` or above `maximum`. With `exclusiveMinimum: true` or
`exclusiveMaximum: true` the bound itself is out of bounds too.

    minimum: 0, exclusiveMinimum: true      0

Correct the bound.";
        Length = ("NSV127", "NSV227"), "wrong-length", Error, Value,
            ("a string in ", " is too long or too short"), "\
The string has more characters than `maxLength` allows, or fewer than `minLength`. Characters are
counted, not bytes.

    maxLength: 64                           (a string of 70 characters)

Correct the limit.";
        Pattern = ("NSV128", "NSV228"), "wrong-pattern", Error, Value,
            ("a string in ", " does not match its pattern"), "\
The string does not match the regular expression. A pattern matches anywhere in the string unless
it is anchored with `^` and `$`; in a pattern with `|`, an anchor applies only to its own branch.

    pattern: ^[a-z]+$                       (a string with digits)

Correct the pattern.";
        Size = ("NSV129", "NSV229"), "wrong-size", Error, Value,
            ("an array or object in ", " has the wrong size"), "\
An array violates `minItems`, `maxItems` or `uniqueItems`, or an object violates `minProperties` or
`maxProperties`.

    maxItems: 1                             [1, 2]

Correct the limit.";
        Alternative = ("NSV130", "NSV230"), "no-alternative", Error, Value,
            ("a value in ", " matches none of its alternatives"), "\
The value matches no branch of `oneOf` or `anyOf`, or its discriminator names none of them. If one
branch was clearly meant, the errors of that branch are reported instead.

    oneOf: [{type: string}, {type: integer}]           true

Add a branch for the value, or add the name to the mapping of the discriminator.";
        Ambiguous = ("NSV131", "NSV231"), "two-alternatives", Error, Value,
            ("a value in ", " matches more than one of its alternatives"), "\
`oneOf` requires that exactly one branch matches, and more than one does.

    oneOf: [{type: number}, {type: integer}]           5

Use `anyOf`, or make the branches mutually exclusive.";
        Not = ("NSV132", "NSV232"), "excluded-value", Error, Value,
            ("a value in ", " matches the schema that it must not match"), "\
The value matches the schema under `not`.

    not: {enum: [\"\"]}                       \"\"

Correct the schema under `not`.";
        Multiple = ("NSV133", "NSV233"), "not-a-multiple", Error, Value,
            ("a number in ", " is not a multiple of `multipleOf`"), "\
The number is not a multiple of `multipleOf`.

    multipleOf: 60                          90

Correct `multipleOf`.";
        Other = ("NSV134", "NSV234"), "other-assertion", Error, Value,
            ("a value in ", " does not match its schema"), "\
The value violates a keyword that has no code of its own, or its schema does not compile.

    `name` cannot be validated: its schema does not compile

The message names the cause: correct the schema.";
    }
}

/// The rules that a tool knows.
#[derive(Debug, Clone)]
pub struct Rules(Vec<&'static Rule>);

impl Default for Rules {
    /// The rules of this crate.
    fn default() -> Self {
        Rules(Vec::new())
            .with(Code::RULES)
            .with(BodyCode::REQUEST)
            .with(BodyCode::RESPONSE)
    }
}

impl Rules {
    /// Adds the rules of a tool that has checks of its own.
    #[must_use]
    pub fn with(mut self, rules: &'static [Rule]) -> Self {
        self.0.extend(rules);
        self.0.sort_by_key(|rule| rule.code);
        self
    }

    /// All rules, in the order of their codes.
    pub fn all(&self) -> &[&'static Rule] {
        &self.0
    }

    /// The rule with a code or a name, ignoring case.
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

    /// Suggestions for a misspelt code or name: the most similar rules, best first, at most three.
    pub(crate) fn near(&self, text: &str) -> Vec<&'static Rule> {
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
    fn a_rule_about_bodies_has_a_code_for_requests_and_one_for_responses() {
        let [request, response] =
            [Direction::Request, Direction::Response].map(|it| BodyCode::Type.rule(it));
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
                "a value in a response has the wrong type"
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
    fn a_rule_is_found_by_code_and_by_name_ignoring_case() {
        let code = |text| all().find(text).map(|rule| rule.code);
        assert_eq!(code("nsv602"), Some("NSV602"));
        assert_eq!(code("Baseline-Unused"), Some("NSV602"));
    }

    #[test]
    fn a_misspelt_name_suggests_the_right_one() {
        let near = all().near("baseline-unusd");
        assert_eq!(near.first().map(|rule| rule.code), Some("NSV602"));
    }

    #[test]
    fn an_unknown_word_suggests_nothing() {
        assert!(all().near("zzzzzz").is_empty());
    }
}
