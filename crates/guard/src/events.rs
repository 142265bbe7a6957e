//! What AWS hands to a function, read as requests: one for each record of a batch. The shapes are
//! those of the AWS Lambda developer guide. An event is read strictly for what decides about it, and
//! nothing in it counts as verified.

use crate::path::{Path, PathError};
use crate::request::{Call, Entry, Headers, Occurrence, Peer, Request, SourceKind};
use serde_json::{Map, Value};

/// No more records are taken from one event; Lambda's largest batch.
const MOST_RECORDS: usize = 10_000;

/// One thing to decide about.
#[derive(Clone, Debug)]
pub struct Record {
    /// Where it stands in the event, as a JSON pointer.
    pub place: String,
    /// Where it says that it is from.
    pub occurrence: Occurrence,
    /// The call inside, of events that carry one.
    pub call: Option<Request>,
    /// What the function would take from it.
    pub payload: Vec<u8>,
}

/// Why an event can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is no JSON.
    #[error("the event is no JSON: line {line}, column {column}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A part that decides is missing, or of another type.
    #[error("`{place}` is missing, or is not {wanted}")]
    Part {
        /// Where, as a JSON pointer.
        place: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// It is not an event of the kind that was said.
    #[error("this is no event of kind `{}`; it looks like `{}`", .said.name(), .seen.name())]
    Kind {
        /// What was said.
        said: SourceKind,
        /// What it looks like.
        seen: SourceKind,
    },
    /// Records of several kinds in one batch: no source sends that.
    #[error("the records of this batch are of different kinds")]
    Mixed,
    /// More records than any source sends.
    #[error("more than {MOST_RECORDS} records")]
    Many,
    /// The path inside could be read in two ways.
    #[error("{0}")]
    Path(#[from] PathError),
}

/// Reads an event; `said` is what it is said to be.
///
/// # Errors
/// When it can't be told what is asked for.
pub fn read(text: &[u8], said: Option<SourceKind>) -> Result<Vec<Record>, EventError> {
    let event: Value = serde_json::from_slice(text).map_err(|error| EventError::Json {
        line: error.line(),
        column: error.column(),
    })?;
    let seen = kind(&event)?;
    match said {
        // Anything may be sent directly.
        Some(SourceKind::Direct) => return Ok(vec![direct(&event)]),
        Some(said) if said != seen => return Err(EventError::Kind { said, seen }),
        _ => {}
    }
    match seen {
        SourceKind::Sqs | SourceKind::S3 | SourceKind::Sns => batch(&event, seen),
        SourceKind::EventBridge => Ok(vec![bus_event(&event)?]),
        SourceKind::ApiGateway | SourceKind::FunctionUrl => Ok(vec![call(&event, seen)?]),
        SourceKind::Direct => Ok(vec![direct(&event)]),
    }
}

/// What an event looks like.
fn kind(event: &Value) -> Result<SourceKind, EventError> {
    if let Some(records) = event.get("Records").and_then(Value::as_array) {
        let kinds = records.iter().map(|record| {
            let source = record
                .get("eventSource")
                .or_else(|| record.get("EventSource"));
            match source.and_then(Value::as_str) {
                Some("aws:sqs") => SourceKind::Sqs,
                Some("aws:s3") => SourceKind::S3,
                Some("aws:sns") => SourceKind::Sns,
                _ => SourceKind::Direct,
            }
        });
        let mut kinds = kinds.collect::<Vec<_>>();
        kinds.dedup();
        return match kinds.as_slice() {
            [] => Ok(SourceKind::Direct),
            [kind] => Ok(*kind),
            _ => Err(EventError::Mixed),
        };
    }
    let has = |name: &str| event.get(name).is_some();
    if has("detail-type") && has("source") && has("detail") {
        return Ok(SourceKind::EventBridge);
    }
    let Some(context) = event.get("requestContext") else {
        return Ok(SourceKind::Direct);
    };
    let domain = context
        .get("domainName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if domain.contains(".lambda-url.") {
        return Ok(SourceKind::FunctionUrl);
    }
    match context.get("http").is_some() || has("httpMethod") {
        true => Ok(SourceKind::ApiGateway),
        false => Ok(SourceKind::Direct),
    }
}

fn batch(event: &Value, kind: SourceKind) -> Result<Vec<Record>, EventError> {
    let records = event.get("Records").and_then(Value::as_array);
    let records = records.map(Vec::as_slice).unwrap_or_default();
    if records.len() > MOST_RECORDS {
        return Err(EventError::Many);
    }
    let each = records.iter().enumerate();
    each.map(|(number, record)| {
        let at = At {
            value: record,
            place: format!("/Records/{number}"),
        };
        match kind {
            SourceKind::Sqs => {
                let arn = at.text("eventSourceARN")?;
                let payload = at.text("body")?.as_bytes().to_vec();
                at.record(kind, origin(&[("arn", arn)]), "messageId", payload)
            }
            SourceKind::S3 => {
                let bucket = at.text("s3/bucket/name")?;
                let mut origin = origin(&[("arn", at.text("s3/bucket/arn")?)]);
                origin.insert("bucket".to_owned(), bucket.into());
                at.record(
                    kind,
                    origin,
                    "responseElements/x-amz-request-id",
                    bytes(record),
                )
            }
            _ => {
                let arn = at.text("Sns/TopicArn")?;
                let payload = at.text("Sns/Message")?.as_bytes().to_vec();
                at.record(kind, origin(&[("arn", arn)]), "Sns/MessageId", payload)
            }
        }
    })
    .collect()
}

fn bus_event(event: &Value) -> Result<Record, EventError> {
    let at = At {
        value: event,
        place: String::new(),
    };
    let mut origin = Map::new();
    origin.insert("account".to_owned(), at.text("account")?.into());
    for name in ["source", "detail-type", "region"] {
        origin.insert(name.to_owned(), at.text(name)?.into());
    }
    if let Some(bus) = event.get("event-bus-name").and_then(Value::as_str) {
        origin.insert("bus".to_owned(), bus.into());
    }
    let payload = event.get("detail").map(bytes).unwrap_or_default();
    at.record(SourceKind::EventBridge, origin, "id", payload)
}

fn direct(event: &Value) -> Record {
    Record {
        place: String::new(),
        occurrence: Occurrence {
            kind: SourceKind::Direct,
            origin: Map::new(),
            id: None,
        },
        call: None,
        payload: bytes(event),
    }
}

/// The call inside of an API's event, payload format 1.0 or 2.0.
fn call(event: &Value, kind: SourceKind) -> Result<Record, EventError> {
    let at = At {
        value: event,
        place: String::new(),
    };
    let is_second = event.pointer("/requestContext/http").is_some();
    let (method, path, address, host) = match is_second {
        true => (
            at.text("requestContext/http/method")?,
            at.text("rawPath")?,
            at.text("requestContext/http/sourceIp")?,
            at.text("requestContext/domainName")?,
        ),
        false => (
            at.text("httpMethod")?,
            at.text("path")?,
            at.text("requestContext/identity/sourceIp")?,
            at.text("requestContext/domainName").unwrap_or_default(),
        ),
    };
    let query = match is_second {
        true => at.text("rawQueryString")?.to_owned(),
        false => query(event),
    };
    let mut headers = Headers::default();
    let many = event.get("multiValueHeaders").and_then(Value::as_object);
    let single = event.get("headers").and_then(Value::as_object);
    for (name, value) in many.or(single).into_iter().flatten() {
        let list = value.as_array().map(Vec::as_slice);
        let values = list.unwrap_or(std::slice::from_ref(value)).iter();
        for value in values.filter_map(Value::as_str) {
            headers.push(name.as_str(), value);
        }
    }
    let cookies = event.get("cookies").and_then(Value::as_array);
    for cookie in cookies.into_iter().flatten().filter_map(Value::as_str) {
        headers.push("cookie", cookie);
    }
    let mut origin = Map::new();
    for (name, place) in [
        ("account", "/requestContext/accountId"),
        ("api", "/requestContext/apiId"),
        ("stage", "/requestContext/stage"),
    ] {
        if let Some(text) = event.pointer(place).and_then(Value::as_str) {
            origin.insert(name.to_owned(), text.into());
        }
    }
    let body = event
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let payload = match event.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => at.decoded(body)?,
        _ => body.as_bytes().to_vec(),
    };
    let request = Request {
        entry: Entry::Http(Call {
            method: method.to_owned(),
            host: host.to_owned(),
            path: Path::parse(path)?,
            raw_path: path.to_owned(),
            query,
        }),
        peer: Peer {
            address: address.parse().ok(),
            is_encrypted: true,
            certificates: Vec::new(),
        },
        headers,
    };
    let record = at.record(kind, origin, "requestContext/requestId", payload)?;
    Ok(Record {
        call: Some(request),
        ..record
    })
}

