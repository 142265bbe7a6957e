//! What is asked of a token, per issuer and route. A token is only as good as what is checked of
//! it; so what is not said here is refused rather than let through.

use serde_json::{Map, Value};

use crate::Algorithm;

/// What a token must be to be accepted.
#[derive(Clone, Debug)]
pub struct TokenPolicy {
    /// Who must have issued it, compared byte by byte.
    pub issuer: String,
    /// For whom it must be meant.
    pub audience: Audience,
    /// How it may be signed.
    pub algorithms: Vec<Algorithm>,
    /// Of which types (`typ`) it may be. Empty: `JWT`, `at+jwt`, or no type at all; otherwise the
    /// type must be there.
    pub types: Vec<String>,
    /// By how many seconds clocks may differ.
    pub skew: u32,
    /// Whether it must expire.
    pub expiry: Expiry,
    /// Whether it may be bound to a certificate.
    pub binding: Binding,
    /// For how many seconds it may be valid at most, from `iat` to `exp`; both must then be there.
    pub max_lifetime: Option<u32>,
    /// Which claim says who the caller is.
    pub subject: String,
    /// Claims that must be there.
    pub required_claims: Vec<RequiredClaim>,
    /// Scopes that it must have, all of them.
    pub required_scopes: Vec<String>,
    /// Where its roles are.
    pub roles: Option<ClaimPath>,
}

impl TokenPolicy {
    /// The usual: signed with a public key, for that audience, and it expires.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: Audience::Required(vec![audience.into()]),
            algorithms: vec![
                Algorithm::Rs256,
                Algorithm::Ps256,
                Algorithm::Es256,
                Algorithm::EdDsa,
            ],
            types: Vec::new(),
            skew: 30,
            expiry: Expiry::Required,
            binding: Binding::Refused,
            max_lifetime: None,
            subject: "sub".to_owned(),
            required_claims: Vec::new(),
            required_scopes: Vec::new(),
            roles: None,
        }
    }

    /// Whether a token of that type is taken. Types are compared without regard to case, and with
    /// or without `application/` (RFC 7515, 4.1.9).
    pub(crate) fn takes(&self, typ: Option<&str>) -> bool {
        match (typ.map(bare), self.types.is_empty()) {
            (None, usual) => usual,
            (Some(typ), true) => USUAL.iter().any(|taken| typ.eq_ignore_ascii_case(taken)),
            (Some(typ), false) => {
                let taken = |taken: &String| typ.eq_ignore_ascii_case(bare(taken));
                self.types.iter().any(taken)
            }
        }
    }
}

/// The types that are taken where the policy does not say: never those of other uses of a JWT,
/// such as `dpop+jwt` or `logout+jwt`.
const USUAL: [&str; 2] = ["jwt", "at+jwt"];

fn bare(name: &str) -> &str {
    const PREFIX: &str = "application/";
    match name.get(..PREFIX.len()) {
        Some(start) if start.eq_ignore_ascii_case(PREFIX) => &name[PREFIX.len()..],
        _ => name,
    }
}

/// For whom a token must be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// For one of these. A token that names nobody is refused.
    Required(Vec<String>),
    /// For one of these, or for nobody in particular: for issuers that answer about opaque tokens
    /// without saying for whom these are.
    WhenStated(Vec<String>),
    /// For one of these clients, by `client_id`: for issuers whose access tokens name the client and
    /// nobody that they are for (Amazon Cognito). A token with an audience is refused.
    Client(Vec<String>),
}

/// Whether a token must expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It must say until when it is valid.
    Required,
    /// It may be valid for ever.
    Optional,
}

/// Whether a token may be bound to a key that its holder has to show beside it (`cnf`, RFC 7800).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A token that is bound is refused.
    Refused,
    /// It may be bound to a client certificate (RFC 8705), and to nothing else. Whoever asks for this
    /// holds every request with the token to [`crate::certificate::is_shown`].
    Certificate,
    /// The same, and it must be bound.
    Required,
}

/// A claim that must be there.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredClaim {
    /// Where it is.
    pub claim: ClaimPath,
    /// What it must be, or, where the claim is a list, what must be in it: one of these. Empty:
    /// anything but null.
    pub values: Vec<Value>,
}

impl RequiredClaim {
    pub(crate) fn holds(&self, found: &Value) -> bool {
        match found {
            Value::Null => false,
            _ if self.values.is_empty() => true,
            Value::Array(items) => items.iter().any(|item| self.values.contains(item)),
            found => self.values.contains(found),
        }
    }
}

/// The place of a claim: `realm_access.roles`, `cognito:groups`, `https://example.com/roles`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath {
    text: String,
}

impl ClaimPath {
    /// A dot leads into an object, except in names that are a URL.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        if self.text.contains("://") {
            return claims.get(&self.text);
        }
        let mut names = self.text.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |value, name| value.as_object()?.get(name))
    }
}
