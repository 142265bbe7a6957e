//! What AWS has: services with their actions, kinds of resources and condition keys, the managed
//! policies, and which actions a call of an SDK needs.
//!
//! The data sits compressed in the binary (`data/`, made by `cargo xtask iam-data`; `data/NOTICE`
//! says where it comes from). [`Catalogue::builtin`] costs nothing, and each lookup unpacks only
//! what it needs: one service, one group of policies, one SDK client. What was unpacked is kept
//! and shared by all threads.
//!
//! Invariants: broken bytes are a [`CatalogueError`] or nothing is found in them, never a panic;
//! the same catalogue gives the same answers in the same order.

mod container;
mod pattern;
mod policies;
mod sdk;
mod service;
mod shape;
#[cfg(test)]
mod tests;

pub use container::CatalogueError;
pub use policies::ManagedPolicy;
pub use sdk::{Need, Operation, SdkActions, SdkService, When};
pub use service::{
    AccessLevel, Action, ActionResource, ConditionKey, KeyKind, KeyType, ResourceType, Service,
};

use crate::policy::Policy;
use container::Container;
use policies::Policies;
use sdk::Sdk;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Actions, condition keys, managed policies and SDK calls of AWS.
#[derive(Debug)]
pub struct Catalogue {
    container: Container,
    index: OnceLock<Index>,
    policies: OnceLock<Policies>,
    sdk: OnceLock<Sdk>,
}

/// What is known without unpacking any service: `about` and the names of the frames.
#[derive(Debug, Default)]
struct Index {
    date: Box<str>,
    version: Box<str>,
    resource_control: Vec<Box<str>>,
    global_keys: Vec<ConditionKey>,
    /// Beginnings of condition keys that do not name the service that has them, with that service.
    foreign_keys: Vec<(Box<str>, Box<str>)>,
    services: BTreeMap<Box<str>, OnceLock<Option<Service>>>,
}

