//! Is there a request that is allowed? A concrete request is decided by `iam::evaluate`; here the
//! context of one is looked for, among the values that the policies themselves speak of. What is
//! found is a request that was evaluated; that nothing was found within the budget means that no
//! combination of those values does it.

use palisade_iam::condition::{Family, Operand, Test};
use palisade_iam::{
    Caller, Context, ContextValue, Decision, Effect, Layer, Outcome, Pattern, Policies, Request,
    Statement, Token, Truth, evaluate,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// At most so many requests are evaluated for one question.
const BUDGET: usize = 96;
/// At most so many statements are met or evaded one after the other.
const DEPTH: usize = 6;

/// Somebody who asks: what a request of theirs can carry.
pub(crate) trait Asker {
    /// Who.
    fn caller(&self) -> Caller;
    /// The value that the cloud gives to a key in their requests, when it is always the same.
    fn given(&self, key: &str) -> Option<Arc<str>>;
    /// Whether a request of theirs can carry this value of a key, in lower case, or no value.
    fn can(&self, key: &str, value: Option<&str>) -> bool;
    /// Fills a wildcard of an ARN or a text: an account of theirs.
    fn account(&self) -> &str;
}

/// The answer, with the request that it was found with: the best one.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) request: Request,
    pub(crate) decision: Decision,
}

impl Answer {
    pub(crate) fn allowed(&self) -> bool {
        self.decision.outcome == Outcome::Allowed
    }

    pub(crate) fn unknown(&self) -> bool {
        self.decision.outcome == Outcome::Unknown
    }
}

/// Looks for a context under which an action on a resource is allowed.
pub(crate) fn ask(
    policies: &Policies,
    asker: &dyn Asker,
    action: &str,
    resource: &str,
    resource_account: &str,
) -> Answer {
    let mut request = Request {
        caller: asker.caller(),
        action: Arc::from(action),
        resource: Arc::from(resource),
        resource_account: Some(Arc::from(resource_account)),
        context: Context::default(),
    };
    let first = evaluate(policies, &request);
    let statements = concerned(policies, &request);
    let domains = Domains::of(&statements, asker);
    if domains.keys.is_empty() {
        // No condition decides anything.
        return Answer {
            request,
            decision: first,
        };
    }
    for (key, values) in &domains.keys {
        if let Some(Some(value)) = values.first() {
            let value = ContextValue::Single(value.clone());
            request.context.insert(key, value);
        }
    }
    let mut search = Search {
        policies,
        domains: &domains,
        left: BUDGET,
        unknown: None,
    };
    let mut fixed = BTreeSet::new();
    if let Some(found) = search.from(&request, &mut fixed, DEPTH) {
        return shortest(policies, asker, found);
    }
    search.unknown.unwrap_or(Answer {
        request,
        decision: first,
    })
}

/// The statements of all layers that can be about the action.
fn concerned<'a>(policies: &'a Policies, request: &Request) -> Vec<&'a Statement> {
    let action = request.action.to_ascii_lowercase();
    let layers = (policies.identity.iter())
        .chain(&policies.resource)
        .chain(policies.boundary.iter().flatten())
        .chain(&policies.session)
        .chain(policies.scp.iter().flatten())
        .chain(policies.rcp.iter().flatten())
        .chain(&policies.endpoint);
    layers
        .flat_map(|policy| &policy.statements)
        .filter(|statement| statement.matches_action(&action) != Truth::No)
        .collect()
}

/// The same without the keys that make no difference, and that the asker need not send.
fn shortest(policies: &Policies, asker: &dyn Asker, found: Answer) -> Answer {
    let mut found = found;
    let keys: Vec<Arc<str>> = found
        .request
        .context
        .iter()
        .map(|(k, _)| k.clone())
        .collect();
    for key in keys {
        if !asker.can(&key, None) && asker.given(&key).is_none() {
            continue;
        }
        let mut context = Context::default();
        for (other, value) in found.request.context.iter() {
            if *other != key {
                context.insert(other, value.clone());
            }
        }
        let request = Request {
            context,
            ..found.request.clone()
        };
        let decision = evaluate(policies, &request);
        if decision.outcome == Outcome::Allowed {
            found = Answer { request, decision };
        }
    }
    found
}

/// The values that a key is given a try with; `None` is an absent key. The first is the usual one.
struct Domains {
    keys: BTreeMap<Arc<str>, Vec<Option<Arc<str>>>>,
}

