//! What a configuration names, read and made ready once: keys, authorities, policies, contracts.
//! Whatever can't be made ready is a problem; a guard with a problem is never put in place.

use crate::authorize::{Authorizer, Field, Function, Grants, Kind, Model};
use crate::config::{self, Accept, Config, Per};
use crate::guard::Parts;
use crate::issuers::Issuer;
use crate::keys::LiveKeys;
use crate::limit::{Concurrency, Limit, Quota, Rate, Seed, Window};
use palisade_authn::KeySet;
use palisade_authn::certificate::{Conditions, Revocation, Trust};
use palisade_authn::sigv4::{Credential, Dialect, PayloadRule, SigV4Policy};
use palisade_core::{Problem, ProblemLevel};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a configuration names, ready.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) issuers: BTreeMap<String, Issuer>,
    pub(crate) trust: BTreeMap<String, (Trust, Conditions, Vec<String>)>,
    pub(crate) keys: Option<LiveKeys>,
    pub(crate) aws: Option<Aws>,
    pub(crate) limits: BTreeMap<String, CompiledLimit>,
    pub(crate) admission: Option<Limit>,
    pub(crate) authorizer: Option<Authorizer>,
    pub(crate) grants: Grants,
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
    pub(crate) concurrency: Option<Arc<Concurrency>>,
}

/// Reads files below the folder of the configuration, and gathers what is wrong.
struct Making<'p> {
    parts: &'p Parts,
    problems: Vec<Problem>,
}

impl Compiled {
    pub(crate) fn new(config: &Config, parts: &Parts) -> Result<Self, Vec<Problem>> {
        let mut making = Making {
            parts,
            problems: Vec::new(),
        };
        let compiled = Self {
            issuers: making.issuers(config),
            trust: making.trust(config),
            keys: making.keys(config),
            aws: making.aws(config),
            limits: making.limits(config),
            admission: making.rate("admission", config.admission.rate.as_ref()),
            authorizer: making.authorizer(config),
            grants: Grants::default(),
        };
        match making.problems.is_empty() {
            true => Ok(compiled),
            false => Err(making.problems),
        }
    }
}

impl Making<'_> {
    fn wrong(&mut self, file: &str, what: impl Into<String>) {
        let problem = Problem::file(file, ProblemLevel::Configuration, what.into());
        self.problems.push(problem);
    }

    #[expect(clippy::disallowed_methods, reason = "files that the configuration names")]
    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        match std::fs::read(self.parts.folder.join(name)) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.wrong(name, format!("can't be read: {error}"));
                None
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let bytes = self.file(name)?;
        let text = String::from_utf8(bytes).ok();
        if text.is_none() {
            self.wrong(name, "is not UTF-8");
        }
        text
    }

    fn issuers(&mut self, config: &Config) -> BTreeMap<String, Issuer> {
        let mut issuers = BTreeMap::new();
        for (name, issuer) in &config.issuers {
            let is_file = |place: &&String| !place.contains("://");
            let given = issuer.keys.as_ref().filter(is_file).map(|file| {
                let (keys, problems) = KeySet::from_json(&self.file(file).unwrap_or_default());
                for problem in problems {
                    self.wrong(file, problem.to_string());
                }
                keys
            });
            let secret = issuer.introspection.as_ref().map(|place| {
                let secret = self.text(&place.secret_file).map(Zeroizing::new);
                Zeroizing::new(secret.unwrap_or_default().trim().to_owned())
            });
            let fetch = self.parts.fetch.clone();
            issuers.insert(name.clone(), Issuer::new(issuer, given, secret, fetch));
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
            let revocation = match lists.is_empty() {
                true => Revocation::NotChecked,
                false => Revocation::WhereKnown,
            };
            let anchors = anchors.iter().map(AsRef::as_ref);
            let made = Trust::new(anchors, lists.iter().map(AsRef::as_ref), revocation);
            let conditions = Conditions {
                dns: trust.dns.clone(),
                uri: trust.uris.clone(),
                spiffe: trust.spiffe.clone(),
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
            presigned: None,
            payload: PayloadRule::Signed,
        });
        let text = Zeroizing::new(self.text(&aws.credentials)?);
        let file: Credentials = match toml::from_str(&text) {
            Ok(file) => file,
            Err(error) => {
                // The excerpt of the error would show what stands in the file.
                let place = error.span().map_or(0, |span| span.start);
                let line = text.get(..place).unwrap_or_default().matches('\n').count() + 1;
                self.wrong(&aws.credentials, format!("line {line}: {}", error.message()));
                return None;
            }
        };
        let each = file.credential.into_iter().map(|entry| {
            let mut credential = Credential::new(&entry.secret_access_key, entry.account, entry.arn);
            credential.roles = entry.roles;
            (entry.access_key_id, credential)
        });
        Some(Aws {
            policies: policies.collect(),
            credentials: each.collect(),
        })
    }

    fn rate(&mut self, name: &str, rate: Option<&config::Rate>) -> Option<Limit> {
        let rate = rate?;
        match Rate::new(rate.calls, rate.per, rate.burst) {
            Ok(made) => Some(Limit::new(name, made)),
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
            let mut seed = [0; 16];
            (self.parts.random.0)(&mut seed);
            let compiled = CompiledLimit {
                name: name.clone(),
                per: limit.per,
                rate: self.rate(name, limit.rate.as_ref()),
                quotas: quotas.collect(),
                concurrency: limit.concurrent.map(|most| match limit.per {
                    Per::All | Per::Route => Concurrency::new(most, None, Seed::new(seed)),
                    _ => Concurrency::new(u32::MAX, Some(most), Seed::new(seed)),
                }),
            };
            if !compiled.quotas.is_empty() && self.parts.quotas.is_none() {
                self.wrong(&format!("limits.{name}"), "quotas need a store, and there is none");
            }
            limits.insert(name.clone(), compiled);
        }
        limits
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
        let files: Vec<(&str, &str)> = texts.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        match Authorizer::read(model(config), &files) {
            Ok(authorizer) => Some(authorizer),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

/// What policies can name.
pub(crate) fn model(config: &Config) -> Model {
    let mut functions: BTreeMap<&str, Function> = BTreeMap::new();
    for route in &config.routes {
        let function = functions.entry(&route.function).or_default();
        function.path.extend(crate::routes::names(&route.path));
        function.headers.extend(route.headers.iter().cloned());
        function.query.extend(route.query.iter().cloned());
        function.body.extend(route.fields.clone());
    }
    for source in &config.sources {
        functions.entry(&source.function).or_default();
    }
    let claims = config.issuers.values().flat_map(|issuer| &issuer.claims);
    let claim = |name: &String| {
        let field = Field {
            pointer: format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            kind: Kind::String,
        };
        (name.clone(), field)
    };
    Model {
        environment: config.environment.clone(),
        functions: functions
            .into_iter()
            .map(|(name, function)| Function {
                name: name.to_owned(),
                ..function
            })
            .collect(),
        claims: claims.map(claim).collect(),
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
    secret_access_key: Zeroizing<String>,
    account: String,
    arn: String,
    #[serde(default)]
    roles: Vec<String>,
}

/// The issuers among what a route takes.
pub(crate) fn issuers(accepts: &[Accept]) -> impl Iterator<Item = &str> {
    accepts.iter().filter_map(|accept| match accept {
        Accept::Token(issuer) => Some(issuer.as_str()),
        _ => None,
    })
}

/// Where the files of a configuration are.
pub(crate) fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
