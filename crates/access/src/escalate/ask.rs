//! Whether a principal can make a call: a concrete request is built, evaluated, and its context
//! mended until the policies allow it.
//!
//! A context key has the values that the provider would send: what it knows of the caller, what the
//! action can carry, what the attempt needs (`iam:PassedToService`). Only those are tried, so that
//! a condition stops what it would stop.

use super::texts::Filling;
use palisade_iam::catalogue::{Action, Service};
use palisade_iam::condition::{Family, Operand, Test};
use palisade_iam::{
    Caller, Catalogue, Context, ContextValue, Effect, Element, Layer, Outcome, Pattern, Piece,
    Policies, Policy, Request, Statement, Syntax, Text, Truth, arn_part, evaluate,
};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// How much may still be evaluated; what was cut short is not decided.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<u32>,
    pub(super) exhausted: Cell<bool>,
}

/// One question is worth at most so many evaluations.
const PER_QUESTION: u32 = 200;
/// All questions together.
const IN_ALL: u32 = 300_000;

impl Default for Budget {
    fn default() -> Self {
        Self {
            left: Cell::new(IN_ALL),
            exhausted: Cell::new(false),
        }
    }
}

impl Budget {
    fn spend(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        if left == 0 {
            self.exhausted.set(true);
        }
        left > 0
    }
}

/// Somebody, with all policies that decide about their calls.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) arn: Arc<str>,
    /// The ARN of the user or role in IAM: of a session, its role's.
    pub(super) identity: Arc<str>,
    pub(super) policies: Policies,
    /// What of the policies is about an action.
    about: RefCell<BTreeMap<Arc<str>, Rc<Policies>>>,
}

impl Actor {
    pub(super) fn new(arn: &str, policies: Policies) -> Self {
        let role_of_session = || {
            let name = arn_part(arn, 5)?.strip_prefix("assumed-role/")?;
            let role = name.split('/').next()?;
            let (partition, account) = (arn_part(arn, 1)?, arn_part(arn, 4)?);
            Some(format!("arn:{partition}:iam::{account}:role/{role}"))
        };
        Self {
            arn: Arc::from(arn),
            identity: role_of_session().map_or_else(|| Arc::from(arn), Arc::from),
            policies,
            about: RefCell::default(),
        }
    }

    /// The same one with other policies.
    pub(super) fn with(&self, policies: Policies) -> Self {
        Self::new(&self.arn, policies)
    }

    /// The statements that are about an action, in their layers, and about nothing else: they are
    /// asked many times.
    fn about(&self, action: &str) -> Rc<Policies> {
        if let Some(known) = self.about.borrow().get(action) {
            return known.clone();
        }
        let lower = action.to_ascii_lowercase();
        let narrowed = |policy: &Arc<Policy>| {
            let about = policy
                .statements
                .iter()
                .filter_map(|statement| narrowed(statement, &lower));
            Arc::new(Policy {
                version: policy.version,
                statements: about.collect(),
            })
        };
        let all = |list: &Vec<Arc<Policy>>| list.iter().map(narrowed).collect::<Vec<_>>();
        let policies = &self.policies;
        let about = Rc::new(Policies {
            identity: all(&policies.identity),
            resource: None,
            boundary: policies.boundary.as_ref().map(all),
            session: policies.session.as_ref().map(narrowed),
            scp: policies.scp.iter().map(all).collect(),
            rcp: policies.rcp.iter().map(all).collect(),
            endpoint: all(&policies.endpoint),
            public_access_block: policies.public_access_block,
        });
        self.about
            .borrow_mut()
            .insert(Arc::from(action), about.clone());
        about
    }

    pub(super) fn account(&self) -> &str {
        arn_part(&self.arn, 4).unwrap_or_default()
    }

    pub(super) fn partition(&self) -> &str {
        arn_part(&self.arn, 1).unwrap_or("aws")
    }

    pub(super) fn is_user(&self) -> bool {
        arn_part(&self.identity, 5).is_some_and(|name| name.starts_with("user/"))
    }

