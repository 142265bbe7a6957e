//! Who from outside of the zone of trust can do something to a resource: by evaluation of its
//! policies against callers that its owner does not know. A condition, a denial, an organisation's
//! policy or a public access block that keeps them out silences it.

mod asker;
mod callers;

use crate::access::Access;
use crate::asking::{Answer, ask};
use crate::targets::Target;
use crate::worlds::agree;
use callers::Candidate;
use palisade_app::{Condition, Data};
use palisade_core::Origin;
use palisade_iam::catalogue::AccessLevel;
use palisade_iam::{
    Caller, Effect, Policies, Policy, PublicAccessBlock, Request, Statement, Truth, Version,
    arn_part,
};
use std::sync::Arc;

pub use callers::{LOG_WRITERS, Who, everything};

/// Something that somebody from outside can do.
#[derive(Clone, Debug)]
pub struct OutsideAccess {
    /// The resource.
    pub resource: Arc<str>,
    /// The resource that the policy is written in.
    pub written_in: Arc<str>,
    /// Who can.
    pub who: Who,
    /// What they can do.
    pub actions: Vec<(Arc<str>, AccessLevel)>,
    /// A request that is allowed; when it is not known whether they can, one that may be.
    pub witness: Request,
    /// The context keys that the statement asks about.
    pub keys: Vec<Arc<str>>,
    /// The statement that lets them in.
    pub at: Origin,
    /// Under which conditions of the template.
    pub when: Vec<Condition>,
    /// Why it is not known whether they can.
    pub unknown: Option<String>,
}

impl OutsideAccess {
    /// Whether the statement asks about something that ties the caller to an agreement, so that
    /// nobody can make them act for somebody else.
    #[must_use]
    pub fn agreed(&self) -> bool {
        let ties = |key: &Arc<str>| &**key == "sts:externalid" || key.starts_with("aws:source");
        self.keys.iter().any(ties)
    }
}

/// Everything that outsiders can do to the resources of an application, the worst first for each
/// resource.
#[must_use]
pub fn outside(access: &Access<'_>) -> Vec<OutsideAccess> {
    let mut found: Vec<OutsideAccess> = Vec::new();
    for (resource, is_target) in guarded(access) {
        let mut here = Vec::new();
        for when in worlds(access, &resource, is_target) {
            let Some((policy, written_in)) = joined(access, &resource, is_target, &when) else {
                continue;
            };
            let inquiry = Inquiry {
                access,
                resource: &resource,
                policy: &policy,
                when: &when,
            };
            for (statement, written_in) in policy.statements.iter().zip(written_in) {
                if statement.effect == Effect::Allow {
                    inquiry.statement(statement, &written_in, &mut here);
                }
            }
        }
        merge_worlds(&mut here);
        here.sort_by(|a, b| a.who.cmp(&b.who));
        found.extend(here);
    }
    found
}

/// Whether a policy speaks of anybody from outside but services. Nobody is asked: what is found
/// may still be denied to them.
pub(crate) fn speaks_of_people(access: &Access<'_>) -> bool {
    let policies = access.guards.iter().flat_map(|guard| &guard.worlds);
    let mut statements = policies.flat_map(|(_, policy)| policy.of_effect(Effect::Allow));
    statements.any(|statement| {
        let candidates = callers::of(access, statement);
        candidates
            .iter()
            .any(|candidate| candidate.who.is_somebody())
    })
}

/// The resources that have policies; with those policies that are on no resource of the
/// application.
fn guarded(access: &Access<'_>) -> Vec<(Arc<str>, bool)> {
    let mut guarded: Vec<(Arc<str>, bool)> = Vec::new();
    for guard in &access.guards {
        let on = match guard.targets.as_slice() {
            [] => vec![(guard.written_in.clone(), false)],
            targets => targets.iter().map(|t| (t.clone(), true)).collect(),
        };
        for one in on {
            if !guarded.contains(&one) {
                guarded.push(one);
            }
        }
    }
    guarded
}

/// The guards of a resource, or the one that is on no resource.
fn guards<'s>(
    access: &'s Access<'_>,
    id: &'s str,
    is_target: bool,
) -> impl Iterator<Item = &'s crate::Guard> {
    access.guards.iter().filter(move |guard| match is_target {
        true => guard.targets.iter().any(|target| &**target == id),
        false => guard.targets.is_empty() && &*guard.written_in == id,
    })
}

