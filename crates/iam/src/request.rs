//! What is asked: one call by one caller, with its context.

use std::collections::BTreeMap;
use std::sync::Arc;

/// One request, as the authorization of the cloud sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who calls.
    pub caller: Caller,
    /// The action, as written.
    pub action: Arc<str>,
    /// The resource's ARN, or `*` for actions that have none.
    pub resource: Arc<str>,
    /// The account that owns the resource, where the ARN does not say it (an S3 bucket's).
    pub resource_account: Option<Arc<str>>,
    /// The context keys that are present; nothing is added to them.
    pub context: Context,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// A principal of an account, by its ARN (user, role, role session, federated user, root).
    Principal(Arc<str>),
    /// A service of the provider (`lambda.amazonaws.com`).
    Service(Arc<str>),
    /// Somebody whom an identity provider vouches for; its ARN or its domain.
    Federated(Arc<str>),
    /// Nobody that the provider knows.
    Anonymous,
}

/// The context of a request: keys without regard to case, each with its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<Arc<str>, ContextValue>,
}

/// The value of a context key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// One value.
    Single(Arc<str>),
    /// Several values, as `aws:TagKeys` has; none is the same as an absent key.
    Many(Vec<Arc<str>>),
}

impl Caller {
    /// Reads a caller as requests name it: an ARN, a service, `anonymous` or `*`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let federated = text.contains(":oidc-provider/") || text.contains(":saml-provider/");
        match text {
            "anonymous" | "*" | "" => Self::Anonymous,
            _ if federated => Self::Federated(Arc::from(text)),
            _ if text.starts_with("arn:") => Self::Principal(Arc::from(text)),
            // A bare account number means its root principal, as it does in a policy.
            _ if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) => {
                Self::Principal(Arc::from(format!("arn:aws:iam::{text}:root")))
            }
            _ if is_service(text) => Self::Service(Arc::from(text)),
            _ => Self::Federated(Arc::from(text)),
        }
    }

    /// The account that the caller belongs to.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Principal(arn) => arn_part(arn, 4),
            _ => None,
        }
    }
}

fn is_service(text: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".aws.internal"]
        .iter()
        .any(|end| text.ends_with(end))
        && text != "cognito-identity.amazonaws.com"
}

/// One of the parts of an ARN, when it is not empty.
#[must_use]
pub fn arn_part(arn: &str, n: usize) -> Option<&str> {
    if !arn.starts_with("arn:") {
        return None;
    }
    arn.splitn(crate::pattern::ARN_PARTS, ':')
        .nth(n)
        .filter(|part| !part.is_empty())
}

impl Context {
    /// A context of keys with their values; one value is a single value, several are many.
    #[must_use]
    pub fn new<K, V, T>(entries: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: AsRef<str>,
        V: IntoIterator<Item = T>,
        T: Into<Arc<str>>,
    {
        let mut context = Self::default();
        for (key, values) in entries {
            let values: Vec<Arc<str>> = values.into_iter().map(Into::into).collect();
            context.insert(
                key.as_ref(),
                match values.as_slice() {
                    [one] => ContextValue::Single(one.clone()),
                    _ => ContextValue::Many(values),
                },
            );
        }
        context
    }

    /// Sets a key.
    pub fn insert(&mut self, key: &str, value: ContextValue) {
        self.values
            .insert(Arc::from(key.to_ascii_lowercase()), value);
    }

    /// Whether a key is set, whatever the case of its letters, and even when it has no value.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.values.contains_key(&*key.to_ascii_lowercase())
    }

    /// The values of a key, in lower case; nothing when it is absent or has none.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[Arc<str>]> {
        let values = match self.values.get(key)? {
            ContextValue::Single(value) => std::slice::from_ref(value),
            ContextValue::Many(values) => values,
        };
        (!values.is_empty()).then_some(values)
    }

    /// The value of a key that has just one.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            [value] => Some(value),
            _ => None,
        }
    }

    /// All keys, in lower case, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &ContextValue)> {
        self.values.iter()
    }
}
