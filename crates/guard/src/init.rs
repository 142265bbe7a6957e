//! A first `guard.toml` for something that exists: an application, or an `OpenAPI` document. Whoever
//! reads it fills a [`Draft`]; here it is settled and written, each entry with the place that it comes
//! from.
//!
//! What is written is never more open than what it was read from. What is not known stands as a text
//! that begins with `decide: `, which [`Config::parse`](crate::config::Config::parse) refuses with its
//! place.

mod openapi;
mod settle;
#[cfg(test)]
mod tests;
mod write;

pub use crate::config::Accept;
pub use openapi::{cognito_issuer, draft as from_openapi};
pub use write::write;

use crate::config::Url;
use crate::request::SourceKind;
use std::collections::BTreeMap;

/// Whether a URL can stand for where functions are reached.
///
/// # Errors
/// Why it can't.
pub fn check_target(url: &str) -> Result<(), &'static str> {
    match Url::parse(url) {
        None => Err("is not a URL such as `http://127.0.0.1:9000`"),
        Some(url) if !matches!(url.path, "" | "/") => {
            Err("has a path; write scheme, host and port")
        }
        Some(url) if !url.is_safe() => {
            Err("is not encrypted and not on this machine; write `https://`")
        }
        Some(_) => Ok(()),
    }
}

/// A value that is known, or has to be decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// It is this.
    Known(String),
    /// What has to be decided.
    Decide(String),
}

impl Setting {
    /// A known value.
    pub fn known(text: impl Into<String>) -> Self {
        Self::Known(text.into())
    }

    /// Something to decide.
    pub fn decide(what: impl Into<String>) -> Self {
        Self::Decide(what.into())
    }
}

/// What `guard.toml` is to say.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What it was read from.
    pub from: String,
    /// The environment; `dev` when nothing names it.
    pub environment: Option<String>,
    /// Only some networks reach it today: why, and where that is written.
    pub restricted: Vec<Noted>,
    /// By name: where functions are reached.
    pub targets: BTreeMap<String, Target>,
    /// By name: who signs tokens.
    pub issuers: BTreeMap<String, Issuer>,
    /// By name: who trusts client certificates, with the place.
    pub trust: BTreeMap<String, String>,
    /// The regions that signatures may be for.
    pub regions: Vec<Setting>,
    /// The service that signatures are for.
    pub services: Vec<String>,
    /// The header field of API keys, where it is not the usual one.
    pub key_header: Option<String>,
    /// By name: limits.
    pub limits: BTreeMap<String, Limit>,
    /// By name: contracts.
    pub contracts: BTreeMap<String, Contract>,
    /// The routes.
    pub routes: Vec<Route>,
    /// The sources of events.
    pub sources: Vec<Source>,
    /// What has no counterpart.
    pub left_out: Vec<Noted>,
}

/// Something with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Noted {
    /// What.
    pub what: String,
    /// Where it is written.
    pub origin: String,
}

/// Where functions are reached.
#[derive(Clone, Debug)]
pub struct Target {
    /// The URL.
    pub url: Setting,
    /// Where it is written.
    pub origin: String,
}

/// An issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// What stands in `iss`.
    pub issuer: Setting,
    /// Whom tokens are for.
    pub audiences: Vec<Setting>,
    /// Which of a Cognito user pool's tokens they are; nothing for others.
    pub cognito: Option<CognitoToken>,
    /// Where it is written.
    pub origin: String,
}

/// Which of the tokens of a Cognito user pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CognitoToken {
    /// Access tokens, which have scopes and no audience.
    Access,
    /// ID tokens.
    Id,
}

impl CognitoToken {
    /// What the user pool authorizer of a REST API takes: it tells them apart by whether a method
    /// asks for scopes.
    #[must_use]
    pub const fn of_authorizer(asks_for_scopes: bool) -> Self {
        match asks_for_scopes {
            true => Self::Access,
            false => Self::Id,
        }
    }
}

impl Setting {
    /// Whether it is the address of a Cognito user pool, as far as that is known.
    #[must_use]
    pub fn is_cognito(&self) -> bool {
        let (Self::Known(text) | Self::Decide(text)) = self;
        text.contains("https://cognito-idp.")
    }
}

impl Draft {
    /// Takes tokens of an issuer, under a name of its own unless the same is there.
    pub fn issuer(&mut self, called: &str, issuer: Issuer) -> Accept {
        let wanted = name(called);
        let mut free = wanted.clone();
        let mut number = 2;
        let same = |there: &Issuer| {
            let origin = issuer.origin.clone();
            Issuer {
                origin,
                ..there.clone()
            } == issuer
        };
        while self.issuers.get(&free).is_some_and(|there| !same(there)) {
            free = format!("{wanted}-{number}");
            number += 1;
        }
        self.issuers.entry(free.clone()).or_insert(issuer);
        Accept::Token(free)
    }
}

