//! What is known of a caller once it has been verified.

use serde_json::{Map, Value};

/// By what a caller has shown who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// By nothing: the route is open to everybody.
    Anonymous,
    /// By an API key that Palisade issued.
    ApiKey,
    /// By a signed token of an issuer (JWT), or an opaque one that its issuer vouched for.
    Token,
    /// By a client certificate.
    Certificate,
    /// By an AWS Signature Version 4.
    AwsSignature,
    /// By nothing that was verified: an event names this source, and it stands in a list.
    EventSource,
}

impl Means {
    /// As configuration, events and reports name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::ApiKey => "api-key",
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::AwsSignature => "aws-signature",
            Self::EventSource => "event-source",
        }
    }
}

/// A caller. Everything in it was verified by what [`Principal::means`] says.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// By what it has shown who it is.
    pub means: Means,
    /// Who vouches for it: the issuer of the token, of the certificate, the account. Empty for
    /// those that Palisade itself vouches for.
    pub issuer: String,
    /// Who it is, unique below its issuer: the subject, the id of the key, the ARN.
    pub id: String,
    /// The roles that the configuration gives it or reads out of its claims.
    pub roles: Vec<String>,
    /// What it may ask for (OAuth scopes, scopes of the key).
    pub scopes: Vec<String>,
    /// Until when this holds, in seconds since 1970, where it ends by itself.
    pub expires: Option<i64>,
    /// All that was said of it under the same signature.
    pub claims: Map<String, Value>,
}

impl Principal {
    /// Nobody in particular.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(Means::Anonymous, "", "anonymous")
    }

    /// A caller of whom nothing more is known yet.
    #[must_use]
    pub fn new(means: Means, issuer: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            means,
            issuer: issuer.into(),
            id: id.into(),
            roles: Vec::new(),
            scopes: Vec::new(),
            expires: None,
            claims: Map::new(),
        }
    }
}
