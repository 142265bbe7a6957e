//! What policies can name, as the configuration declares it, and the Cedar schema made of it.

use palisade_core::{Problem, ProblemLevel};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The methods that are actions of their own: `Action::"GET"` and so on.
pub(super) const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The action of what does not come over HTTP.
pub(super) const EVENT: &str = "event";

/// The type of a value that policies see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Text: `String`.
    String,
    /// A whole number of 64 bits: `Long`.
    Long,
    /// `true` or `false`: `Bool`.
    Bool,
    /// A number with up to four places after the point: `decimal`.
    Decimal,
    /// A list of texts: `Set<String>`. One text counts as a list of one.
    Strings,
}

impl Kind {
    const fn cedar(self) -> &'static str {
        match self {
            Self::String => "__cedar::String",
            Self::Long => "__cedar::Long",
            Self::Bool => "__cedar::Bool",
            Self::Decimal => "__cedar::decimal",
            Self::Strings => "Set<__cedar::String>",
        }
    }
}

/// A value inside JSON that policies see.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Field {
    /// Where it is (RFC 6901), such as `/order/amount`.
    pub pointer: String,
    /// What it has to be.
    #[serde(rename = "type")]
    pub kind: Kind,
}

/// A function that can be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its name: `Function::"orders"`.
    pub name: String,
    /// `resource.tags`.
    pub tags: BTreeMap<String, String>,
    /// Parameters of its paths: `context.request.path`.
    pub path: BTreeSet<String>,
    /// Query parameters that policies see: `context.request.query`.
    pub query: BTreeSet<String>,
    /// Headers that policies see, in lower case: `context.request.headers`.
    pub headers: BTreeSet<String>,
    /// Values of its body that policies see: `context.request.body`.
    pub body: BTreeMap<String, Field>,
}

/// What policies can name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// `context.environment` and `resource.environment`.
    pub environment: String,
    /// All functions.
    pub functions: Vec<Function>,
    /// What was said of a caller under the signature, by pointers into the claims:
    /// `principal.claims`.
    pub claims: BTreeMap<String, Field>,
    /// Whether anything comes other than over HTTP: then there is `Action::"event"`, for which
    /// `context` has no `network`.
    pub events: bool,
}

impl Model {
    /// The Cedar schema, as people read it.
    ///
    /// # Errors
    /// Names that are there twice, types that differ between functions, pointers that are none.
    pub fn schema(&self) -> Result<String, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |what: String| {
            problems.push(Problem::file(
                "configuration",
                ProblemLevel::Configuration,
                what,
            ));
        };
        let mut names = BTreeSet::new();
        let mut body: BTreeMap<&str, Kind> = BTreeMap::new();
        let (mut tags, mut path) = (BTreeSet::new(), BTreeSet::new());
        let (mut query, mut headers) = (BTreeSet::new(), BTreeSet::new());
        for function in &self.functions {
            if !names.insert(&function.name) {
                wrong(format!("function `{}` is there twice", function.name));
            }
            tags.extend(function.tags.keys());
            path.extend(&function.path);
            query.extend(&function.query);
            headers.extend(&function.headers);
            for header in &function.headers {
                if header.bytes().any(|b| b.is_ascii_uppercase()) {
                    wrong(format!("header `{header}` has to be written in lower case"));
                }
            }
            for (name, field) in &function.body {
                if *body.entry(name).or_insert(field.kind) != field.kind {
                    wrong(format!(
                        "body value `{name}` of function `{}` has another type than elsewhere; \
                         give one of them another name",
                        function.name
                    ));
                }
            }
        }
        for (name, field) in self
            .functions
            .iter()
            .flat_map(|f| &f.body)
            .chain(&self.claims)
        {
            if !field.pointer.starts_with('/') {
                wrong(format!(
                    "`{}` of `{name}` is no JSON pointer; it begins with `/`, such as `/order/amount`",
                    field.pointer
                ));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let texts = |names: BTreeSet<&String>| {
            record(names.into_iter().map(|name| (name.as_str(), Kind::String)))
        };
        let claims = record(
            self.claims
                .iter()
                .map(|(name, field)| (name.as_str(), field.kind)),
        );
        let body = record(body);
        let mut out = String::new();
        let principals = super::request::TYPES.join(", ");
        let _ = write!(
            out,
            "entity Role;\n\
             entity {principals} in [Role] = {{\n  id: __cedar::String,\n  issuer: __cedar::String,\n  \
             scopes: Set<__cedar::String>,\n  claims: {claims},\n}};\n\
             entity Function = {{\n  name: __cedar::String,\n  environment: __cedar::String,\n  tags: {},\n}};\n\
             action invoke;\naction http in [invoke];\n",
            texts(tags)
        );
        let always = "environment: __cedar::String,\n    breakGlass: __cedar::Bool,\n    \
                      time: { epoch: __cedar::Long, hour: __cedar::Long, minute: __cedar::Long, dayOfWeek: __cedar::Long },";
        let applies = format!(
            "appliesTo {{\n  principal: [{principals}],\n  resource: [Function],\n  context: {{\n    {always}"
        );
        let _ = write!(
            out,
            "action {} in [http] {applies}\n    network: {{ ip: __cedar::ipaddr, tls: __cedar::Bool }},\n    request: {{\n      \
             method: __cedar::String,\n      route: __cedar::String,\n      path: {},\n      query: {},\n      \
             headers: {},\n      body: {body},\n    }},\n  }},\n}};\n",
            METHODS.join(", "),
            texts(path),
            texts(query),
            texts(headers),
        );
        if self.events {
            let _ = write!(
                out,
                "action {EVENT} in [invoke] {applies}\n    request: {{ body: {body} }},\n  }},\n}};\n"
            );
        }
        Ok(out)
    }
}

/// A record whose members may all be absent.
fn record<'a>(members: impl IntoIterator<Item = (&'a str, Kind)>) -> String {
    let members: Vec<String> = members
        .into_iter()
        .map(|(name, kind)| format!("{}?: {}", quoted(name), kind.cedar()))
        .collect();
    match members.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", members.join(", ")),
    }
}

/// A name as a Cedar string literal.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.escape_debug())
}
