//! One operation, compiled: what its requests and responses are held to.

use super::body::Content;
use super::document::{Documents, Place, Problems};
use super::json::JsonLimits;
use super::parameter::Parameter;
use super::shape::Unknown;
use super::text::{BadQuery, claimed, decode, pairs};
use super::translate::{Direction, Translator};
use super::violation::{Spot, Violations};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a request may be like at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Parameters of a query, fields of a form, cookies.
    pub parameters: usize,
    /// What a JSON text may be like.
    pub json: JsonLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            parameters: 256,
            json: JsonLimits::default(),
        }
    }
}

/// How strictly an operation is held to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What is the most.
    pub limits: Limits,
    /// Members of a request's body that the contract does not name, and read-only ones.
    pub unknown: Unknown,
    /// Parameters of a query that the contract does not name.
    pub unknown_query: Unknown,
    /// Members of a response's body that the contract does not name, and write-only ones.
    pub unknown_response: Unknown,
    /// Query parameters that pass though the contract does not name them: those of signatures and
    /// campaigns, say.
    pub known_query: Vec<String>,
}

/// A body as it comes.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'r> {
    /// All of it; empty when there is none.
    Whole(&'r [u8]),
    /// It passes by unread: only its content type is judged. A HEAD's answer as well.
    Stream,
}

/// A request, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'r> {
    /// Path parameters by the names of the contract's template, percent-decoded.
    pub path: &'r [(&'r str, &'r str)],
    /// What stands after the question mark, as it was sent.
    pub query: &'r str,
    /// Headers, names in lower case.
    pub headers: &'r [(&'r str, &'r [u8])],
    /// The body.
    pub body: Payload<'r>,
}

/// What passes, rewritten where something was dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The query to send on, if it is another one.
    pub query: Option<String>,
    /// The body to send on, if it is another one.
    pub body: Option<Vec<u8>>,
}

/// An operation that is ready to judge.
#[derive(Debug)]
pub struct Operation {
    parameters: Vec<Parameter>,
    body: Option<Content>,
    body_required: bool,
    responses: Vec<(String, Answer)>,
    rules: Rules,
}

#[derive(Debug)]
struct Answer {
    headers: Vec<Parameter>,
    content: Content,
}