    pub(super) fn is_role(&self) -> bool {
        arn_part(&self.identity, 5).is_some_and(|name| name.starts_with("role/"))
    }

    pub(super) fn filling(&self) -> Filling<'_> {
        Filling {
            partition: self.partition(),
            account: self.account(),
            name: "example",
        }
    }

    /// What the provider knows of the caller: nothing when it is no key about the caller, and
    /// nothing within when requests of this caller do not have it.
    fn known(&self, key: &str) -> Option<Option<Arc<str>>> {
        let name = || self.identity.rsplit('/').next().map(Arc::from);
        Some(match key {
            "aws:principalarn" => Some(self.identity.clone()),
            "aws:principalaccount" => Some(Arc::from(self.account())),
            "aws:principaltype" if self.is_user() => Some(Arc::from("User")),
            "aws:principaltype" => Some(Arc::from("AssumedRole")),
            "aws:username" if self.is_user() => name(),
            "aws:principalisawsservice" => Some(Arc::from("false")),
            // Nobody calls on behalf of the caller.
            "kms:viaservice" => None,
            "aws:username" | "aws:principalservicename" | "aws:principalservicenameslist" => None,
            _ => return None,
        })
    }
}

/// A call that somebody wants to make.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
    /// The keys that matter to the attempt, in lower case, each with the values that serve it
    /// (nothing: absent).
    pub(super) sends: &'a [(&'a str, Vec<Option<Arc<str>>>)],
    /// The resource's own policy.
    pub(super) policy: Option<Arc<Policy>>,
}

/// Whether a call can be made.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// With this request.
    Yes(Request),
    /// With this request, if holes are what is needed.
    Maybe(Request, Vec<char>),
    /// With no request that was tried.
    No,
}

impl Answer {
    pub(super) fn is_no(&self) -> bool {
        *self == Self::No
    }

    /// The better of two answers.
    fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Yes(_), _) | (Self::Maybe(..), Self::Maybe(..) | Self::No) => self,
            _ => other,
        }
    }
}

/// Asks whether an actor can make calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    pub(super) actor: &'a Actor,
    pub(super) catalogue: &'a Catalogue,
    pub(super) budget: &'a Budget,
}