impl Domains {
    fn of(statements: &[&Statement], asker: &dyn Asker) -> Self {
        let mut keys: BTreeMap<Arc<str>, Vec<Option<Arc<str>>>> = BTreeMap::new();
        for test in statements.iter().flat_map(|s| &s.conditions) {
            let values = keys.entry(test.key.clone()).or_insert_with(|| {
                let given = asker.given(&test.key);
                match given {
                    Some(given) => vec![Some(given)],
                    None => vec![None],
                }
            });
            for value in values_of(test, asker) {
                let value = Some(value);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        for statement in statements {
            for key in variables(statement) {
                keys.entry(key.clone()).or_insert_with(|| {
                    let given = asker.given(&key).unwrap_or_else(|| Arc::from("any"));
                    vec![Some(given), None]
                });
            }
        }
        for (key, values) in &mut keys {
            values.retain(|value| asker.can(key, value.as_deref()));
            if !values.contains(&None) && asker.can(key, None) {
                values.push(None);
            }
        }
        Self { keys }
    }

    fn of_key(&self, key: &str) -> &[Option<Arc<str>>] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }
}

/// The keys of the policy variables in a statement's resources.
fn variables(statement: &Statement) -> Vec<Arc<str>> {
    let patterns = statement.resources.iter().flat_map(|r| &r.patterns);
    let pieces = patterns.filter_map(|text| text.variables()).flatten();
    let key = |piece: &palisade_iam::Piece| match piece {
        palisade_iam::Piece::Variable { key, .. } => Some(key.clone()),
        palisade_iam::Piece::Token(_) => None,
    };
    pieces.filter_map(key).collect()
}

/// Values that fit a test's operands, or are next to them.
fn values_of(test: &Test, asker: &dyn Asker) -> Vec<Arc<str>> {
    let mut values: Vec<Arc<str>> = Vec::new();
    for operand in &test.operands {
        match operand {
            Operand::Text(text) => {
                let pattern = text.widest();
                values.push(Arc::from(fill(&pattern, &test.key, asker)));
            }
            Operand::Bool(_) => {}
            Operand::Number(number) => {
                for near in [*number, number - 1.0, number + 1.0] {
                    values.push(Arc::from(near.to_string()));
                }
            }
            Operand::Date(_) => {
                for year in ["2026-01-01T00:00:00Z", "1990-01-01", "2090-01-01"] {
                    values.push(Arc::from(year));
                }
            }
            Operand::Network(network) => {
                values.push(Arc::from(network.first.to_string()));
                values.push(Arc::from(network.last.to_string()));
            }
            Operand::Invalid(_) | Operand::Unknown(_) => {}
        }
    }
    let others: &[&str] = match test.operator.compare.family() {
        Family::Bool => &["true", "false"],
        Family::Ip => &["198.18.0.10"],
        Family::Null => &["any"],
        Family::Arn => &[],
        _ if test.operator.compare.is_negated() => &["other"],
        _ => &[],
    };
    values.extend(others.iter().copied().map(Arc::from));
    values
}

/// A text that a pattern matches: the usual value of the key where the pattern matches that.
pub(crate) fn fill(pattern: &Pattern, key: &str, asker: &dyn Asker) -> String {
    if let Some(given) = asker.given(key)
        && pattern.matches(&given) != Truth::No
    {
        return given.to_string();
    }
    let parts = pattern.arn_parts();
    let is_arn = parts.len() == 6 && text_of(parts.first().copied().unwrap_or_default()) == "arn";
    if pattern.is_everything() && key.ends_with("arn") {
        return format!("arn:aws:sns:us-east-1:{}:any", asker.account());
    }
    if !is_arn {
        return filled(pattern.tokens(), "any");
    }
    let fillers = ["", "aws", "sns", "us-east-1", asker.account(), "any"];
    let texts: Vec<String> = parts
        .iter()
        .zip(fillers)
        .map(|(part, filler)| filled(part, filler))
        .collect();
    texts.join(":")
}

fn text_of(tokens: &[Token]) -> String {
    filled(tokens, "")
}

/// The text of some tokens, with this for a run of any characters.
pub(crate) fn filled(tokens: &[Token], run: &str) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Char(c) | Token::Hole(c) => text.push(*c),
            Token::One => text.push('x'),
            Token::Run => text.push_str(run),
        }
    }
    text
}

struct Search<'a> {
    policies: &'a Policies,
    domains: &'a Domains,
    left: usize,
    unknown: Option<Answer>,
}