impl Operation {
    pub(super) fn read<'d>(
        docs: &'d Documents,
        problems: &mut Problems,
        path: Place<'d>,
        operation: Place<'d>,
        template: &str,
        rules: Rules,
    ) -> Self {
        let mut places: BTreeMap<(String, String), Place<'d>> = BTreeMap::new();
        let lists = [path.get("parameters"), operation.get("parameters")];
        for list in lists.into_iter().flatten() {
            for item in list.node.as_seq().unwrap_or_default() {
                let Some(at) = docs.follow_all(list.with(item), problems) else {
                    continue;
                };
                let word = |name| at.text(name).map_or_else(String::new, |t| t.to_string());
                places.insert((word("in"), word("name")), at);
            }
        }
        for name in template
            .split('{')
            .skip(1)
            .filter_map(|p| p.split_once('}'))
        {
            let key = ("path".to_owned(), name.0.to_owned());
            if !places.contains_key(&key) {
                let message = format!(
                    "the path's `{}` is not among the parameters: anything passes",
                    name.0
                );
                problems.insert(docs.warning(operation.span(), message));
            }
        }
        let body = operation
            .get("requestBody")
            .and_then(|body| docs.follow_all(body, problems));
        let mut translator = Translator::new(docs, problems, Direction::Request);
        let mut parameters: Vec<Parameter> = places
            .values()
            .filter_map(|place| Parameter::read(&mut translator, *place))
            .collect();
        // Objects that spread over the query take what the others leave.
        parameters.sort_by_key(|parameter| (parameter.spot, parameter.is_spread()));
        let content = body.map(|body| {
            body.get("content")
                .map_or_else(Content::default, |content| {
                    Content::read(&mut translator, content)
                })
        });
        let mut read = Self {
            parameters,
            body: content,
            body_required: body.is_some_and(|body| body.is_true("required")),
            responses: Vec::new(),
            rules,
        };
        let Some(responses) = operation.get("responses") else {
            return read;
        };
        for entry in responses.node.as_map().unwrap_or_default() {
            let status = entry.key.name.to_ascii_uppercase();
            if status.starts_with("X-") {
                continue;
            }
            if let Some(place) = docs.follow_all(responses.with(&entry.value), problems) {
                let answer = Answer::read(docs, problems, place);
                read.responses.push((status, answer));
            }
        }
        read
    }

    /// Whether judging a request takes its whole body: a route that streams can't keep this.
    #[must_use]
    pub fn needs_body(&self) -> bool {
        self.body.as_ref().is_some_and(Content::needs_body)
    }

    /// Holds a request to the contract.
    ///
    /// # Errors
    /// What the contract does not allow.
    pub fn request(&self, parts: &Parts<'_>) -> Result<Checked, Violations> {
        let mut violations = Violations::default();
        let mut checked = Checked::default();
        let limits = &self.rules.limits;
        let unknown = self.rules.unknown_query;
        let (path, rest): (Vec<_>, Vec<_>) = self
            .parameters
            .iter()
            .partition(|parameter| parameter.spot == Spot::Path);
        for parameter in path {
            let found = parts
                .path
                .iter()
                .filter(|(name, _)| *name == parameter.name);
            let values: Vec<&str> = found.map(|(_, value)| *value).collect();
            parameter.values(&values, &limits.json, unknown, &mut violations);
        }
        checked.query = self.query(parts.query, &rest, &mut violations);
        headers(
            rest.iter().copied(),
            parts.headers,
            limits,
            unknown,
            &mut violations,
        );
        self.cookies(parts.headers, &rest, &mut violations);
        checked.body = self.body(parts, &mut violations);
        violations.or(checked)
    }

    fn query(
        &self,
        query: &str,
        parameters: &[&Parameter],
        violations: &mut Violations,
    ) -> Option<String> {
        let limits = &self.rules.limits;
        let mut pairs = match pairs(query, limits.parameters) {
            Ok(pairs) => pairs,
            Err(BadQuery::Encoding) => {
                violations.add(Spot::Query, "", "encoding", "percent-encoded UTF-8");
                return None;
            }
            Err(BadQuery::TooMany) => {
                let expected = format!("at most {} parameters", limits.parameters);
                violations.add(Spot::Query, "", "too-many-parameters", expected);
                return None;
            }
        };
        let unknown = self.rules.unknown_query;
        for pair in &mut pairs {
            pair.claimed = self.rules.known_query.iter().any(|n| *n == pair.name)
                && !parameters
                    .iter()
                    .any(|parameter| parameter.name == pair.name);
        }
        for parameter in parameters.iter().filter(|p| p.spot == Spot::Query) {
            parameter.query(&mut pairs, &limits.json, unknown, violations);
        }
        let stray = pairs.iter().any(|pair| !pair.claimed);
        match unknown {
            Unknown::Refuse if stray => {
                let expected = "only parameters that the contract names";
                violations.add(Spot::Query, "", "unknown-parameter", expected);
                None
            }
            Unknown::Drop if stray => Some(claimed(query, &pairs)),
            _ => None,
        }
    }

    fn cookies(
        &self,
        headers: &[(&str, &[u8])],
        parameters: &[&Parameter],
        violations: &mut Violations,
    ) {
        let limits = &self.rules.limits;
        if !parameters.iter().any(|p| p.spot == Spot::Cookie) {
            return;
        }
        let texts = headers
            .iter()
            .filter(|(name, _)| *name == "cookie")
            .filter_map(|(_, value)| std::str::from_utf8(value).ok());
        let cookies: Vec<(&str, Cow<'_, str>)> = texts
            .flat_map(|text| text.split(';'))
            .take(limits.parameters)
            .filter_map(|cookie| {
                let (name, value) = cookie.trim_matches([' ', '\t']).split_once('=')?;
                Some((name, decode(value, false).unwrap_or(Cow::Borrowed(value))))
            })
            .collect();
        for parameter in parameters.iter().filter(|p| p.spot == Spot::Cookie) {
            let found = cookies.iter().filter(|(name, _)| *name == parameter.name);
            let values: Vec<&str> = found.map(|(_, value)| &**value).collect();
            let unknown = self.rules.unknown_query;
            parameter.values(&values, &limits.json, unknown, violations);
        }
    }

    fn body(&self, parts: &Parts<'_>, violations: &mut Violations) -> Option<Vec<u8>> {
        let mut add = |keyword, expected: &str| {
            violations.add(Spot::Body, "", keyword, expected);
        };
        let limits = &self.rules.limits;
        let bytes = match parts.body {
            Payload::Whole(bytes) => Some(bytes),
            Payload::Stream => None,
        };
        if bytes.is_some_and(|bytes| bytes.len() > limits.body) {
            add("too-long", &format!("at most {} bytes", limits.body));
            return None;
        }
        let sent = match single(parts.headers, "content-type") {
            Ok(sent) => sent,
            Err(()) => {
                add("content-type", "one well-formed content type");
                return None;
            }
        };
        let empty = bytes.is_some_and(<[u8]>::is_empty) || (bytes.is_none() && sent.is_none());
        let Some(content) = self.body.as_ref().filter(|content| !content.is_empty()) else {
            if bytes.is_some_and(|bytes| !bytes.is_empty()) {
                add("body", "no body");
            }
            return None;
        };
        if empty {
            if self.body_required {
                add("required", "a body");
            }
            return None;
        }
        if content.needs_body() && !identity(parts.headers) {
            add("content-encoding", "a body that is not compressed");
            return None;
        }
        content.check(sent, bytes, self.rules.unknown, &self.rules, violations)
    }

    /// Holds a response to the contract. Where it declares no content for a status, the body is not
    /// judged.
    ///
    /// # Errors
    /// What the contract does not allow.
    pub fn response(
        &self,
        status: u16,
        sent: &[(&str, &[u8])],
        body: Payload<'_>,
    ) -> Result<Checked, Violations> {
        let mut violations = Violations::default();
        let exact = status.to_string();
        let range = format!("{}XX", status / 100);
        let find = |key: &str| self.responses.iter().find(|(status, _)| status == key);
        let answer = find(&exact)
            .or_else(|| find(&range))
            .or_else(|| find("DEFAULT"));
        let Some((_, answer)) = answer else {
            if !self.responses.is_empty() {
                let expected = "a status that the contract names";
                violations.add(Spot::Status, "", "status", expected);
            }
            return violations.or(Checked::default());
        };
        let limits = &self.rules.limits;
        let unknown = Unknown::Keep;
        headers(
            answer.headers.iter(),
            sent,
            limits,
            unknown,
            &mut violations,
        );
        let bytes = match body {
            Payload::Whole(bytes) => Some(bytes),
            Payload::Stream => None,
        };
        let mut checked = Checked::default();
        let bodiless = matches!(status, 100..200 | 204 | 304);
        let skip = answer.content.is_empty() || bodiless || (bytes.is_none() && !has_type(sent));
        match single(sent, "content-type") {
            _ if skip => {}
            Err(()) => violations.add(Spot::Body, "", "content-type", "one content type"),
            Ok(_) if answer.content.needs_body() && !identity(sent) => {
                let expected = "a body that is not compressed";
                violations.add(Spot::Body, "", "content-encoding", expected);
            }
            Ok(kind) => {
                let unknown = self.rules.unknown_response;
                checked.body =
                    answer
                        .content
                        .check(kind, bytes, unknown, &self.rules, &mut violations);
            }
        }
        violations.or(checked)
    }
}