impl Asker<'_> {
    /// Resources of a shape that statements about these actions speak of.
    pub(super) fn resources(&self, shape: &Pattern, actions: &[&str]) -> Vec<String> {
        const MAX_PATTERNS: usize = 64;
        const MAX_PAIRED: usize = 12;
        const MAX_RESOURCES: usize = 24;
        let filling = self.actor.filling();
        let mut found = vec![filling.fill(shape)];
        // Each with the layer and the action that it is from.
        let mut patterns: Vec<((usize, usize), Pattern)> = Vec::new();
        for (a, action) in actions.iter().enumerate() {
            let about = self.actor.about(action);
            for (layer, statement) in statements(&about) {
                let context = self.values_for(texts(statement));
                for text in named_resources(statement) {
                    let pattern = text.resolve(&context).map(std::borrow::Cow::into_owned);
                    let new = |p: &Pattern| {
                        !p.is_everything() && !patterns.iter().any(|(_, known)| known == p)
                    };
                    if let Some(pattern) = pattern.filter(new) {
                        patterns.push(((layer, a), pattern));
                    }
                }
            }
        }
        patterns.truncate(MAX_PATTERNS);
        patterns.retain(|(_, pattern)| {
            let text = filling.meet(shape, pattern);
            let meets = text.is_some();
            found.extend(text.filter(|text| !found.contains(text)));
            meets
        });
        // What two layers, or two actions, both want.
        for (i, (a_from, a)) in patterns.iter().enumerate().take(MAX_PAIRED) {
            for (b_from, b) in patterns.iter().skip(i + 1).take(MAX_PAIRED) {
                let have =
                    |text: &String| a.matches(text) != Truth::No && b.matches(text) != Truth::No;
                if a_from != b_from && !found.iter().any(have) {
                    found.extend(filling.meet_both(shape, a, b));
                }
            }
        }
        found.truncate(MAX_RESOURCES);
        found
    }

    /// Values for the variables of some texts.
    fn values_for<'t>(&self, texts: impl IntoIterator<Item = &'t Text>) -> Context {
        let mut context = Context::default();
        for key in variables(texts) {
            if let Some(value) = self.preset(&key) {
                context.insert(&key, ContextValue::Single(value));
            }
        }
        context
    }

    fn preset(&self, key: &str) -> Option<Arc<str>> {
        match self.actor.known(key) {
            Some(known) => known,
            None => Some(Arc::from("example")),
        }
    }

    /// Whether the actor can make a call.
    pub(super) fn ask(&self, ask: &Ask<'_>) -> Answer {
        let mut policies = self.actor.about(ask.action);
        if ask.policy.is_some() {
            Rc::make_mut(&mut policies).resource.clone_from(&ask.policy);
        }
        let statements: Vec<&Statement> = statements(&policies)
            .map(|(_, statement)| statement)
            .collect();
        let mut search = Search {
            policies: &policies,
            keys: BTreeMap::new(),
            left: PER_QUESTION,
            budget: self.budget,
        };
        let mut request = Request {
            caller: Caller::Principal(self.actor.arn.clone()),
            action: Arc::from(ask.action),
            resource: Arc::from(ask.resource),
            resource_account: None,
            context: Context::default(),
        };
        let mut decided = BTreeSet::new();
        for statement in &statements {
            for test in &statement.conditions {
                if !search.keys.contains_key(&test.key) {
                    let values = self.values(&test.key, ask, &statements);
                    if let [only] = values.as_slice() {
                        decided.insert(test.key.clone());
                        if let Some(value) = only {
                            request
                                .context
                                .insert(&test.key, ContextValue::Single(value.clone()));
                        }
                    }
                    search.keys.insert(test.key.clone(), values);
                }
            }
            for key in variables(texts(statement)) {
                if let Some(value) = self.preset(&key) {
                    request.context.insert(&key, ContextValue::Single(value));
                    decided.insert(key);
                }
            }
        }
        search.solve(request, &decided)
    }

    /// The values of a key that may be sent with a call: absent first.
    fn values(&self, key: &str, ask: &Ask<'_>, statements: &[&Statement]) -> Vec<Option<Arc<str>>> {
        if let Some((_, values)) = ask.sends.iter().find(|(sent, _)| *sent == key) {
            return values.clone();
        }
        if let Some(known) = self.actor.known(key) {
            return vec![known];
        }
        if key == "aws:resourceaccount" {
            let account = arn_part(ask.resource, 4).unwrap_or(self.actor.account());
            return vec![Some(Arc::from(account))];
        }
        if !self.can_carry(ask.action, key) {
            return vec![None];
        }
        let mut values: Vec<Option<Arc<str>>> = vec![None];
        let tests = statements
            .iter()
            .flat_map(|statement| &statement.conditions);
        for test in tests.filter(|test| &*test.key == key) {
            for value in self.values_of(test) {
                let value = Some(Arc::from(value));
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        values
    }

    /// Whether a request for an action can have a key.
    fn can_carry(&self, action: &str, key: &str) -> bool {
        let about_tags = ["aws:resourcetag/", "aws:requesttag/", "aws:tagkeys"];
        let depends = about_tags.iter().any(|start| key.starts_with(start));
        if !depends && self.catalogue.global_key(key).is_some() {
            return true;
        }
        let found = action.split_once(':').and_then(|(prefix, name)| {
            let service = self.catalogue.service(prefix)?;
            Some((service, service.action(name)?))
        });
        let Some((service, action)) = found else {
            return true;
        };
        // A key that nobody knows may be anything.
        carries(service, action, key) || (!depends && self.catalogue.condition_key(key).is_none())
    }

    /// Values around what a test asks for.
    fn values_of(&self, test: &Test) -> Vec<String> {
        let mut values = Vec::new();
        for operand in &test.operands {
            match operand {
                Operand::Text(text) => {
                    let context = self.values_for([text]);
                    let pattern = text.resolve(&context).unwrap_or_else(|| text.widest());
                    values.push(self.actor.filling().fill(&pattern));
                }
                Operand::Number(n) => {
                    values.extend([n.to_string(), (n - 1.0).to_string(), (n + 1.0).to_string()])
                }
                Operand::Date(micros) => {
                    let seconds = micros / 1_000_000;
                    values.extend([-86_400, 0, 86_400].map(|by| (seconds + by).to_string()));
                }
                Operand::Network(network) => values.push(network.first.to_string()),
                Operand::Bool(_) | Operand::Invalid(_) | Operand::Unknown(_) => {}
            }
        }
        let others: &[&str] = match test.operator.compare.family() {
            Family::Bool => &["true", "false"],
            Family::Ip => &["203.0.113.1", "198.51.100.1", "2001:db8::1"],
            Family::Arn => &["arn:aws:iam::999999999999:role/another"],
            Family::Numeric => &["0"],
            Family::Date => &["2026-01-01"],
            _ => &["another"],
        };
        values.extend(others.iter().map(|&other| other.to_owned()));
        values
    }
}

/// All statements, each with the number of its layer.
fn statements(policies: &Policies) -> impl Iterator<Item = (usize, &Statement)> {
    let levels = policies.scp.iter().chain(&policies.rcp).map(Vec::as_slice);
    [
        policies.identity.as_slice(),
        policies.boundary.as_deref().unwrap_or_default(),
        policies.session.as_slice(),
        policies.endpoint.as_slice(),
        policies.resource.as_slice(),
    ]
    .into_iter()
    .chain(levels)
    .enumerate()
    .flat_map(|(layer, policies)| {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        statements.map(move |statement| (layer, statement))
    })
}

/// The resources that a statement allows, or that its denial spares, and the policies that may be
/// attached by it.
fn named_resources(statement: &Statement) -> impl Iterator<Item = &Text> {
    let wanted = |element: &&Element| element.except != (statement.effect == Effect::Allow);
    let resources = (statement.resources.iter())
        .filter(wanted)
        .flat_map(|element| &element.patterns);
    let attachable = statement
        .conditions
        .iter()
        .filter(|test| &*test.key == "iam:policyarn");
    let attachable =
        attachable
            .flat_map(|test| &test.operands)
            .filter_map(|operand| match operand {
                Operand::Text(text) => Some(text),
                _ => None,
            });
    resources.chain(attachable)
}

/// A statement with what it says of one action, in lower case.
fn narrowed(statement: &Statement, action: &str) -> Option<Statement> {
    let matched = statement.matches_action(action);
    let mut actions = Element {
        except: false,
        patterns: Vec::new(),
        span: statement.actions.span,
    };
    match matched {
        Truth::No => return None,
        Truth::Maybe => actions = statement.actions.clone(),
        Truth::Yes => {
            let syntax = Syntax {
                wildcards: false,
                variables: false,
            };
            actions
                .patterns
                .push(Text::new(action, statement.actions.span, syntax));
        }
    }
    Some(Statement {
        sid: statement.sid.clone(),
        effect: statement.effect,
        principals: statement.principals.clone(),
        actions,
        resources: statement.resources.clone(),
        conditions: statement.conditions.clone(),
        uncertain: statement.uncertain,
        origin: statement.origin.clone(),
    })
}

fn carries(service: &Service, action: &Action, key: &str) -> bool {
    let of_resources = (action.resources.iter()).flat_map(|kind| service.keys_of_resource(kind));
    service
        .keys_of_action(action)
        .chain(of_resources)
        .any(|known| known.is(key))
}

/// The texts in which a statement can have variables.
fn texts(statement: &Statement) -> impl Iterator<Item = &Text> {
    let resources = (statement.resources.iter()).flat_map(|element| &element.patterns);
    let operands = (statement.conditions.iter()).flat_map(|test| &test.operands);
    resources.chain(operands.filter_map(|operand| match operand {
        Operand::Text(text) => Some(text),
        _ => None,
    }))
}

/// The keys of the variables in some texts.
fn variables<'t>(texts: impl IntoIterator<Item = &'t Text>) -> BTreeSet<Arc<str>> {
    let pieces = texts.into_iter().filter_map(Text::variables).flatten();
    pieces
        .filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key.clone()),
            Piece::Token(_) => None,
        })
        .collect()
}

