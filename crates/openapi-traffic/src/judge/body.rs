//! Validates bodies: presence, media type, syntax and schema.

use std::borrow::Cow;

use http_recording::header;
use http_recording::media_type::{self, essence, is_json, is_xml};
use serde_json::{Map, Value};

use super::form;
use super::state::{Found, Judge};
use crate::codes::{BodyCode, Code};
use crate::count::count;
use crate::masking::describe;
use crate::spec::lower::Direction;
use crate::spec::operation::{Media, Operation, Response};
use crate::spec::{Schema, Side, SiteKind};
use crate::style::Typing;
use located::pointer;

/// A body as it was recorded.
struct Recorded<'r> {
    /// `/request` or `/response`.
    owner: &'static str,
    media_type: Option<String>,
    /// The header as received, with its parameters.
    content_type: String,
    content: Content<'r>,
}

#[derive(Clone, Copy)]
enum Content<'r> {
    Json(&'r Value),
    Text(&'r str),
}

impl<'r> Recorded<'r> {
    fn new(
        owner: &'static str,
        headers: &Map<String, Value>,
        body: Option<&'r Value>,
        text: Option<&'r str>,
    ) -> Option<Self> {
        let content = match (body, text.filter(|text| !text.is_empty())) {
            (Some(body), _) => Content::Json(body),
            (None, Some(text)) => Content::Text(text),
            (None, None) => return None,
        };
        let content_type = header(headers, "content-type").map(http_recording::text);
        Some(Recorded {
            owner,
            media_type: content_type.as_deref().map(essence),
            content_type: content_type.unwrap_or_default(),
            content,
        })
    }

    fn describe(&self) -> String {
        match self.content {
            Content::Json(value) => describe(value),
            Content::Text(text) => {
                format!("string of {}", count(text.chars().count(), "character"))
            }
        }
    }

    /// Pointer to the body in the recording.
    fn at(&self) -> String {
        let name = match self.content {
            Content::Json(_) => "body",
            Content::Text(_) => "text",
        };
        format!("{}/{name}", self.owner)
    }
}

impl<'j> Judge<'j> {
    fn omitted(&mut self, what: &str) {
        self.leave(format!("the body of a {what} is not in the recording"));
    }

    pub(super) fn request_body(&mut self, operation: &'j Operation) {
        let request = &self.exchange.recording.request;
        let recorded = Recorded::new(
            "/request",
            &request.headers,
            request.body.as_ref(),
            request.text.as_deref(),
        );
        if operation.request.as_ref().is_some_and(|it| it.unusable) {
            return self.leave("a request body that is not OpenAPI 3.0".to_owned());
        }
        match (&operation.request, recorded) {
            (_, None) if request.omitted => self.omitted("request"),
            (None, None) => {}
            (None, Some(recorded)) => self.report(Found {
                rule: BodyCode::UnexpectedBody.rule(Direction::Request),
                message: format!(
                    "the request of {} has a body, and none is documented",
                    self.name(operation)
                ),
                expected: "no body".to_owned(),
                seen: recorded.describe(),
                spec: &operation.pointer,
                at: &recorded.at(),
            }),
            (Some(documented), None) => {
                if documented.required {
                    self.report(Found {
                        rule: BodyCode::NoBody.rule(Direction::Request),
                        message: format!("the request of {} has no body", self.name(operation)),
                        expected: "a body".to_owned(),
                        seen: "nothing".to_owned(),
                        spec: &documented.pointer,
                        at: "/request",
                    });
                }
            }
            (Some(documented), Some(recorded)) => {
                let content = pointer::join(&documented.pointer, "content");
                self.body(&self.spec.request, &documented.content, &content, &recorded);
            }
        }
    }

    pub(super) fn response_body(&mut self, operation: &'j Operation, documented: &'j Response) {
        let recording = &self.exchange.recording;
        let response = &recording.response;
        let recorded = Recorded::new(
            "/response",
            &response.headers,
            response.body.as_ref(),
            response.text.as_deref(),
        );
        let never = recording.request.method.eq_ignore_ascii_case("HEAD")
            || matches!(response.status, 100..200 | 204 | 205 | 304);
        let name = || format!("{} {}", self.name(operation), response.status);
        let Some(recorded) = recorded else {
            if response.omitted && !never && !documented.content.is_empty() {
                return self.omitted("response");
            }
            if !never
                && documented
                    .content
                    .iter()
                    .any(|media| media.schema.is_some())
            {
                let found = Found {
                    rule: BodyCode::NoBody.rule(Direction::Response),
                    message: format!("{} has no body", name()),
                    expected: "a body".to_owned(),
                    seen: "nothing".to_owned(),
                    spec: &documented.pointer,
                    at: "/response",
                };
                self.report_against(found, Some(documented.site));
            }
            return;
        };
        if documented.content.is_empty() {
            return self.report(Found {
                rule: BodyCode::UnexpectedBody.rule(Direction::Response),
                message: format!("{} has a body, and none is documented", name()),
                expected: "no body".to_owned(),
                seen: recorded.describe(),
                spec: &documented.pointer,
                at: &recorded.at(),
            });
        }
        if recorded.media_type.is_none() {
            let found = Found {
                rule: Code::NoContentType.rule(),
                message: format!("{} has a body and no content type", name()),
                expected: ranges(&documented.content),
                seen: "nothing".to_owned(),
                spec: &documented.pointer,
                at: "/response/headers",
            };
            self.report_against(found, Some(documented.site));
        }
        self.body(
            &self.spec.response,
            &documented.content,
            &documented.pointer,
            &recorded,
        );
    }

    fn body(
        &mut self,
        side: &'j Side,
        content: &'j [Media],
        documented: &str,
        recorded: &Recorded<'_>,
    ) {
        let media = match &recorded.media_type {
            Some(media_type) => matching(content, media_type, &recorded.content_type),
            // Without a content type, JSON is taken for a JSON media type, text for any other.
            None => {
                let wants_json = matches!(recorded.content, Content::Json(_));
                content
                    .iter()
                    .find(|media| {
                        (is_json(&media.range) || media.range.ends_with("/*")) == wants_json
                    })
                    .or(content.first())
            }
        };
        let Some(media) = media else {
            let seen = recorded.media_type.as_deref().unwrap_or_default();
            let seen = self.spec.known.name(seen).into_owned();
            let kind = match side.direction {
                Direction::Request => SiteKind::RequestBody,
                Direction::Response => SiteKind::ResponseBody,
            };
            self.evidence
                .see_undocumented(kind, documented, &seen, None, self.observation());
            let same = |it: &&Media| Some(&it.range) == recorded.media_type.as_ref();
            let differences = differences(content.iter().filter(same), &recorded.content_type);
            let known = match differences.is_empty() {
                true => "not documented",
                false => "documented only with certain parameters",
            };
            return self.report(Found {
                rule: BodyCode::MediaType.rule(side.direction),
                message: format!("the content type {seen} is {known}"),
                expected: ranges(content),
                seen: seen + &differences,
                spec: documented,
                at: &format!("{}/headers/content-type", recorded.owner),
            });
        };
        let is_json = match (&recorded.media_type, recorded.content) {
            (Some(media_type), _) => is_json(media_type),
            (None, Content::Json(_)) => true,
            (None, Content::Text(_)) => is_json(&media.range),
        };
        let value = match recorded.content {
            Content::Json(value) if is_json => Cow::Borrowed(value),
            Content::Text(text) if is_json && located::is_json(text) => {
                self.leave("a JSON body is nested deeper than 127 levels".to_owned());
                return self.evidence.pass(media.site, self.observation());
            }
            Content::Text(_) if is_json => {
                self.evidence.pass(media.site, self.observation());
                let found = Found {
                    rule: BodyCode::BrokenJson.rule(side.direction),
                    message: "the content type says JSON, but the body is not valid JSON"
                        .to_owned(),
                    expected: "JSON".to_owned(),
                    seen: recorded.describe(),
                    spec: &media.pointer,
                    at: &recorded.at(),
                };
                return self.report_against(found, Some(media.site));
            }
            content => match self.other(side, media, recorded, content) {
                Some(value) => Cow::Owned(value),
                None => return self.evidence.pass(media.site, self.observation()),
            },
        };
        self.evidence.see(media.site, &value, self.observation());
        if let Some(schema) = &media.schema {
            self.assert_body(side, schema, &value, &recorded.at());
            self.walk(side, schema.node, &value, &recorded.at());
        }
    }

    /// The first interpretation of a body that matches its schema, else the first one. A body that
    /// matches with the declared types is parsed only once.
    fn first_fitting<T>(
        &self,
        side: &Side,
        schema: &Schema,
        read: impl Fn(Typing) -> Result<T, form::Unreadable>,
        value: impl Fn(&T) -> &Value,
    ) -> Result<T, form::Unreadable> {
        let fits = |parsed: &T| self.fits(side, schema, value(parsed));
        let [declared, others @ ..] = Typing::ALL;
        let first = read(declared)?;
        if fits(&first) {
            return Ok(first);
        }
        for typing in others {
            let other = read(typing)?;
            if fits(&other) {
                return Ok(other);
            }
        }
        Ok(first)
    }

    /// The value of a body that is not JSON, if it can be parsed: a form or plain text.
    fn other(
        &mut self,
        side: &'j Side,
        media: &'j Media,
        recorded: &Recorded<'_>,
        content: Content<'_>,
    ) -> Option<Value> {
        let schema = media.schema.as_ref()?;
        let media_type = recorded.media_type.as_deref().unwrap_or(&media.range);
        let written = match content {
            Content::Text(text) => Cow::Borrowed(text),
            // The recorder parsed it as JSON, so the original spelling is lost.
            Content::Json(value) if media_type.starts_with("text/") => {
                let is_text = side.plan.types(schema.node).contains(&"string");
                return (!is_text).then(|| value.clone());
            }
            Content::Json(value) => Cow::Owned(value.to_string()),
        };
        let (plan, node) = (&side.plan, schema.node);
        if media_type.starts_with("text/") && !is_xml(media_type) {
            let read = |typing| Ok(form::plain(&written, plan, node, typing));
            return self.first_fitting(side, schema, read, |value| value).ok();
        }
        let is_urlencoded = media_type == "application/x-www-form-urlencoded";
        if !is_urlencoded && media_type != "multipart/form-data" {
            // A schema that allows any string asserts nothing.
            if !plan.is_any_string(node) {
                self.leave(format!("the schema of a body of {}", media.range));
            }
            return None;
        }
        let content_type = &recorded.content_type;
        let read = |typing| match is_urlencoded {
            true => Ok(form::urlencoded(&written, plan, node, media, typing)),
            false => form::multipart(&written, content_type, plan, node, media, typing),
        };
        let form = match self.first_fitting(side, schema, read, |form| &form.value) {
            Ok(form) => form,
            Err(form::Unreadable(reason)) => {
                let found = Found {
                    rule: BodyCode::BrokenForm.rule(side.direction),
                    message: format!("the body is not a valid multipart form: {reason}"),
                    expected: "multipart/form-data".to_owned(),
                    seen: recorded.describe(),
                    spec: &media.pointer,
                    at: &recorded.at(),
                };
                self.report_against(found, Some(media.site));
                return None;
            }
        };
        for what in form.unread {
            self.leave(what);
        }
        for part in form.wrong {
            let spec = pointer::join(&part.encoding.pointer, "contentType");
            let found = Found {
                rule: BodyCode::MediaType.rule(side.direction),
                message: format!(
                    "the content type of the field `{}` is not documented",
                    part.name
                ),
                expected: part.encoding.content_types.join(", "),
                seen: part.seen,
                spec: &spec,
                at: &recorded.at(),
            };
            self.report_against(found, Some(media.site));
        }
        Some(form.value)
    }
}

fn ranges(content: &[Media]) -> String {
    let names: Vec<_> = content.iter().map(Media::name).collect();
    names.join(", ")
}

/// How a content type differs from documented ones with the same name. Says no value, which could
/// be a secret.
fn differences<'m>(documented: impl Iterator<Item = &'m Media>, content_type: &str) -> String {
    let sent = media_type::parameters(content_type);
    let mut differences: Vec<String> = Vec::new();
    for name in documented.flat_map(|media| media.missing_in(&sent)) {
        let difference = match sent.iter().any(|(other, _)| other == name) {
            true => format!(" with another {name}"),
            false => format!(" without {name}"),
        };
        if !differences.contains(&difference) {
            differences.push(difference);
        }
    }
    differences.join(",")
}

/// The documented media type for an actual one: the same, else its range, else `*/*`. Of several,
/// the one with the most of its parameters.
fn matching<'m>(content: &'m [Media], media_type: &str, sent: &str) -> Option<&'m Media> {
    let sent = media_type::parameters(sent);
    let ranges = media_type::ranges(media_type);
    ranges.iter().find_map(|wanted| {
        let same = content.iter().filter(|media| media.range == *wanted);
        let fitting = same.filter_map(|media| Some((media.parameters_in(&sent)?, media)));
        // The last of the best is the first in the document.
        fitting
            .rev()
            .max_by_key(|(same, _)| *same)
            .map(|(_, it)| it)
    })
}
