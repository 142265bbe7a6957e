//! What a configuration names, read and made ready once: keys, authorities, policies, contracts.
//! Whatever can't be made ready is a problem; a guard with a problem is never put in place.

use crate::authorize::records::time;
use crate::authorize::{Authorizer, Function, GrantRules, Grants, Model};
use crate::config::{self, Config, ContractFile, Per, Uncovered};
use crate::guard::Parts;
use crate::issuers::Issuer;
use crate::keys::LiveKeys;
use crate::limit::{self, Concurrency, Limit, Quota, Rate, Seed, Window};
use crate::validate::{Contract, JsonLimits, Limits, Operation, Rules, Schema, Unknown};
use palisade_authn::KeySet;
use palisade_authn::certificate::{Conditions, Revocation, Trust};
use palisade_authn::sigv4::{Credential, Dialect, PayloadRule, SigV4Policy};
use palisade_core::{Problem, ProblemLevel, suggest};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a configuration names, ready.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) issuers: BTreeMap<String, Arc<Issuer>>,
    pub(crate) trust: BTreeMap<String, (Trust, Conditions, Vec<String>)>,
    pub(crate) keys: Option<LiveKeys>,
    pub(crate) aws: Option<Aws>,
    pub(crate) limits: BTreeMap<String, CompiledLimit>,
    pub(crate) admission: Option<Limit>,
    /// What routes hold calls to, by the lines on which routes are written.
    pub(crate) contracts: BTreeMap<u32, RouteContract>,
    pub(crate) authorizer: Option<Authorizer>,
    pub(crate) grants: Grants,
    /// The files that contracts refer to.
    pub(crate) referred: BTreeSet<String>,
}

/// What a route or a source holds invocations to.
#[derive(Debug)]
pub(crate) enum RouteContract {
    /// Operations of an `OpenAPI` document, by method.
    Operations(BTreeMap<String, Operation>),
    /// A schema of the body.
    Body(Schema, Unknown, JsonLimits),
}

/// Callers that sign.
#[derive(Debug)]
pub(crate) struct Aws {
    pub(crate) policies: Vec<SigV4Policy>,
    pub(crate) credentials: BTreeMap<String, Credential>,
}

/// A limit of the configuration.
#[derive(Debug)]
pub(crate) struct CompiledLimit {
    pub(crate) name: String,
    pub(crate) per: Per,
    pub(crate) rate: Option<Limit>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) concurrency: Option<Concurrency>,
}

/// Break-glass access lasts no longer, in seconds: a working day.
const LONGEST_GRANT: i64 = 8 * 60 * 60;

/// Reads files below the folder of the configuration, and gathers what is wrong.
struct Making<'p> {
    parts: &'p Parts,
    /// What ran before: what it counts and knows of issuers stays.
    before: Option<&'p Compiled>,
    referred: RefCell<BTreeSet<String>>,
    problems: Vec<Problem>,
}

impl Compiled {
    pub(crate) fn new(
        config: &Config,
        parts: &Parts,
        before: Option<&Self>,
    ) -> Result<Self, Vec<Problem>> {
        let admission = before.and_then(|before| before.admission.as_ref());
        let mut making = Making {
            parts,
            before,
            referred: RefCell::default(),
            problems: Vec::new(),
        };
        let mut compiled = Self {
            issuers: making.issuers(config),
            trust: making.trust(config),
            keys: making.keys(config),
            aws: making.aws(config),
            limits: making.limits(config),
            admission: making.rate("admission", config.admission.rate.as_ref(), admission),
            contracts: making.contracts(config),
            authorizer: making.authorizer(config),
            grants: making.grants(config),
            referred: BTreeSet::new(),
        };
        compiled.referred = making.referred.take();
        match making.problems.is_empty() {
            true => Ok(compiled),
            false => Err(making.problems),
        }
    }

