//! How much one statement gives when it allows every action: of everything, of IAM, of services.

use crate::permissions::{Had, Holder, Written, example_resource, names_everything};
use crate::prelude::*;
use crate::unbound::{REPRESENTATIVE, any_resource, by_danger};
use palisade_iam::catalogue::Action;
use palisade_iam::{Request, Text, Truth, arn_part};
use std::collections::{BTreeMap, BTreeSet};

/// How much a statement allows, the most first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// Everything, on everything.
    Everything,
    /// Everything but what gives out permissions, on everything.
    NearlyEverything,
    /// Everything in IAM.
    Iam,
    /// Every action of these services, on every resource.
    Services(BTreeSet<String>),
    /// Every action, on some resources.
    OnSome,
    /// Every action of these services, on some resources.
    ServicesOnSome(BTreeSet<String>),
}

/// An extent, and how sure it is.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// How much.
    pub(crate) extent: Extent,
    /// Whether it depends on something that is not known.
    pub(crate) truth: Truth,
    /// A policy that is not seen may deny it.
    pub(crate) doubtful: bool,
}

/// How much a statement really gives its holder.
pub(crate) fn extent(cx: &Context<'_>, had: &Had<'_>) -> Option<Found> {
    let statement = had.statement;
    let actions = &statement.actions;
    let star = |text: &Text| text.written.contains('*');
    if !actions.except && !actions.patterns.iter().any(star) {
        return None;
    }
    let every = names_everything(statement);
    let holder = Holder::of(cx, had);
    let account = &cx.access().account;
    let found = |extent, truth| {
        let doubtful = holder.doubtful;
        Some(Found {
            extent,
            truth,
            doubtful,
        })
    };
    let allows = |service: &str| {
        let resource = match every {
            true if service == "iam" => format!("arn:aws:iam::{account}:user/AnyUserName"),
            true => format!("arn:aws:{service}:us-east-1:{account}:any/AnyName"),
            false => example_resource(statement).unwrap_or_default(),
        };
        holder.allows(statement, &format!("{service}:AnyAction"), &resource)
    };
    match (allows("any"), every) {
        (Truth::Yes, true) if allows("iam") == Truth::Yes => {
            return found(Extent::Everything, Truth::Yes);
        }
        (Truth::Yes, true) => return found(Extent::NearlyEverything, Truth::Yes),
        (Truth::Yes, false) => return found(Extent::OnSome, Truth::Yes),
        (Truth::Maybe, true) => return found(Extent::Everything, Truth::Maybe),
        (Truth::Maybe, false) => return found(Extent::OnSome, Truth::Maybe),
        (Truth::No, _) => {}
    }
    if every && allows("iam") == Truth::Yes {
        return found(Extent::Iam, Truth::Yes);
    }
    if actions.except {
        return None;
    }
    let all = actions.patterns.iter();
    let named = all.filter_map(|text| text.written.strip_suffix(":*"));
    let services: BTreeSet<String> = named
        .filter(|service| !service.contains(['*', '?']) && allows(service) == Truth::Yes)
        .map(str::to_ascii_lowercase)
        .collect();
    if services.is_empty() {
        return None;
    }
    let extent = match every {
        true => Extent::Services(services),
        false => Extent::ServicesOnSome(services),
    };
    found(extent, Truth::Yes)
}

/// A request that shows the extent: with the worst action of those that exist.
pub(crate) fn witness(cx: &Context<'_>, written: &Written<'_>, found: &Extent) -> Option<Request> {
    let access = cx.access();
    written.witnessed(cx, |had, holder| {
        let statement = had.statement;
        let example = example_resource(statement).unwrap_or_default();
        let services: Vec<&str> = match found {
            Extent::Everything | Extent::Iam => vec!["iam"],
            Extent::NearlyEverything => REPRESENTATIVE.to_vec(),
            Extent::OnSome => arn_part(&example, 2).into_iter().collect(),
            Extent::Services(services) | Extent::ServicesOnSome(services) => {
                services.iter().map(String::as_str).collect()
            }
        };
        let known = services
            .iter()
            .filter_map(|service| access.settings.catalogue.service(service));
        known.into_iter().find_map(|service| {
            let kind = service.kind_of(&example).map(|kind| &*kind.name);
            let takes = |action: &Action| {
                let mut kinds = action
                    .resources
                    .iter()
                    .filter_map(|of| service.resource_type(of));
                kind.is_none_or(|kind| kinds.any(|taken| &*taken.name == kind))
            };
            by_danger(service).into_iter().find_map(|(name, action)| {
                let resource = match names_everything(statement) {
                    true => any_resource(access, statement, service, action, &mut BTreeMap::new())
                        .unwrap_or_else(|| "*".to_owned()),
                    false if takes(action) => example.clone(),
                    false => return None,
                };
                holder.proof(statement, &name, &resource)
            })
        })
    })
}