fn worlds(access: &Access<'_>, id: &str, is_target: bool) -> Vec<Vec<Condition>> {
    let mut worlds: Vec<Vec<Condition>> = Vec::new();
    for guard in guards(access, id, is_target) {
        for (when, _) in &guard.worlds {
            if !worlds.contains(when) {
                worlds.push(when.clone());
            }
        }
    }
    // A world that says nothing is a part of every other one.
    if worlds.iter().any(|world| !world.is_empty()) {
        worlds.retain(|world| !world.is_empty());
    }
    worlds
}

/// All statements on a resource in a world, each with the resource that it is written in.
fn joined(
    access: &Access<'_>,
    id: &str,
    is_target: bool,
    when: &[Condition],
) -> Option<(Policy, Vec<Arc<str>>)> {
    let mut policy = Policy::default();
    let mut written_in = Vec::new();
    for guard in guards(access, id, is_target) {
        let world = guard.worlds.iter().find(|(world, _)| agree(world, when));
        if let Some((_, part)) = world {
            if part.version == Version::V2012 {
                policy.version = part.version;
            }
            for statement in &part.statements {
                policy.statements.push(statement.clone());
                written_in.push(guard.written_in.clone());
            }
        }
    }
    (!policy.statements.is_empty()).then_some((policy, written_in))
}

/// The questions about one resource in one world.
struct Inquiry<'a> {
    access: &'a Access<'a>,
    resource: &'a str,
    policy: &'a Policy,
    when: &'a [Condition],
}

impl Inquiry<'_> {
    /// What a statement lets outsiders do.
    fn statement(
        &self,
        statement: &Statement,
        written_in: &Arc<str>,
        found: &mut Vec<OutsideAccess>,
    ) {
        let candidates = callers::of(self.access, statement);
        if candidates.is_empty() {
            return;
        }
        let arn = self.access.arn(self.resource);
        let asked = self.questions(statement, arn);
        for candidate in candidates {
            // Who can do it without an account needs none.
            let covered = |access: &OutsideAccess| {
                access.at == statement.origin
                    && access.when == self.when
                    && access.unknown.is_none()
                    && access.who.covers(&candidate.who)
            };
            if found.iter().any(covered) {
                continue;
            }
            let policies = self.policies(statement, &candidate);
            let mut access: Option<OutsideAccess> = None;
            for (action, level, texts) in &asked {
                if candidate.outsider.caller == Caller::Anonymous && !works_unsigned(action) {
                    continue;
                }
                let Some(answer) = self.best(&policies, &candidate, action, texts) else {
                    continue;
                };
                let unknown = self.unknown(&answer, &candidate);
                match &mut access {
                    Some(access) if access.unknown.is_some() && unknown.is_none() => {
                        access.actions = vec![(action.clone(), *level)];
                        access.witness = answer.request;
                        access.unknown = None;
                    }
                    Some(access) if access.unknown.is_some() == unknown.is_some() => {
                        access.actions.push((action.clone(), *level));
                        if worth(*level)
                            > access
                                .actions
                                .iter()
                                .map(|(_, l)| worth(*l))
                                .max()
                                .unwrap_or(0)
                        {
                            access.witness = answer.request;
                        }
                    }
                    Some(_) => {}
                    None => {
                        access = Some(OutsideAccess {
                            resource: Arc::from(self.resource),
                            written_in: written_in.clone(),
                            who: candidate.who.clone(),
                            actions: vec![(action.clone(), *level)],
                            witness: answer.request,
                            keys: statement.conditions.iter().map(|t| t.key.clone()).collect(),
                            at: statement.origin.clone(),
                            when: self.when.to_vec(),
                            unknown,
                        });
                    }
                }
            }
            found.extend(access);
        }
    }

    /// The actions that a statement is about, each with the texts to ask about.
    fn questions(
        &self,
        statement: &Statement,
        arn: Option<&str>,
    ) -> Vec<(Arc<str>, AccessLevel, Vec<String>)> {
        let catalogue = self.access.settings.catalogue;
        let patterns = statement.resources.iter().flat_map(|r| &r.patterns);
        let target = arn.and_then(|arn| Target::of(catalogue, arn, patterns.clone()));
        let mut asked = Vec::new();
        if let Some(target) = &target {
            let wanted = |action: &str| statement.matches_action(action) != Truth::No;
            for (action, texts) in target.actions(wanted) {
                let name = format!("{}:{}", target.service.prefix, action.name);
                let texts = texts.into_iter().map(str::to_owned).collect();
                asked.push((Arc::from(name), action.access, texts));
            }
            return asked;
        }
        // A resource that has no ARN of its own here: as the statement says it.
        let mut texts: Vec<String> = patterns
            .map(|text| crate::asking::filled(text.widest().tokens(), "any"))
            .collect();
        if texts.is_empty() {
            texts.push("*".to_owned());
        }
        for pattern in &statement.actions.patterns {
            let specific = pattern.written.contains(':') && !pattern.written.starts_with('*');
            if statement.actions.except || !specific {
                continue;
            }
            for (service, action) in catalogue.actions_matching(&pattern.written) {
                let name = format!("{}:{}", service.prefix, action.name);
                asked.push((Arc::from(name), action.access, texts.clone()));
            }
        }
        asked
    }

    /// The policies that decide, of which only this statement allows.
    fn policies(&self, statement: &Statement, candidate: &Candidate) -> Policies {
        let denies = |s: &&Statement| s.effect == Effect::Deny;
        let others = self.policy.statements.iter().filter(denies);
        let alone = Policy {
            version: self.policy.version,
            statements: others.chain([statement]).cloned().collect(),
        };
        let mut policies = self.access.policies_of_outsiders(None, self.when);
        // Those of the organisation bind its own accounts only.
        policies.scp = Vec::new();
        policies.resource = Some(Arc::new(alone));
        policies.public_access_block = self.public_access_block();
        if matches!(candidate.outsider.caller, Caller::Principal(_)) {
            policies.identity = vec![callers::everything()];
        }
        policies
    }

    /// A bucket that blocks public policies refuses to take one.
    fn public_access_block(&self) -> PublicAccessBlock {
        let bucket = self.access.app.resource(self.resource);
        let on = |path: &str| {
            let leaves = bucket.map(|bucket| bucket.at(path)).unwrap_or_default();
            let mut leaves = leaves.iter().filter(|leaf| agree(&leaf.when, self.when));
            leaves.next().is_some_and(|leaf| match &leaf.value.data {
                Data::Bool(on) => *on,
                Data::Text(text) => text.eq_ignore_ascii_case("true"),
                _ => false,
            })
        };
        let blocks = on("PublicAccessBlockConfiguration.BlockPublicPolicy");
        let restricts = on("PublicAccessBlockConfiguration.RestrictPublicBuckets");
        PublicAccessBlock {
            block_public_policy: blocks,
            restrict_public_buckets: blocks || restricts,
            ..PublicAccessBlock::default()
        }
    }

    /// The first text for which it is allowed, else for which it may be.
    fn best(
        &self,
        policies: &Policies,
        candidate: &Candidate,
        action: &str,
        texts: &[String],
    ) -> Option<Answer> {
        let mut unknown = None;
        for text in texts {
            let account = arn_part(text, 4).unwrap_or(&self.access.account);
            let answer = ask(policies, &candidate.outsider, action, text, account);
            if answer.allowed() {
                return Some(answer);
            }
            if answer.unknown() && unknown.is_none() {
                unknown = Some(answer);
            }
        }
        unknown
    }

    fn unknown(&self, answer: &Answer, candidate: &Candidate) -> Option<String> {
        if let Some(reason) = &candidate.unknown {
            return Some(reason.clone());
        }
        let holes = answer.unknown().then_some(&answer.decision.reasons)?;
        let reasons: Vec<&str> = holes
            .iter()
            .filter_map(|hole| self.access.symbols.reason(*hole))
            .map(|reason| &**reason)
            .collect();
        Some(match reasons.as_slice() {
            [] => "a text that is not known decides it".to_owned(),
            reasons => reasons.join(", "),
        })
    }
}