impl Catalogue {
    /// The catalogue that comes with the program. Unpacks nothing.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let bytes = include_bytes!("../data/aws.catalogue");
            Self::over(Container::unchecked(Cow::Borrowed(bytes)))
        })
    }

    /// Another catalogue in the same format, for example a newer one.
    ///
    /// # Errors
    /// When the bytes are no catalogue, of another version of the format, or damaged.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, CatalogueError> {
        Container::checked(bytes).map(Self::over)
    }

    fn over(container: Container) -> Self {
        Self {
            container,
            index: OnceLock::new(),
            policies: OnceLock::new(),
            sdk: OnceLock::new(),
        }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::read(&self.container))
    }

    /// The day the data was collected, `YYYY-MM-DD`.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.index().date
    }

    /// The versions of the sources, as one line.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.index().version
    }

    /// The prefixes of all services, sorted.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.index().services.keys().map(AsRef::as_ref)
    }

    /// The service of a prefix such as `s3`, in any case.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let services = &self.index().services;
        let (prefix, cell) = match services.get_key_value(prefix) {
            Some(found) => found,
            None => services.get_key_value(prefix.to_ascii_lowercase().as_str())?,
        };
        cell.get_or_init(|| Service::read(prefix, &self.container.unpack("service", prefix)?))
            .as_ref()
    }

    /// The action of a full name such as `s3:GetObject`, in any case.
    #[must_use]
    pub fn action(&self, action: &str) -> Option<&Action> {
        let (prefix, name) = action.split_once(':')?;
        self.service(prefix)?.action(name)
    }

    /// The actions that a pattern as in policies matches (`s3:Get*`, `*`), in any case. Unpacks the
    /// services that the pattern can match.
    pub fn actions_matching<'a>(
        &'a self,
        pattern: &str,
    ) -> impl Iterator<Item = (&'a Service, &'a Action)> {
        // Most patterns name their service: no text is made for the others.
        let start = pattern.bytes().next().unwrap_or_default();
        let may_begin = move |prefix: &&str| {
            matches!(start, b'*' | b'?')
                || prefix.as_bytes().first() == Some(&start.to_ascii_lowercase())
        };
        self.services()
            .filter(may_begin)
            .filter(|prefix| pattern::can_begin(pattern, &format!("{prefix}:")))
            .filter_map(|prefix| self.service(prefix))
            .flat_map(move |service| {
                let mut name = format!("{}:", service.prefix);
                let stem = name.len();
                service.actions.iter().filter_map(move |action| {
                    name.truncate(stem);
                    name.push_str(&action.name);
                    pattern::matches(pattern, &name).then_some((service, action))
                })
            })
    }

    /// The type of a condition key that requests to any service can carry (`aws:SourceIp`,
    /// `aws:PrincipalTag/team`), in any case.
    #[must_use]
    pub fn global_key(&self, key: &str) -> Option<KeyType> {
        let mut keys = self.index().global_keys.iter();
        keys.find(|known| known.is(key)).map(|known| known.kind)
    }

    /// The type of any condition key: a global one, one that some service has (`s3:prefix`,
    /// `kms:EncryptionContext:app`), or one of an identity provider, in any case.
    #[must_use]
    pub fn condition_key(&self, key: &str) -> Option<KeyType> {
        let of = |prefix: &str| Some(self.service(prefix)?.condition_key(key)?.kind);
        self.global_key(key)
            .or_else(|| of(key.split_once(':')?.0))
            .or_else(|| {
                let foreign = self.index().foreign_keys.iter();
                let mut foreign = foreign.filter(|(start, _)| pattern::begins_with(start, key));
                foreign.find_map(|(_, service)| of(service))
            })
            .or_else(|| claim(key))
    }

    /// Prefixes of the services whose resources a resource control policy applies to.
    pub fn rcp_services(&self) -> impl Iterator<Item = &str> {
        self.index().resource_control.iter().map(AsRef::as_ref)
    }

    fn policies(&self) -> &Policies {
        self.policies
            .get_or_init(|| Policies::read(&self.container))
    }

    /// All AWS managed policies, sorted by name.
    pub fn managed_policies(&self) -> impl Iterator<Item = &ManagedPolicy> {
        self.policies().all()
    }

    /// The AWS managed policy of a name, without its document.
    #[must_use]
    pub fn managed_policy_named(&self, name: &str) -> Option<&ManagedPolicy> {
        self.policies().named(name)
    }

    /// The document (JSON text) of an AWS managed policy. An ARN must have the right path, in
    /// whatever partition; a bare name finds the policy too.
    #[must_use]
    pub fn managed_policy(&self, arn_or_name: &str) -> Option<&str> {
        self.policies().document(&self.container, arn_or_name)
    }

    /// An AWS managed policy, understood. It is read once and shared.
    #[must_use]
    pub fn policy(&self, arn_or_name: &str) -> Option<Arc<Policy>> {
        self.policies().policy(&self.container, arn_or_name)
    }

    fn sdk(&self) -> &Sdk {
        self.sdk.get_or_init(|| Sdk::read(&self.container))
    }

    /// The SDK's client of that name: boto3's (`dynamodb`, `stepfunctions`), a class of the
    /// JavaScript SDK (`DynamoDB`, `SFNClient`) or its package (`@aws-sdk/client-sfn`).
    #[must_use]
    pub fn sdk_service(&self, name: &str) -> Option<&SdkService> {
        self.sdk().service(&self.container, name)
    }

    /// The permissions that an SDK call needs. The operation may be written as in the service's
    /// model or as methods of the SDKs are (`GetItem`, `getItem`, `get_item`).
    #[must_use]
    pub fn sdk_actions(&self, sdk_service: &str, operation: &str) -> SdkActions<'_> {
        let service = self.sdk_service(sdk_service);
        match service.and_then(|service| service.operation(operation)) {
            Some(operation) => operation.actions(),
            None => SdkActions::Unknown,
        }
    }

    /// Whether the service was unpacked already.
    #[cfg(test)]
    fn is_unpacked(&self, prefix: &str) -> bool {
        let cell = self.index().services.get(prefix);
        cell.is_some_and(|cell| cell.get().is_some())
    }
}

/// What trust policies can ask of tokens of any OpenID Connect provider; the key begins with the
/// provider's address: `token.actions.githubusercontent.com:sub`.
fn claim(key: &str) -> Option<KeyType> {
    let (provider, claim) = key.rsplit_once(':')?;
    let claim = claim.to_ascii_lowercase();
    let known = ["amr", "aud", "azp", "email", "oaud", "sub"].contains(&&*claim);
    (known && provider.contains('.') && !provider.contains(':')).then_some(KeyType {
        kind: KeyKind::String,
        many: claim == "amr",
    })
}

impl Index {
    fn read(container: &Container) -> Self {
        let mut index = Self::default();
        let about = container.unpack("about", "aws").unwrap_or_default();
        for line in about.lines() {
            let (what, rest) = line.split_once('\t').unwrap_or((line, ""));
            match what {
                "date" => index.date = rest.into(),
                "version" => index.version = rest.into(),
                "rcp" => index.resource_control.push(rest.into()),
                "key" => index.global_keys.extend(ConditionKey::read(rest)),
                "foreign" => {
                    let pair = rest.split_once('\t');
                    let pair = pair.map(|(template, service)| (template.into(), service.into()));
                    index.foreign_keys.extend(pair);
                }
                _ => {}
            }
        }
        index.services = container
            .names("service")
            .map(|prefix| (prefix.into(), OnceLock::new()))
            .collect();
        index
    }
}
