//! What an application must not allow: asked as a change from one that allows nothing, limited to
//! what is forbidden.

use super::{Change, ChangeKind, Comparing, Gain, guarded};
use crate::access::Access;
use crate::identities::Identity;
use crate::outside::{Who, outside};
use crate::shown::{subject, target};
use crate::side::{layer, place, scope, shown, text};
use palisade_iam::{Pattern, Policy, Truth, is_symbol};
use std::sync::Arc;

impl Access<'_> {
    /// The policy of requests for these actions on these resources, each of which is an ARN with
    /// wildcards, or the name of a resource of the application; none means all. An account or region
    /// that is named counts also where it is not known which one the application is deployed to.
    #[must_use]
    pub fn forbidden(&self, actions: &[String], resources: &[String]) -> Arc<Policy> {
        let mut patterns = Vec::new();
        for name in resources {
            let mut known = self.arns();
            match known.find(|(resource, _)| *resource.written.address == **name) {
                Some((_, arn)) => {
                    patterns.extend([
                        text(arn),
                        text(&format!("{arn}/*")),
                        text(&format!("{arn}:*")),
                    ]);
                }
                None => patterns.push(text(&self.wherever(name))),
            }
        }
        if patterns.is_empty() {
            patterns.push(text("*"));
        }
        let actions: Vec<Arc<str>> = actions.iter().map(|a| Arc::from(a.as_str())).collect();
        let layer = scope(&actions, patterns);
        layer.policies.into_iter().next().unwrap_or_default()
    }

    /// An ARN in which the account and region that are not known here may be any.
    fn wherever(&self, arn: &str) -> String {
        let deployment = &self.settings.deployment;
        let known = [
            (3, deployment.region.is_some()),
            (4, !self.account.contains(is_symbol)),
        ];
        let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
        for (at, known) in known {
            if let Some(part) = parts.get_mut(at)
                && !known
                && !part.is_empty()
            {
                *part = "*";
            }
        }
        parts.join(":")
    }
}

/// What an application allows of requests that a policy describes: those that one of its statements
/// would allow. `principal` limits it to those whose ARN, id or name it matches.
#[must_use]
pub fn allowed(
    access: &Access<'_>,
    forbidden: &Arc<Policy>,
    principal: Option<&Pattern>,
) -> Vec<Change> {
    let comparing = Comparing {
        new: access,
        old: None,
        limits: vec![layer("forbidden", vec![forbidden.clone()])],
    };
    let mut found = Vec::new();
    for identity in &access.identities {
        let names = principal.is_none_or(|pattern| names(access, pattern, identity));
        if names {
            comparing.identity(identity, &mut found);
        }
    }
    for id in guarded(access, None) {
        comparing.guard(&id, &mut found);
    }
    for change in &mut found {
        change.kind = ChangeKind::Changed;
        if let (true, Some(pattern)) = (change.guard, principal) {
            let named = |who: &String| {
                who == "everyone" || pattern.matches(who.trim_matches('`')) != Truth::No
            };
            change.gained.retain(|gain| gain.who.iter().any(named));
        }
    }
    found.retain(|change| !change.gained.is_empty() || !change.unknown.is_empty());
    found
}

/// What anybody at all can do to the resources of an application.
#[must_use]
pub fn public(access: &Access<'_>) -> Vec<Change> {
    let everybody = outside(access).into_iter();
    let everybody = everybody.filter(|o| o.who.is_public() || o.who == Who::Unknown);
    let mut found = Vec::new();
    for access_of in everybody {
        let Some(subject) = subject(access, &access_of.resource) else {
            continue;
        };
        let known = access_of.unknown.is_none() && access_of.who != Who::Unknown;
        let unknown = access_of.unknown.unwrap_or_else(|| {
            "who is let in is decided at deployment, and may be everybody".to_owned()
        });
        let arn = access.arn(&access_of.resource).unwrap_or_default();
        let gain = Gain {
            who: vec![access_of.who.to_string()],
            actions: access_of
                .actions
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
            targets: vec![target(access, arn)],
            at: place(access, &access_of.at),
            witness: Some(shown(&access_of.witness, &access.symbols)),
        };
        found.push(Change {
            subject,
            guard: true,
            kind: ChangeKind::Changed,
            when: access_of.when.iter().map(ToString::to_string).collect(),
            gained: if known { vec![gain] } else { Vec::new() },
            lost: Vec::new(),
            unknown: if known { Vec::new() } else { vec![unknown] },
        });
    }
    found
}

/// Whether a pattern names an identity in one of the ways in which it can be called.
fn names(access: &Access<'_>, pattern: &Pattern, identity: &Identity) -> bool {
    let written = access.app.resource(&identity.id).map(|r| &r.written);
    let mut texts: Vec<String> = vec![
        identity.id.to_string(),
        access.symbols.show(&identity.arn),
        identity.arn.clone(),
    ];
    texts.extend(written.map(|w| w.address.to_string()));
    texts.extend(
        written
            .and_then(|w| w.name.as_ref())
            .map(ToString::to_string),
    );
    texts.iter().any(|text| pattern.matches(text) != Truth::No)
}