/// How much an action is worth showing.
fn worth(level: AccessLevel) -> u8 {
    match level {
        AccessLevel::Tagging => 0,
        AccessLevel::List => 1,
        AccessLevel::Read => 2,
        AccessLevel::Write => 3,
        AccessLevel::PermissionsManagement => 4,
    }
}

/// Whether a service takes requests for an action that nobody signed.
fn works_unsigned(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    match service {
        "s3" | "sqs" | "sns" | "execute-api" | "es" | "elasticfilesystem" => true,
        "lambda" => action == "lambda:InvokeFunctionUrl",
        "sts" => action != "sts:AssumeRole",
        _ => false,
    }
}

/// What holds in each world of a resource holds without conditions; the same in several is said
/// once.
fn merge_worlds(found: &mut Vec<OutsideAccess>) {
    let mut merged: Vec<OutsideAccess> = Vec::new();
    for access in found.drain(..) {
        let same = |other: &&mut OutsideAccess| {
            other.who == access.who
                && other.at == access.at
                && other.actions == access.actions
                && other.unknown.is_some() == access.unknown.is_some()
        };
        match merged.iter_mut().find(same) {
            // Conditions that both have are those that it depends on.
            Some(other) => other.when.retain(|c| access.when.contains(c)),
            None => merged.push(access),
        }
    }
    *found = merged;
}

#[cfg(test)]
mod tests;