/// The search for a context.
struct Search<'a> {
    policies: &'a Policies,
    keys: BTreeMap<Arc<str>, Vec<Option<Arc<str>>>>,
    left: u32,
    budget: &'a Budget,
}

impl Search<'_> {
    fn solve(&mut self, request: Request, decided: &BTreeSet<Arc<str>>) -> Answer {
        if self.left == 0 || !self.budget.spend() {
            return Answer::No;
        }
        self.left -= 1;
        let decision = evaluate(self.policies, &request);
        match decision.outcome {
            Outcome::Allowed => Answer::Yes(request),
            Outcome::Unknown => Answer::Maybe(request, decision.reasons),
            Outcome::ExplicitlyDenied => {
                let denies =
                    |m: &&palisade_iam::Matched| m.effect == Effect::Deny && m.truth == Truth::Yes;
                let statement = decision.matched.iter().find(denies);
                match statement.and_then(|m| self.policies.statement(m)) {
                    Some(statement) => {
                        let tests = statement.conditions.clone();
                        self.mend(&request, decided, &tests, Truth::No)
                    }
                    None => Answer::No,
                }
            }
            Outcome::ImplicitlyDenied => self.allow(decision.layer, &request, decided),
        }
    }

    /// Makes a statement of a layer match that would allow.
    fn allow(&mut self, layer: Layer, request: &Request, decided: &BTreeSet<Arc<str>>) -> Answer {
        let policies = self.policies;
        let levels = match layer {
            Layer::Scp => policies.scp.len(),
            _ => 1,
        };
        let action = request.action.to_ascii_lowercase();
        let mut best = Answer::No;
        for level in 0..levels {
            for policy in policies.of(layer, Some(level)) {
                for statement in policy.of_effect(Effect::Allow) {
                    if statement.matches_action(&action) == Truth::No
                        || statement.matches_resource(&request.resource, &request.context)
                            == Truth::No
                    {
                        continue;
                    }
                    let fails = |test: &&Test| test.holds(&request.context) != Some(Truth::Yes);
                    let Some(test) = statement.conditions.iter().find(fails) else {
                        continue;
                    };
                    let tests = std::slice::from_ref(test);
                    best = best.or(self.mend(request, decided, tests, Truth::Yes));
                    if let Answer::Yes(_) = best {
                        return best;
                    }
                }
            }
        }
        best
    }

    /// Gives a key of one of the tests a value under which the test has the wanted outcome.
    fn mend(
        &mut self,
        request: &Request,
        decided: &BTreeSet<Arc<str>>,
        tests: &[Test],
        wanted: Truth,
    ) -> Answer {
        let mut best = Answer::No;
        for test in tests {
            if decided.contains(&test.key) {
                continue;
            }
            let mut decided = decided.clone();
            decided.insert(test.key.clone());
            for value in self.keys.get(&test.key).cloned().unwrap_or_default() {
                let mut request = request.clone();
                if let Some(value) = value {
                    request
                        .context
                        .insert(&test.key, ContextValue::Single(value));
                }
                if test.holds(&request.context) != Some(wanted) {
                    continue;
                }
                best = best.or(self.solve(request, &decided));
                if let Answer::Yes(_) = best {
                    return best;
                }
            }
        }
        best
    }
}
