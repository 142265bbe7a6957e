//! Identities and resources as their owner calls them.

use crate::access::Access;
use palisade_core::{Location, ResourceRef};
use palisade_iam::Pattern;
use palisade_iam::Truth;
use std::sync::Arc;

/// Somebody or something of an application, as its owner calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its id in the application.
    pub id: Arc<str>,
    /// How its owner names it.
    pub written: ResourceRef,
    /// A sentence's words for it: `the role of OrdersFunction`.
    pub label: String,
    /// Its ARN, with names instead of symbols.
    pub arn: String,
    /// Where it is written.
    pub location: Location,
}

/// Resources that a policy speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As the policy names them, with names instead of symbols.
    pub arn: String,
    /// The resource of the application that is meant, as its owner names it.
    pub resource: Option<ResourceRef>,
    /// A sentence's words for them: `Orders`, `Invoices/*`, `everything`.
    pub label: String,
}

/// Words for a resource of an application.
pub(crate) fn subject(access: &Access<'_>, id: &str) -> Option<Subject> {
    let resource = access.app.resource(id)?;
    let ResourceRef { address, name, .. } = &resource.written;
    let what = noun(&resource.kind);
    let runs = access.app.graph().functions.iter();
    let runs = runs.filter(|f| f.roles.iter().any(|role| **role == *id));
    let functions: Vec<&str> = runs
        .filter_map(|f| access.app.resource(&f.id))
        .map(|function| &*function.written.address)
        .collect();
    let label = match (resource.generated, functions.as_slice()) {
        // The address is that of what the role was made for.
        (true, [function]) if what == "role" => format!("role of `{function}`"),
        (true, _) if what == "role" => format!("role `{id}` (made for `{address}`)"),
        (false, [function]) if what == "role" => format!("role `{address}` (of `{function}`)"),
        _ => format!("{what} `{}`", name.as_ref().unwrap_or(address)),
    };
    Some(Subject {
        id: resource.id.clone(),
        written: resource.written.clone(),
        label,
        arn: access.symbols.show(access.arn(id).unwrap_or_default()),
        location: access.app.sources.location(resource.origin.span),
    })
}

/// `AWS::S3::Bucket` is a bucket.
fn noun(kind: &str) -> String {
    let last = kind.rsplit("::").next().unwrap_or(kind);
    let mut words = String::new();
    for letter in last.chars() {
        if letter.is_ascii_uppercase() && words.ends_with(|c: char| c.is_ascii_lowercase()) {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// Words for the resources of a pattern.
pub(crate) fn target(access: &Access<'_>, pattern: &str) -> Target {
    let arn = access.symbols.show(pattern);
    let below = |arn: &str| {
        let rest = pattern.strip_prefix(arn)?;
        (rest.is_empty() || rest.starts_with(['/', ':', '*'])).then(|| rest.to_owned())
    };
    let mut inside: Vec<_> = access
        .arns()
        .filter_map(|(resource, arn)| Some((resource, arn.len(), below(arn)?)))
        .collect();
    inside.sort_by_key(|(_, length, _)| std::cmp::Reverse(*length));
    let mut found = inside.into_iter().map(|(r, _, rest)| (r, rest)).next();
    // A name, of whatever region and account: it means the one resource here that is called so.
    let name = pattern.splitn(6, ':').nth(5);
    if found.is_none() && name.is_some_and(|name| !name.contains(['*', '?'])) {
        let whole = Pattern::wildcard(pattern);
        let mut matching = access
            .arns()
            .filter(|(_, arn)| whole.matches(arn) == Truth::Yes);
        found = match (matching.next(), matching.next()) {
            (Some((resource, _)), None) => Some((resource, String::new())),
            _ => None,
        };
    }
    let label = match &found {
        _ if pattern == "*" => "everything".to_owned(),
        Some((resource, rest)) => {
            let address = match resource.generated {
                true => &*resource.id,
                false => &*resource.written.address,
            };
            format!("`{address}{}`", access.symbols.show(rest).replace('`', "'"))
        }
        None => format!("`{}`", arn.replace('`', "'")),
    };
    Target {
        resource: found.map(|(resource, _)| resource.written.clone()),
        arn,
        label,
    }
}