impl Search<'_> {
    /// Evaluates a request, and changes what stands in its way.
    fn from(
        &mut self,
        request: &Request,
        fixed: &mut BTreeSet<Arc<str>>,
        depth: usize,
    ) -> Option<Answer> {
        self.left = self.left.checked_sub(1)?;
        let decision = evaluate(self.policies, request);
        let answer = Answer {
            request: request.clone(),
            decision,
        };
        match answer.decision.outcome {
            Outcome::Allowed => return Some(answer),
            Outcome::Unknown if self.unknown.is_none() => self.unknown = Some(answer.clone()),
            _ => {}
        }
        let depth = depth.checked_sub(1)?;
        match answer.decision.outcome {
            Outcome::ExplicitlyDenied => self.evade(&answer, fixed, depth),
            Outcome::ImplicitlyDenied => self.meet(&answer, fixed, depth),
            Outcome::Allowed | Outcome::Unknown => None,
        }
    }

    /// Makes a statement that denies not match, by one of its tests.
    fn evade(
        &mut self,
        answer: &Answer,
        fixed: &mut BTreeSet<Arc<str>>,
        depth: usize,
    ) -> Option<Answer> {
        let denies = |m: &&palisade_iam::Matched| m.effect == Effect::Deny && m.truth == Truth::Yes;
        let matched = answer.decision.matched.iter().find(denies)?;
        let statement = self.policies.statement(matched)?;
        for test in &statement.conditions {
            if fixed.contains(&test.key) {
                continue;
            }
            for value in self.domains.of_key(&test.key) {
                let request = with(&answer.request, &test.key, value.as_ref());
                if test.holds(&request.context) != Some(Truth::No) {
                    continue;
                }
                fixed.insert(test.key.clone());
                let found = self.from(&request, fixed, depth);
                fixed.remove(&test.key);
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// Makes a statement match that would allow, in the layer that lacks one.
    fn meet(
        &mut self,
        answer: &Answer,
        fixed: &mut BTreeSet<Arc<str>>,
        depth: usize,
    ) -> Option<Answer> {
        let layer = answer.decision.layer;
        let levels: Vec<Option<usize>> = match layer {
            Layer::Scp => (0..self.policies.scp.len()).map(Some).collect(),
            _ => vec![None],
        };
        let action = answer.request.action.to_ascii_lowercase();
        let policies = self.policies;
        let statements = levels
            .iter()
            .flat_map(|level| policies.of(layer, *level))
            .flat_map(|policy| policy.of_effect(Effect::Allow));
        for statement in statements {
            if statement.matches_action(&action) == Truth::No {
                continue;
            }
            let Some((request, keys)) = self.meeting(statement, &answer.request, fixed) else {
                continue;
            };
            if request.context == answer.request.context {
                continue;
            }
            let new: Vec<Arc<str>> = keys.difference(fixed).cloned().collect();
            fixed.extend(new.iter().cloned());
            let found = self.from(&request, fixed, depth);
            for key in &new {
                fixed.remove(key);
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The request with values that fit all tests of a statement.
    fn meeting(
        &self,
        statement: &Statement,
        request: &Request,
        fixed: &BTreeSet<Arc<str>>,
    ) -> Option<(Request, BTreeSet<Arc<str>>)> {
        let mut request = request.clone();
        let mut keys = BTreeSet::new();
        for test in &statement.conditions {
            if !keys.insert(test.key.clone()) {
                continue;
            }
            let all_hold = |request: &Request| {
                statement
                    .conditions
                    .iter()
                    .filter(|other| other.key == test.key)
                    .all(|other| other.holds(&request.context).unwrap_or(Truth::No) != Truth::No)
            };
            if all_hold(&request) {
                continue;
            }
            if fixed.contains(&test.key) {
                return None;
            }
            let values = self.domains.of_key(&test.key);
            request = values
                .iter()
                .map(|value| with(&request, &test.key, value.as_ref()))
                .find(all_hold)?;
        }
        for key in variables(statement) {
            if request.context.get(&key).is_none()
                && let Some(Some(value)) = self.domains.of_key(&key).iter().find(|v| v.is_some())
            {
                request = with(&request, &key, Some(value));
            }
        }
        Some((request, keys))
    }
}

/// The request with another value of a key; an empty list of values is an absent key.
fn with(request: &Request, key: &str, value: Option<&Arc<str>>) -> Request {
    let mut request = request.clone();
    let value = match value {
        Some(value) => ContextValue::Single(value.clone()),
        None => ContextValue::Many(Vec::new()),
    };
    request.context.insert(key, value);
    request
}
