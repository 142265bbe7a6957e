//! `guard.toml`: what stands before which function. Only what is written here exists; what a route
//! does not say is refused, never assumed.
//!
//! Names refer to other tables of the file: a route names its function, its target, its limits, its
//! issuers. Files are relative to the folder of `guard.toml`.
//!
//! Every key with its default is in docs/guard-configuration.md.

mod check;
mod network;
mod read;
mod template;
mod units;
mod url;

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;

pub use network::{Network, NetworkError};
pub use palisade_event::Record;
pub use palisade_policy::TlsVersion;
pub(crate) use read::DECIDE;
pub use template::{Template, TemplateError};
pub(crate) use url::Url;

pub use crate::authorize::{Field, Kind};

use crate::request::SourceKind;
use palisade_authn::Algorithm;
use palisade_policy::ConfigError;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// Everything that `guard.toml` says. All names that are used in it are known to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the functions belong to, such as `prod`; policies see it.
    pub environment: String,
    /// Where decisions are recorded.
    pub ledger: Ledger,
    /// The file in which quotas outlive a restart; there when a limit has one.
    pub quotas: Option<String>,
    /// The file of break-glass grants.
    pub grants: Option<String>,
    /// Where the gateway listens; an adapter for events needs none.
    pub listen: Option<Listen>,
    /// By name: where functions are reached.
    pub targets: BTreeMap<String, Target>,
    /// By name: who signs tokens.
    pub issuers: BTreeMap<String, Issuer>,
    /// By name: whose certificates are trusted.
    pub trust: BTreeMap<String, Trust>,
    /// API keys that Palisade issued.
    pub keys: Option<Keys>,
    /// Callers that sign with AWS Signature Version 4.
    pub aws: Option<Aws>,
    /// By name: how much.
    pub limits: BTreeMap<String, Limit>,
    /// Limits that hold before anybody is known.
    pub admission: Admission,
    /// By name: what requests and answers look like.
    pub contracts: BTreeMap<String, ContractFile>,
    /// Files of Cedar policies.
    pub policies: Vec<String>,
    /// By the name that policies use: what they see of a caller's claims.
    pub claims: BTreeMap<String, Field>,
    /// By name: what policies see of a function. Functions that nothing is said about are not in it.
    pub functions: BTreeMap<String, Function>,
    /// The routes, in their order.
    pub routes: Vec<Route>,
    /// The sources of events.
    pub sources: Vec<Source>,
}

impl Config {
    /// Whether client certificates mean anything to it.
    #[must_use]
    pub fn asks_for_certificates(&self) -> bool {
        let bound = |issuer: &Issuer| issuer.certificate_bound;
        !self.trust.is_empty() || self.issuers.values().any(bound)
    }

    /// Reads `guard.toml`; `file` is what messages call it.
    ///
    /// # Errors
    /// Everything that is wrong in it, in the order of the text.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<ConfigError>> {
        read::read(file, text)
    }

    /// Where a text of `guard.toml` names something, such as a file that is not there: line and
    /// column, both from 1.
    #[must_use]
    pub fn place_of(text: &str, name: &str) -> Option<(u32, u32)> {
        read::place_of(text, name)
    }
}

/// `[ledger]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The folder.
    pub dir: String,
    /// The key file; beside the folder unless said otherwise.
    pub key: Option<String>,
}

/// Where callers and functions are given the keys that identity tokens are verified with. The gateway
/// answers there itself.
pub const KEYS_PATH: &str = "/.well-known/palisade/jwks.json";

/// `[listen]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Address and port.
    pub address: SocketAddr,
    /// How the gateway is reached, if its address does not say it.
    pub url: Option<String>,
    /// The file of the certificate chain, in PEM.
    pub certificate: Option<String>,
    /// The file of its private key.
    pub private_key: Option<String>,
    /// Without TLS: on loopback, or behind what has ended it.
    pub plaintext: bool,
    /// The networks of what stands in front. When there are any, nobody else may connect, and the
    /// address of a caller is the last one in `X-Forwarded-For`.
    pub behind: Vec<Network>,
    /// Where metrics and health are served; never on the address that callers use.
    pub admin: Option<SocketAddr>,
    /// How long browsers remember to use HTTPS, in seconds; nothing when they are not told.
    pub hsts: Option<u32>,
    /// The oldest TLS that is taken. Whether the policy has an exception for 1.2 is for whoever
    /// serves to look up.
    pub min_tls: TlsVersion,
    /// Where it is written, from 1; for messages.
    pub line: u32,
}

impl Listen {
    /// How the gateway is reached, where it listens on this address.
    #[must_use]
    pub fn url_at(&self, address: SocketAddr) -> String {
        let scheme = match self.plaintext {
            true => "http",
            false => "https",
        };
        self.url
            .clone()
            .unwrap_or_else(|| format!("{scheme}://{address}"))
    }

