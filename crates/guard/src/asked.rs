//! A request that somebody writes down to ask what would become of it: TOML, or JSON where the name
//! of the file ends in `.json`. It may hold credentials, so no error repeats a value of it.

use crate::authorize::records::{Caller, time};
use crate::path::Path;
use crate::request::{Call, Entry, Headers, Peer, Request};
use palisade_authn::Principal;
use palisade_core::{Problem, ProblemLevel, Sources, Span};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// A request that was written down.
pub struct Asked {
    /// The request.
    pub request: Request,
    /// Its body.
    pub body: Vec<u8>,
    /// Who sends it, if that is to be supposed; nothing when its credential decides.
    pub principal: Option<Principal>,
    /// When it comes, in seconds since 1970; nothing for now.
    pub time: Option<i64>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asked")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    method: String,
    path: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    host: String,
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    address: Option<IpAddr>,
    #[serde(default = "yes")]
    tls: bool,
    /// A text as it is sent, or what JSON is made of.
    body: Option<Value>,
    principal: Option<Caller>,
    time: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

const fn yes() -> bool {
    true
}

impl Asked {
    /// Reads `method`, `path`, and where it matters `query`, `host`, `headers`, `address`, `tls` (true
    /// when not said), `body`, `principal` (as in a decision table) and `time`.
    ///
    /// # Errors
    /// What can't be read, with its place.
    pub fn read(name: &str, text: &str) -> Result<Self, Problem> {
        let written = parse(name, text)?;
        let wrong =
            |what: String| Problem::file(name.to_owned(), ProblemLevel::Configuration, what);
        if written.path.contains('?') {
            return Err(wrong(
                "what stands behind `?` in `path` belongs to `query`".to_owned(),
            ));
        }
        if written.method != written.method.to_ascii_uppercase() {
            return Err(wrong("`method` is in capitals, such as `GET`".to_owned()));
        }
        let path = Path::parse(&written.path).map_err(|error| wrong(error.to_string()))?;
        let mut headers = Headers::default();
        for (name, values) in &written.headers {
            match values {
                Values::One(value) => headers.push(name.as_str(), value.as_str()),
                Values::Several(values) => {
                    for value in values {
                        headers.push(name.as_str(), value.as_str());
                    }
                }
            }
        }
        let body = match written.body {
            None => Vec::new(),
            Some(Value::String(text)) => text.into_bytes(),
            Some(json) => {
                if !headers.has("content-type") {
                    headers.push("content-type", "application/json");
                }
                json.to_string().into_bytes()
            }
        };
        let principal = written.principal.map(Caller::principal).transpose();
        let time = written.time.as_deref().map(time).transpose();
        Ok(Self {
            request: Request {
                entry: Entry::Http(Call {
                    method: written.method,
                    host: written.host,
                    path,
                    raw_path: written.path,
                    query: written.query,
                }),
                peer: Peer {
                    address: written.address,
                    is_encrypted: written.tls,
                    certificates: Vec::new(),
                },
                headers,
            },
            body,
            principal: principal.map_err(wrong)?,
            time: time.map_err(wrong)?,
        })
    }
}

fn parse(name: &str, text: &str) -> Result<Written, Problem> {
    let level = ProblemLevel::Configuration;
    let is_json = std::path::Path::new(name)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_json || text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| {
            let number = |n: usize| u32::try_from(n).ok().filter(|n| *n > 0);
            let (line, column) = (number(error.line()), number(error.column()));
            let text = error.to_string();
            // serde_json puts the place behind.
            let what = text
                .split_once(" at line ")
                .map_or(&*text, |(what, _)| what);
            Problem {
                line,
                column,
                ..Problem::file(name, level, without_values(what))
            }
        });
    }
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        let span = error.span().unwrap_or(0..0);
        let span = Span::new(file, span.start, span.end);
        Problem::at(&sources, span, level, without_values(error.message()))
    })
}

/// What serde says of a value of another type quotes the value.
fn without_values(message: &str) -> String {
    let quotes = ["invalid type", "invalid value", "invalid length"];
    if !quotes.iter().any(|start| message.starts_with(start)) {
        return match message.starts_with("invalid IP") {
            true => "this is no IP address".to_owned(),
            false => message.to_owned(),
        };
    }
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!("this should be {expected}"),
        None => "this is of another type than it should be".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_in_both_ways() {
        let toml = "method = \"GET\"\npath = \"/a%20b\"\ntime = \"2026-11-23T12:00:00Z\"\nbody = { a = 1 }\n\
                    [headers]\nX-Two = [\"1\", \"2\"]\n";
        let json = r#"{"method": "GET", "path": "/a%20b", "time": "2026-11-23T12:00:00Z",
                       "body": {"a": 1}, "headers": {"X-Two": ["1", "2"]}}"#;
        for (name, text) in [("r.toml", toml), ("r.json", json), ("-", json)] {
            let asked = Asked::read(name, text).unwrap();
            assert_eq!(asked.request.headers.all("x-two").count(), 2);
            assert_eq!(asked.body, br#"{"a":1}"#);
            assert_eq!(asked.time, Some(1_795_435_200));
            let Entry::Http(call) = &asked.request.entry else {
                panic!();
            };
            assert_eq!(call.path.decoded(), "/a b");
        }
    }

    #[test]
    fn no_error_repeats_a_value() {
        let secret = "eyJhbGciOiJub25lIn0";
        for text in [
            format!("method = \"GET\"\npath = \"/\"\ntls = \"{secret}\""),
            format!("method = \"GET\"\npath = \"/\"\naddress = \"{secret}\""),
            format!("method = \"GET\"\npath = \"/\"\nheaders = \"{secret}\""),
            format!("method = \"GET\"\npath = \"/\"\ntime = 7\nquery = [\"{secret}\"]"),
            format!(
                "method = \"GET\"\npath = \"/\"\n[headers]\nauthorization = {{ a = \"{secret}\" }}"
            ),
            format!("method = \"GET\"\npath = \"/\"\n[headers]\nauthorization = \"{secret}"),
            format!("method = \"GET\"\npath = \"/..{secret}/../\""),
            format!("method = \"GET\"\npath = \"/?{secret}\""),
            format!("method = \"{secret}\"\npath = \"/\""),
            format!("{{\"method\": \"GET\", \"path\": \"/\", \"tls\": \"{secret}\"}}"),
            format!("{{\"method\": \"GET\", \"path\": \"/\", \"headers\": \"{secret}\"}}"),
        ] {
            let problem = Asked::read("r", &text).unwrap_err();
            assert!(!problem.message.contains(secret), "{}", problem.message);
        }
    }
}