/// A limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limit {
    /// What is counted: a word of `per`.
    pub per: &'static str,
    /// Calls in a second.
    pub rate: Option<f64>,
    /// The rate has to be decided; why.
    pub decide: Option<String>,
    /// Calls at once.
    pub burst: Option<u64>,
    /// Calls in a day.
    pub day: Option<u64>,
    /// Calls in a month.
    pub month: Option<u64>,
    /// Where it is written.
    pub origin: String,
}

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The file, relative to `guard.toml`.
    pub file: String,
    /// What is to be in it; nothing when it is there already.
    pub text: Option<String>,
    /// Whether members that no schema names stay, as where it comes from.
    pub keeps: bool,
    /// Where it is written.
    pub origin: String,
}

/// Who may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Everybody.
    Everybody,
    /// Who shows one of these.
    Who(Vec<Accept>),
    /// It has to be decided; why.
    Decide(String),
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path.
    pub path: Setting,
    /// Its methods.
    pub methods: Vec<String>,
    /// It stands for all methods that have no route of their own.
    pub any: bool,
    /// The function.
    pub function: String,
    /// The target.
    pub target: String,
    /// Who may call.
    pub callers: Callers,
    /// Scopes that a caller needs.
    pub scopes: Vec<Setting>,
    /// Limits that count it.
    pub limits: Vec<String>,
    /// The contract.
    pub contract: Option<Setting>,
    /// What browsers of other origins may do.
    pub cors: Option<Cors>,
    /// Where it is written.
    pub origins: Vec<String>,
    /// What else its owner should know.
    pub notes: Vec<String>,
}

/// What browsers of other origins may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Origins.
    pub origins: Vec<String>,
    /// Header fields.
    pub headers: Vec<String>,
    /// Credentials.
    pub credentials: bool,
    /// Seconds that a browser remembers.
    pub max_age: Option<u64>,
}

/// A source of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind.
    pub kind: SourceKind,
    /// The function.
    pub function: String,
    /// Accounts.
    pub accounts: Vec<Setting>,
    /// ARNs.
    pub arns: Vec<Setting>,
    /// Buckets.
    pub buckets: Vec<Setting>,
    /// Where it is written.
    pub origins: Vec<String>,
    /// What else its owner should know.
    pub notes: Vec<String>,
}

/// All methods that a route can have.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `guard.toml`.
    pub text: String,
    /// The files that it names and that are not there yet, by path.
    pub files: BTreeMap<String, String>,
    /// What is left to decide: the line, and what.
    pub decisions: Vec<(usize, String)>,
}

/// A name as `guard.toml` takes it, of whatever something is called: `OrdersApi` and
/// `aws_api_gateway_rest_api.orders_api` become `orders-api`.
#[must_use]
pub fn name(called: &str) -> String {
    let mut name = String::new();
    let mut before = ' ';
    let mut letters = called.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = letter.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || before.is_ascii_uppercase() && next_is_lower);
        if (begins || !letter.is_ascii_alphanumeric()) && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    name.truncate(60);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "unnamed" } else { name }.to_owned()
}

/// What browsers may do, as far as it can be kept: nothing when no origin is left.
#[must_use]
pub fn cors(
    origins: &[String],
    headers: &[String],
    credentials: bool,
    max_age: Option<u64>,
) -> Option<Cors> {
    let unquoted = |text: &String| text.trim().trim_matches('\'').trim().to_owned();
    let mut kept: Vec<String> = Vec::new();
    for origin in origins.iter().map(unquoted) {
        let rest = (origin.strip_prefix("https://")).or_else(|| origin.strip_prefix("http://"));
        let proper = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:".contains(&b);
        let named = rest.is_some_and(|rest| {
            let usual = rest.ends_with(":443") || rest.ends_with(":80");
            !rest.is_empty() && !usual && rest.bytes().all(proper)
        });
        if (origin == "*" || named) && !kept.contains(&origin) {
            kept.push(origin);
        }
    }
    if kept.iter().any(|origin| origin == "*") {
        // With credentials, any page could call as its visitor.
        if credentials {
            return None;
        }
        kept = vec!["*".to_owned()];
    }
    let mut names: Vec<String> = Vec::new();
    for name in headers.iter().flat_map(|text| text.split(',')) {
        let name = unquoted(&name.to_owned()).to_ascii_lowercase();
        let proper = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !name.is_empty() && name.bytes().all(proper) && !names.contains(&name) {
            names.push(name);
        }
    }
    (!kept.is_empty()).then_some(Cors {
        origins: kept,
        headers: names,
        credentials,
        max_age,
    })
}