    /// Whether the address says how the gateway is reached, or it is said.
    #[must_use]
    pub fn is_reached_as_said(&self) -> bool {
        let is_one = !self.address.ip().is_unspecified() && self.behind.is_empty();
        self.url.is_some() || is_one
    }
}

/// `[targets.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where it is reached, and with which part of the calls.
    pub urls: Vec<(String, u32)>,
    /// Whether it may be reached without TLS though it is not on this machine.
    pub plaintext: bool,
    /// The longest time until its answer begins, in milliseconds.
    pub timeout: u32,
    /// The path that tells whether it is well.
    pub health: Option<String>,
}

/// `[issuers.NAME]`: an issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// What stands in `iss`, and where discovery begins (`OpenID` Connect).
    pub issuer: String,
    /// Whom tokens must be for.
    pub audiences: Vec<String>,
    /// Where that stands in them.
    pub audience_claim: AudienceClaim,
    /// The algorithms that it signs with.
    pub algorithms: Vec<Algorithm>,
    /// What `typ` may be; empty stands for the usual ones of access tokens.
    pub types: Vec<String>,
    /// Where its keys are, if discovery is not to be used; an address or a file.
    pub keys: Option<String>,
    /// Whether its tokens must be bound to the client certificate that they come with (RFC 8705).
    pub certificate_bound: bool,
    /// The longest time that its tokens may be valid for, in seconds.
    pub max_lifetime: Option<u32>,
    /// The claim that says who the caller is.
    pub subject: String,
    /// Where opaque tokens are asked about (RFC 7662), and the file with the credentials for it.
    pub introspection: Option<Introspection>,
    /// How many seconds clocks may differ.
    pub skew: u32,
    /// The claim that lists roles, with dots.
    pub roles: Option<String>,
    /// Claims that must have one of these values.
    pub require: BTreeMap<String, Vec<String>>,
}

/// Where a token says whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceClaim {
    /// In `aud`.
    Aud,
    /// In `client_id`, and there is no `aud`: access tokens of Amazon Cognito.
    ClientId,
}

/// `[issuers.NAME.introspection]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspection {
    /// Where.
    pub url: String,
    /// As whom.
    pub client: String,
    /// The file with the secret.
    pub secret_file: String,
}

/// `[trust.NAME]`: whose client certificates are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Files of authorities, in PEM.
    pub authorities: Vec<String>,
    /// Files of revocation lists.
    pub revoked: Vec<String>,
    /// What becomes of certificates that none of these lists covers.
    pub uncovered: Uncovered,
    /// DNS names, one of which the certificate must carry; `*.` stands for one label.
    pub dns: Vec<String>,
    /// URIs, one of which it must carry.
    pub uris: Vec<String>,
    /// SPIFFE ids, one of which it must carry; a `*` at the end stands for anything.
    pub spiffe: Vec<String>,
    /// Names of who signed it, one of which must be its issuer's; a `*` stands for anything.
    pub issuers: Vec<String>,
    /// Extended key usages beside that of a client, one of which it must have.
    pub usages: Vec<String>,
    /// Roles that its callers have.
    pub roles: Vec<String>,
}

/// What becomes of certificates whose authority has no revocation list, where there are lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncovered {
    /// They are taken.
    Pass,
    /// They are refused, and so are those below an authority that no list covers.
    Refuse,
}

/// `[keys]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The store.
    pub store: String,
    /// The header field that keys come in, in lower case.
    pub header: String,
}

/// `[aws]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aws {
    /// The file of credentials.
    pub credentials: String,
    /// Regions that a signature may be for.
    pub regions: Vec<String>,
    /// The service that a signature is for.
    pub service: String,
    /// How many seconds clocks may differ.
    pub skew: u32,
    /// For how many seconds a presigned request may be valid; nothing when they are refused.
    pub presigned: Option<u32>,
}

/// `[limits.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is counted by.
    pub per: Per,
    /// Of how many calls in how many milliseconds, and how many at once beyond that.
    pub rate: Option<Rate>,
    /// How many in a day (UTC).
    pub day: Option<u64>,
    /// How many in a month (UTC).
    pub month: Option<u64>,
    /// How many at the same time.
    pub concurrent: Option<u32>,
}

/// A rate with a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many calls …
    pub calls: u32,
    /// … in so many milliseconds,
    pub period: u32,
    /// and so many at once.
    pub burst: u32,
}

impl Rate {
    /// More at once is refused.
    pub const LARGEST_BURST: u32 = 1_000_000;
}

/// What a limit is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// All calls together.
    All,
    /// By route.
    Route,
    /// By who calls.
    Principal,
    /// By API key.
    Key,
    /// By source address.
    Address,
}

