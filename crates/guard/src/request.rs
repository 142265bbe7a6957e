//! What comes in, whoever brings it: an HTTP call, or an event of a queue, a bucket, a topic. An
//! adapter makes one of these and says nothing more about how it was transported.

use crate::path::Path;
use serde_json::{Map, Value};
use std::net::IpAddr;

/// One invocation that is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What was called, or what happened.
    pub entry: Entry,
    /// Who is at the other end of the connection.
    pub peer: Peer,
    /// Header fields of a call, attributes of an event.
    pub headers: Headers,
}

/// By which way a function is reached.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Somebody calls.
    Http(Call),
    /// Something happened.
    Event(Occurrence),
}

/// An HTTP call, without its header fields and body.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method, as it was sent.
    pub method: String,
    /// The host and port that it is for (`Host` or `:authority`).
    pub host: String,
    /// The path.
    pub path: Path,
    /// The path as it was sent: signatures cover that.
    pub raw_path: String,
    /// The query as it was sent, without its question mark.
    pub query: String,
}

/// One record of an event.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// What kind of source it names.
    pub kind: SourceKind,
    /// What it says about where it is from: account, ARN, bucket, bus. Nobody has verified it.
    pub origin: Map<String, Value>,
    /// What it calls itself, where it does.
    pub id: Option<String>,
    /// The function that it was sent to, where whoever received it knows that.
    pub function: Option<String>,
}

/// Kinds of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// A queue (Amazon SQS).
    Sqs,
    /// A bucket (Amazon S3).
    S3,
    /// A topic (Amazon SNS).
    Sns,
    /// An event bus (Amazon `EventBridge`).
    EventBridge,
    /// An API (Amazon API Gateway, payload formats 1.0 and 2.0).
    ApiGateway,
    /// A function URL (AWS Lambda).
    FunctionUrl,
    /// A direct invocation.
    Direct,
}

impl SourceKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sqs,
        Self::S3,
        Self::Sns,
        Self::EventBridge,
        Self::ApiGateway,
        Self::FunctionUrl,
        Self::Direct,
    ];

    /// What its events say of where they are from, as lists of a source are called.
    #[must_use]
    pub const fn lists(self) -> &'static [&'static str] {
        match self {
            Self::Sqs | Self::Sns => &["accounts", "arns"],
            // Of the bucket's owner they have an id that is no account.
            Self::S3 => &["arns", "buckets"],
            // The bus only where an input transformer adds it.
            Self::EventBridge => &["accounts", "buses"],
            Self::ApiGateway | Self::FunctionUrl => &["accounts"],
            Self::Direct => &[],
        }
    }

    /// As configuration, options and records name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::S3 => "s3",
            Self::Sns => "sns",
            Self::EventBridge => "eventbridge",
            Self::ApiGateway => "apigateway",
            Self::FunctionUrl => "function-url",
            Self::Direct => "direct",
        }
    }
}

/// The other end of the connection.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// Its address; of an event there is none.
    pub address: Option<IpAddr>,
    /// Whether the connection is encrypted.
    pub is_encrypted: bool,
    /// The certificate chain that it has shown, in DER, its own first. Nobody has verified it
    /// beyond its possession.
    pub certificates: Vec<Vec<u8>>,
}

/// Header fields: names in lower case, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Headers(Vec<(String, Vec<u8>)>);

impl Headers {
    /// Adds a field behind the others.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        let mut name = name.into();
        name.make_ascii_lowercase();
        self.0.push((name, value.into()));
    }

    /// The values of a field, in their order; the name in lower case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.0.iter().filter(move |(other, _)| other == name);
        named.map(|(_, value)| value.as_slice())
    }

    /// The value of a field that is there exactly once, as text.
    #[must_use]
    pub fn only<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (Some(value), None) => std::str::from_utf8(value).ok(),
            _ => None,
        }
    }

    /// Whether a field is there at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let all = self.0.iter();
        all.map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}