/// The query of a call in payload format 1.0, which brings it decoded.
fn query(event: &Value) -> String {
    let many = event
        .get("multiValueQueryStringParameters")
        .and_then(Value::as_object);
    let single = event
        .get("queryStringParameters")
        .and_then(Value::as_object);
    let mut query = String::new();
    for (name, value) in many.or(single).into_iter().flatten() {
        let list = value.as_array().map(Vec::as_slice);
        for value in list.unwrap_or(std::slice::from_ref(value)) {
            if !query.is_empty() {
                query.push('&');
            }
            escape(name, &mut query);
            query.push('=');
            escape(value.as_str().unwrap_or_default(), &mut query);
        }
    }
    query
}

/// RFC 3986's unreserved characters stay as they are.
fn escape(text: &str, into: &mut String) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                into.push(char::from(byte));
            }
            _ => {
                // INVARIANT: writing to a string does not fail.
                let _ = write!(into, "%{byte:02X}");
            }
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// What an ARN says of its own: the account is a part of it.
fn origin(named: &[(&str, &str)]) -> Map<String, Value> {
    let mut origin = Map::new();
    for (name, text) in named {
        origin.insert((*name).to_owned(), (*text).into());
        let account = text.split(':').nth(4).unwrap_or_default();
        if !account.is_empty() {
            origin.insert("account".to_owned(), account.into());
        }
    }
    origin
}

/// A part of an event, and where it stands.
struct At<'e> {
    value: &'e Value,
    place: String,
}

impl<'e> At<'e> {
    /// A text that decides: it must be there.
    fn text(&self, path: &str) -> Result<&'e str, EventError> {
        let value = self.value.pointer(&format!("/{path}"));
        value
            .and_then(Value::as_str)
            .ok_or_else(|| EventError::Part {
                place: format!("{}/{path}", self.place),
                wanted: "a text",
            })
    }

    fn decoded(&self, text: &str) -> Result<Vec<u8>, EventError> {
        use base64::Engine as _;
        let decoded = base64::engine::general_purpose::STANDARD.decode(text);
        decoded.map_err(|_| EventError::Part {
            place: format!("{}/body", self.place),
            wanted: "base64",
        })
    }

    fn record(
        &self,
        kind: SourceKind,
        origin: Map<String, Value>,
        id: &str,
        payload: Vec<u8>,
    ) -> Result<Record, EventError> {
        Ok(Record {
            place: self.place.clone(),
            occurrence: Occurrence {
                kind,
                origin,
                id: self.text(id).ok().map(str::to_owned),
            },
            call: None,
            payload,
        })
    }
}