/// `[admission]`: what holds before anybody is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The rate of one address.
    pub rate: Option<Rate>,
    /// Connections of one address at the same time.
    pub connections: u32,
    /// Only these networks; empty stands for all.
    pub allow: Vec<Network>,
    /// Never these.
    pub deny: Vec<Network>,
}

/// `[contracts.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractFile {
    /// An `OpenAPI` document (3.0 or 3.1).
    OpenApi(String),
    /// A JSON Schema (2020-12) of the body.
    Schema(String),
}

/// `[functions.NAME]`: what policies see of a function and of calls to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// What is said about it.
    pub tags: BTreeMap<String, String>,
    /// Header fields, in lower case.
    pub headers: BTreeSet<String>,
    /// Parameters of the query.
    pub query: BTreeSet<String>,
    /// By the name that policies use: values of the body.
    pub body: BTreeMap<String, Field>,
}

/// `[[routes]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path; `{name}` stands for one segment, `{name+}` for the rest.
    pub path: Template,
    /// The methods.
    pub methods: Vec<String>,
    /// The function that policies and records speak of.
    pub function: String,
    /// Where it is reached.
    pub target: String,
    /// What a caller may show; empty for a route that is open to everybody, which is said by
    /// `public = true`.
    pub accepts: Vec<Accept>,
    /// Scopes that a caller must have, all of them.
    pub scopes: Vec<String>,
    /// Roles, one of which a caller must have; empty when policies alone decide.
    pub roles: Vec<String>,
    /// The limits that count it.
    pub limits: Vec<String>,
    /// What it takes and gives.
    pub contract: Option<RouteContract>,
    /// Whether its bodies are held back until they are checked.
    pub body: BodyMode,
    /// The largest body, in bytes.
    pub most: u64,
    /// When its permitted calls are recorded.
    pub record: Record,
    /// Whether its calls are privileged: their records are never batched.
    pub privileged: bool,
    /// What browsers of other origins may do.
    pub cors: Option<Cors>,
    /// How long a WebSocket may last.
    pub websocket: WebSocket,
    /// Where it is written, from 1; for messages.
    pub line: u32,
}

/// A kind of credential that a route takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accept {
    /// `token:ISSUER`.
    Token(String),
    /// `api-key`.
    ApiKey,
    /// `certificate:TRUST`.
    Certificate(String),
    /// `aws-signature`.
    AwsSignature,
}

/// How a route is held to a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteContract {
    /// Which.
    pub name: String,
    /// What becomes of members that no schema names.
    pub unknown: Unknown,
    /// What becomes of answers that are not what was promised.
    pub responses: Responses,
}

/// What becomes of members that no schema names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are refused.
    Refuse,
    /// They are dropped before the function sees them.
    Drop,
    /// They stay.
    Keep,
}

/// What becomes of answers that are not what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Responses {
    /// They are not looked at.
    Ignore,
    /// They are recorded.
    Report,
    /// They don't go out.
    Enforce,
}

/// Whether bodies are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyMode {
    /// Until they are whole and checked.
    Buffered,
    /// They go through as they come.
    Streaming,
}

/// `cors` of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Origins; `*` stands for all.
    pub origins: Vec<String>,
    /// Header fields that may be sent.
    pub headers: Vec<String>,
    /// Whether credentials may be sent.
    pub credentials: bool,
    /// How long a browser remembers, in seconds.
    pub max_age: u32,
}

/// `websocket` of a route, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSocket {
    /// So long nothing may come from either side.
    pub idle: u32,
    /// So long it may last in all.
    pub life: u32,
}

impl Default for WebSocket {
    /// What gateways of AWS have, too: ten minutes, and two hours.
    fn default() -> Self {
        Self {
            idle: 10 * 60_000,
            life: 2 * 3_600_000,
        }
    }
}

/// `[[sources]]`: where events may be from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind.
    pub kind: SourceKind,
    /// The function that the events are for.
    pub function: String,
    /// Accounts; empty stands for any, which only ARNs or buckets narrow.
    pub accounts: Vec<String>,
    /// ARNs, with `*` and `?`.
    pub arns: Vec<String>,
    /// Buckets.
    pub buckets: Vec<String>,
    /// Event buses.
    pub buses: Vec<String>,
    /// The limits that count it.
    pub limits: Vec<String>,
    /// The schema of the payload.
    pub contract: Option<RouteContract>,
    /// Roles that the source has, for policies.
    pub roles: Vec<String>,
    /// When permitted events are recorded.
    pub record: Record,
    /// Whether its events are privileged: their records are never batched.
    pub privileged: bool,
    /// Where it is written, from 1; for messages.
    pub line: u32,
}