    pub(crate) fn policies(
        config: &Config,
        parts: &Parts,
    ) -> Result<Option<Authorizer>, Vec<Problem>> {
        let mut making = Making {
            parts,
            before: None,
            referred: RefCell::default(),
            problems: Vec::new(),
        };
        let authorizer = making.authorizer(config);
        match making.problems.is_empty() {
            true => Ok(authorizer),
            false => Err(making.problems),
        }
    }
}

impl Making<'_> {
    fn wrong(&mut self, file: &str, what: impl Into<String>) {
        let problem = Problem::file(file, ProblemLevel::Configuration, what.into());
        self.problems.push(problem);
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        match read(&self.parts.folder.join(name)) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.wrong(name, format!("can't be read: {error}"));
                None
            }
        }
    }

    /// A file that a contract refers to.
    fn beside(&self, name: &str) -> Option<Vec<u8>> {
        self.referred.borrow_mut().insert(name.to_owned());
        read(&self.parts.folder.join(name)).ok()
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let bytes = self.file(name)?;
        let text = String::from_utf8(bytes).ok();
        if text.is_none() {
            self.wrong(name, "is not UTF-8");
        }
        text
    }

    fn issuers(&mut self, config: &Config) -> BTreeMap<String, Arc<Issuer>> {
        let mut issuers = BTreeMap::new();
        for (name, issuer) in &config.issuers {
            let is_file = |place: &&String| !place.contains("://");
            let given = issuer.keys.as_ref().filter(is_file).map(|file| {
                let text = self.file(file);
                let (keys, problems) = KeySet::from_json(text.as_deref().unwrap_or_default());
                // What can't be read is told already.
                for problem in problems.iter().filter(|_| text.is_some()) {
                    self.wrong(file, problem.to_string());
                }
                keys
            });
            let secret = issuer.introspection.as_ref().map(|place| {
                let secret = self.text(&place.secret_file).map(Zeroizing::new);
                Zeroizing::new(secret.unwrap_or_default().trim().to_owned())
            });
            let fetch = self.parts.fetch.clone();
            let made = Issuer::new(issuer, given, secret, fetch);
            let before = self.before.and_then(|before| before.issuers.get(name));
            let made = match before {
                Some(before) => made.after(before),
                None => Arc::new(made),
            };
            issuers.insert(name.clone(), made);
        }
        issuers
    }

    fn trust(&mut self, config: &Config) -> BTreeMap<String, (Trust, Conditions, Vec<String>)> {
        let mut all = BTreeMap::new();
        for (name, trust) in &config.trust {
            let mut anchors: Vec<CertificateDer<'static>> = Vec::new();
            for file in &trust.authorities {
                let bytes = self.file(file).unwrap_or_default();
                match CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>() {
                    Ok(read) if !read.is_empty() => anchors.extend(read),
                    _ => self.wrong(file, "holds no certificate in PEM"),
                }
            }
            let mut lists: Vec<CertificateRevocationListDer<'static>> = Vec::new();
            for file in &trust.revoked {
                let bytes = self.file(file).unwrap_or_default();
                let read = CertificateRevocationListDer::pem_slice_iter(&bytes);
                match read.collect::<Result<Vec<_>, _>>() {
                    Ok(read) if !read.is_empty() => lists.extend(read),
                    _ => self.wrong(file, "holds no revocation list in PEM"),
                }
            }
            let revocation = match (lists.is_empty(), trust.uncovered) {
                (true, _) => Revocation::NotChecked,
                (false, Uncovered::Pass) => Revocation::WhereKnown,
                (false, Uncovered::Refuse) => Revocation::Chain,
            };
            let anchors = anchors.iter().map(AsRef::as_ref);
            let made = Trust::new(anchors, lists.iter().map(AsRef::as_ref), revocation);
            let conditions = Conditions {
                dns: trust.dns.clone(),
                uri: trust.uris.clone(),
                spiffe: trust.spiffe.clone(),
                issuer: trust.issuers.clone(),
                extended_key_usage: trust.usages.clone(),
                ..Conditions::default()
            };
            match made {
                Ok(made) => {
                    all.insert(name.clone(), (made, conditions, trust.roles.clone()));
                }
                Err(error) => self.wrong(&format!("trust.{name}"), error.to_string()),
            }
        }
        all
    }

    fn keys(&mut self, config: &Config) -> Option<LiveKeys> {
        let keys = config.keys.as_ref()?;
        match LiveKeys::open(self.parts.folder.join(&keys.store)) {
            Ok(live) => Some(live),
            Err(error) => {
                self.wrong(&keys.store, error.to_string());
                None
            }
        }
    }

    fn aws(&mut self, config: &Config) -> Option<Aws> {
        let aws = config.aws.as_ref()?;
        let policies = aws.regions.iter().map(|region| SigV4Policy {
            region: region.clone(),
            service: aws.service.clone(),
            dialect: match aws.service.as_str() {
                "s3" => Dialect::S3,
                _ => Dialect::General,
            },
            skew: aws.skew,
            presigned: aws.presigned,
            payload: PayloadRule::Signed,
        });
        let text = Zeroizing::new(self.text(&aws.credentials)?);
        let file: Credentials = match toml::from_str(&text) {
            Ok(file) => file,
            Err(error) => {
                // The excerpt of the error would show what stands in the file.
                let place = error.span().map_or(0, |span| span.start);
                let line = text.get(..place).unwrap_or_default().matches('\n').count() + 1;
                self.wrong(
                    &aws.credentials,
                    format!("line {line}: {}", error.message()),
                );
                return None;
            }
        };
        let mut credentials = BTreeMap::new();
        for entry in file.credential {
            let id = entry.access_key_id.clone();
            let there = match entry.credential() {
                Ok(credential) => credentials.insert(id.clone(), credential),
                Err(what) => {
                    self.wrong(&aws.credentials, format!("`{id}`: {what}"));
                    continue;
                }
            };
            if there.is_some() {
                self.wrong(&aws.credentials, format!("`{id}` is there twice"));
            }
        }
        Some(Aws {
            policies: policies.collect(),
            credentials,
        })
    }

    fn rate(
        &mut self,
        name: &str,
        rate: Option<&config::Rate>,
        before: Option<&Limit>,
    ) -> Option<Limit> {
        let rate = rate?;
        let per = match rate.period {
            ..=1000 => limit::Per::Second,
            1001..=60_000 => limit::Per::Minute,
            _ => limit::Per::Hour,
        };
        match Rate::new(rate.calls, per, rate.burst) {
            Ok(made) => {
                let limit = Limit::new(name, made);
                Some(match before {
                    Some(before) => limit.after(before),
                    None => limit,
                })
            }
            Err(error) => {
                self.wrong(&format!("limits.{name}"), error.to_string());
                None
            }
        }
    }

    fn limits(&mut self, config: &Config) -> BTreeMap<String, CompiledLimit> {
        let mut limits = BTreeMap::new();
        for (name, limit) in &config.limits {
            let windows = [(limit.day, Window::Day), (limit.month, Window::Month)];
            let quotas = windows.into_iter().filter_map(|(most, window)| {
                let most = most?;
                Some(Quota::new(name, most, window))
            });
            // A bucket belongs to what is counted: another `per` begins anew.
            let before = self.before.and_then(|before| before.limits.get(name));
            let before = before.filter(|before| before.per == limit.per);
            let rate = before.and_then(|before| before.rate.as_ref());
            let concurrency = limit.concurrent.map(|most| {
                let mut seed = [0; 16];
                (self.parts.random.0)(&mut seed);
                let made = match limit.per {
                    Per::All => Concurrency::new(most, None, Seed::new(seed)),
                    _ => Concurrency::new(u32::MAX, Some(most), Seed::new(seed)),
                };
                match before.and_then(|before| before.concurrency.as_ref()) {
                    Some(before) => made.after(before),
                    None => made,
                }
            });
            let compiled = CompiledLimit {
                name: name.clone(),
                per: limit.per,
                rate: self.rate(name, limit.rate.as_ref(), rate),
                quotas: quotas.collect(),
                concurrency,
            };
            if !compiled.quotas.is_empty() && self.parts.quotas.is_none() {
                self.wrong(
                    &format!("limits.{name}"),
                    "quotas need a store, and there is none",
                );
            }
            limits.insert(name.clone(), compiled);
        }
        limits
    }

    fn contracts(&mut self, config: &Config) -> BTreeMap<u32, RouteContract> {
        let mut made = BTreeMap::new();
        for route in &config.routes {
            let Some(of) = &route.contract else { continue };
            let most = usize::try_from(route.most).unwrap_or(usize::MAX);
            let contract = match config.contracts.get(&of.name) {
                Some(ContractFile::OpenApi(file)) => self.operations(file, route, of, most),
                Some(ContractFile::Schema(file)) => self.schema(file, of),
                None => None,
            };
            made.extend(contract.map(|contract| (route.line, contract)));
        }
        for source in &config.sources {
            let Some(of) = &source.contract else { continue };
            if let Some(ContractFile::Schema(file)) = config.contracts.get(&of.name) {
                let contract = self.schema(file, of);
                made.extend(contract.map(|contract| (source.line, contract)));
            }
        }
        made
    }

    fn operations(
        &mut self,
        file: &str,
        route: &config::Route,
        of: &config::RouteContract,
        most: usize,
    ) -> Option<RouteContract> {
        let text = self.file(file)?;
        let beside = |name: &str| self.beside(name);
        let (contract, problems) = Contract::read(file, &text, &beside);
        self.problems.extend(problems);
        let unknown = unknown(of.unknown);
        let rules = Rules {
            limits: Limits {
                body: most,
                ..Limits::default()
            },
            unknown,
            unknown_query: unknown,
            unknown_response: Unknown::Keep,
            known_query: Vec::new(),
        };
        let mut operations = BTreeMap::new();
        for method in &route.methods {
            let template = route.path.as_str().replace("+}", "}");
            match contract.operation(method, &template, &rules) {
                Some((operation, problems)) => {
                    self.problems.extend(problems);
                    operations.insert(method.clone(), operation);
                }
                None => self.wrong(file, format!("has no operation {method} {template}")),
            }
        }
        Some(RouteContract::Operations(operations))
    }

    fn schema(&mut self, file: &str, of: &config::RouteContract) -> Option<RouteContract> {
        let text = self.file(file)?;
        let beside = |name: &str| self.beside(name);
        let (schema, problems) = Schema::read(file, &text, &beside);
        self.problems.extend(problems);
        Some(RouteContract::Body(
            schema,
            unknown(of.unknown),
            JsonLimits::default(),
        ))
    }

    fn grants(&mut self, config: &Config) -> Grants {
        let Some(name) = &config.grants else {
            return Grants::default();
        };
        let text = self.text(name).unwrap_or_default();
        let rules = GrantRules {
            longest: LONGEST_GRANT,
        };
        let grants = Grants::read(name, &text, rules).unwrap_or_else(|problems| {
            self.problems.extend(problems);
            Grants::default()
        });
        let of_routes = config.routes.iter().map(|route| &route.function);
        let of_sources = config.sources.iter().map(|source| &source.function);
        let functions: Vec<&str> = of_routes.chain(of_sources).map(String::as_str).collect();
        for (grant, function) in grants.strangers(&functions) {
            let mut what =
                format!("grant `{grant}` is for `{function}`, which is no function here");
            if let Some(meant) = suggest(function, functions.iter().copied()) {
                what += &format!("; did you mean `{meant}`?");
            }
            let problem = Problem::file(name.clone(), ProblemLevel::Configuration, what);
            self.problems.push(problem);
        }
        grants
    }

    fn authorizer(&mut self, config: &Config) -> Option<Authorizer> {
        if config.policies.is_empty() {
            return None;
        }
        let texts: Vec<(String, String)> = config
            .policies
            .iter()
            .filter_map(|name| Some((name.clone(), self.text(name)?)))
            .collect();
        let files: Vec<(&str, &str)> = texts
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        match Authorizer::read(model(config), &files) {
            Ok(authorizer) => Some(authorizer),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "files that the configuration names"
)]
fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