impl Answer {
    fn read<'d>(docs: &'d Documents, problems: &mut Problems, place: Place<'d>) -> Self {
        let list = place.get("headers");
        let mut places = Vec::new();
        for entry in list.and_then(|list| list.node.as_map()).unwrap_or_default() {
            if let Some(at) = docs.follow_all(place.with(&entry.value), problems) {
                places.push((entry.key.name.clone(), at));
            }
        }
        let mut translator = Translator::new(docs, problems, Direction::Response);
        let headers = places
            .iter()
            .filter_map(|(name, at)| Parameter::of(&mut translator, *at, Spot::Header, name))
            .collect();
        let content = place
            .get("content")
            .map_or_else(Content::default, |at| Content::read(&mut translator, at));
        Self { headers, content }
    }
}

/// Judges the headers that are declared.
fn headers<'p>(
    parameters: impl Iterator<Item = &'p Parameter>,
    sent: &[(&str, &[u8])],
    limits: &Limits,
    unknown: Unknown,
    violations: &mut Violations,
) {
    for parameter in parameters.filter(|p| p.spot == Spot::Header) {
        let found = sent.iter().filter(|(name, _)| *name == parameter.name);
        let texts: Option<Vec<&str>> = found
            .map(|(_, value)| std::str::from_utf8(value).ok())
            .collect();
        let Some(texts) = texts else {
            violations.add(Spot::Header, &parameter.name, "encoding", "UTF-8");
            continue;
        };
        // A list may be spread over several headers of one name.
        if texts.len() > 1 && parameter.is_list() {
            let joined = texts.join(",");
            parameter.values(&[&joined], &limits.json, unknown, violations);
        } else {
            parameter.values(&texts, &limits.json, unknown, violations);
        }
    }
}

/// The value of a header that may stand once.
fn single<'h>(headers: &[(&str, &'h [u8])], name: &str) -> Result<Option<&'h str>, ()> {
    let mut found = headers.iter().filter(|(other, _)| *other == name);
    let first = found.next();
    if found.next().is_some() {
        return Err(());
    }
    first
        .map(|(_, value)| std::str::from_utf8(value).map_err(|_| ()))
        .transpose()
}

fn has_type(headers: &[(&str, &[u8])]) -> bool {
    headers.iter().any(|(name, _)| *name == "content-type")
}

/// Whether the body stands as it is meant.
fn identity(headers: &[(&str, &[u8])]) -> bool {
    headers
        .iter()
        .filter(|(name, _)| *name == "content-encoding")
        .all(|(_, value)| value.eq_ignore_ascii_case(b"identity") || value.is_empty())
}