const fn unknown(unknown: config::Unknown) -> Unknown {
    match unknown {
        config::Unknown::Refuse => Unknown::Refuse,
        config::Unknown::Drop => Unknown::Drop,
        config::Unknown::Keep => Unknown::Keep,
    }
}

/// What policies can name.
pub(crate) fn model(config: &Config) -> Model {
    let mut functions: BTreeMap<&str, Function> = BTreeMap::new();
    for route in &config.routes {
        let function = functions.entry(&route.function).or_default();
        function
            .path
            .extend(route.path.parameters().map(str::to_owned));
    }
    for source in &config.sources {
        functions.entry(&source.function).or_default();
    }
    for (name, said) in &config.functions {
        let function = functions.entry(name).or_default();
        function.tags.clone_from(&said.tags);
        function.headers.clone_from(&said.headers);
        function.query.clone_from(&said.query);
        function.body.clone_from(&said.body);
    }
    let functions = functions.into_iter().map(|(name, function)| Function {
        name: name.to_owned(),
        ..function
    });
    Model {
        environment: config.environment.clone(),
        functions: functions.collect(),
        claims: config.claims.clone(),
        events: !config.sources.is_empty(),
    }
}

/// The file of credentials of those who sign.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    credential: Vec<CredentialEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CredentialEntry {
    access_key_id: String,
    secret_access_key: String,
    account: String,
    arn: String,
    #[serde(default)]
    roles: Vec<String>,
    session_token: Option<String>,
    expires: Option<String>,
}

impl CredentialEntry {
    fn credential(self) -> Result<Credential, String> {
        let mut credential = Credential::new(&self.secret_access_key, self.account, self.arn);
        credential.roles = self.roles;
        credential.expires = self.expires.as_deref().map(time).transpose()?;
        match self.session_token.as_deref() {
            None => Ok(credential),
            Some("") => Err("`session-token` is empty".to_owned()),
            Some(_) if credential.expires.is_none() => {
                Err("a session ends; say when with `expires`".to_owned())
            }
            Some(token) => Ok(credential.with_session_token(token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_sessions_end() {
        let least =
            "access-key-id = \"a\"\nsecret-access-key = \"s\"\naccount = \"1\"\narn = \"arn\"\n";
        for (more, expected) in [
            ("", Ok(None)),
            (
                "expires = \"2026-11-23T12:00:00Z\"",
                Ok(Some(1_795_435_200)),
            ),
            (
                "session-token = \"t\"\nexpires = \"2026-11-23T12:00:00Z\"",
                Ok(Some(1_795_435_200)),
            ),
            (
                "session-token = \"t\"",
                Err("a session ends; say when with `expires`"),
            ),
            (
                "session-token = \"\"\nexpires = \"2026-11-23T12:00:00Z\"",
                Err("`session-token` is empty"),
            ),
            (
                "expires = \"tomorrow\"",
                Err("`tomorrow` is not a time; write it as text in UTC, \"2026-11-23T12:00:00Z\""),
            ),
        ] {
            let entry: CredentialEntry = toml::from_str(&format!("{least}{more}")).unwrap();
            let made = entry.credential().map(|credential| credential.expires);
            assert_eq!(made, expected.map_err(str::to_owned), "{more}");
        }
    }
}
