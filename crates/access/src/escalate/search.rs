//! Tries every method for the principal, then for the roles that it can assume.

use super::ask::{Actor, Ask, Answer, Asker, Budget};
use super::gain::{self, Gains};
use super::method::{self, Call, Family, Gives, Method, On, Sends};
use super::{Escalation, EscalationPath, Inventory, Question, Role, Step, Verdict};
use palisade_iam::condition::Operand;
use palisade_iam::{Effect, Pattern, Policies, Policy, Request, Truth, arn_part, is_symbol};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many roles may follow on each other.
const MAX_DEPTH: usize = 4;
/// The account in witnesses where nothing names one.
const SOME_ACCOUNT: &str = "111122223333";
/// Policies that AWS manages, the strongest first.
const STRONG: &[&str] = &[
    "AdministratorAccess",
    "IAMFullAccess",
    "PowerUserAccess",
    "job-function/SystemAdministrator",
    "AWSLambda_FullAccess",
    "AmazonEC2FullAccess",
];

pub(super) struct Search<'a> {
    question: Question<'a>,
    budget: Budget,
    assumed: RefCell<BTreeSet<String>>,
    /// What AWS manages is judged without judging what it attaches in turn.
    nested: bool,
    strong: OnceCell<Vec<Option<Arc<str>>>>,
}

/// Somebody on the way, with what is known of them.
struct State {
    actor: Actor,
    /// The principal is somebody known, not anybody who has the policies.
    known: bool,
    may: RefCell<BTreeMap<&'static str, bool>>,
    anything: OnceCell<Option<Request>>,
    account: OnceCell<Option<Request>>,
    roles: OnceCell<BTreeMap<Arc<str>, Request>>,
}

impl State {
    fn new(actor: Actor, known: bool) -> Self {
        Self {
            actor,
            known,
            may: RefCell::default(),
            anything: OnceCell::new(),
            account: OnceCell::new(),
            roles: OnceCell::new(),
        }
    }

    /// Whether some statement of its own allows an action at all.
    fn may(&self, action: &'static str) -> bool {
        *self.may.borrow_mut().entry(action).or_insert_with(|| {
            let action = action.to_ascii_lowercase();
            let mut statements = (self.actor.policies.identity.iter()).flat_map(|p| p.of_effect(Effect::Allow));
            statements.any(|statement| statement.matches_action(&action) != Truth::No)
        })
    }
}

/// What a method may be tried for.
struct Found {
    steps: Vec<Step>,
    gains: String,
    gained: Option<Request>,
    reasons: BTreeSet<char>,
}

impl<'a> Search<'a> {
    pub(super) fn new(question: &Question<'a>) -> Self {
        Self {
            question: *question,
            budget: Budget::default(),
            assumed: RefCell::default(),
            nested: false,
            strong: OnceCell::new(),
        }
    }

    fn gains(&self) -> Gains<'_> {
        Gains {
            catalogue: self.question.catalogue,
            budget: &self.budget,
        }
    }

    fn asker<'b>(&'b self, actor: &'b Actor) -> Asker<'b> {
        Asker {
            actor,
            catalogue: self.question.catalogue,
            budget: &self.budget,
        }
    }

    pub(super) fn run(self) -> Escalation {
        let states = self.principals();
        let mut paths: Vec<EscalationPath> = Vec::new();
        let mut possible: Vec<EscalationPath> = Vec::new();
        let administrator = states.iter().find_map(|state| self.gains().administrator(&state.actor));
        if let Some(requests) = administrator {
            paths.push(administrator_path(requests));
        } else {
            for method in method::all() {
                let found = states.iter().find_map(|state| self.attempt(method, state, false));
                let maybe = || states.iter().find_map(|state| self.attempt(method, state, true));
                match found {
                    Some(found) => paths.push(path(method, &[], found)),
                    None if holes(self.question.policies) => {
                        possible.extend(maybe().map(|found| path(method, &[], found)));
                    }
                    None => {}
                }
            }
            if let (Some(inventory), Some(start)) = (self.question.inventory, states.first()) {
                self.follow(inventory, start, &mut paths);
            }
        }
        paths.sort_by_key(|path| path.steps.len());
        let exhausted = self.budget.exhausted.get();
        Escalation {
            verdict: match (paths.is_empty(), possible.is_empty() && !exhausted) {
                (false, _) => Verdict::Escalation,
                (true, false) => Verdict::Unknown,
                (true, true) => Verdict::None,
            },
            paths,
            possible,
            assumed: self.assumed.into_inner(),
            exhausted,
        }
    }

    /// The principal, or whom the policies may belong to.
    fn principals(&self) -> Vec<State> {
        let policies = Policies {
            resource: None,
            ..self.question.policies.clone()
        };
        if let Some(principal) = self.question.principal {
            return vec![State::new(Actor::new(principal, policies), true)];
        }
        let (partition, account) = self.home();
        let mut arns = vec![
            format!("arn:{partition}:iam::{account}:user/example"),
            format!("arn:{partition}:iam::{account}:role/example"),
        ];
        // Conditions may ask for a certain principal.
        let statements = policies.identity.iter().flat_map(|policy| &policy.statements);
        for test in statements.flat_map(|s| &s.conditions).filter(|t| &*t.key == "aws:principalarn") {
            for operand in &test.operands {
                if let Operand::Text(text) = operand {
                    let named = self.asker(&Actor::new(&arns[0], Policies::default()))
                        .actor
                        .filling()
                        .fill(&text.widest());
                    if named.starts_with("arn:") && arns.len() < 6 && !arns.contains(&named) {
                        arns.push(named);
                    }
                }
            }
        }
        let state = |arn: &String| State::new(Actor::new(arn, policies.clone()), false);
        arns.iter().map(state).collect()
    }

    /// The partition and the account that the policies speak of.
    fn home(&self) -> (String, String) {
        let statements = (self.question.policies.identity.iter()).flat_map(|policy| &policy.statements);
        let elements = statements.flat_map(|statement| &statement.resources);
        let texts = elements.flat_map(|element| &element.patterns);
        let mut partition = "aws".to_owned();
        for text in texts {
            if let Some(named @ ("aws-cn" | "aws-us-gov")) = arn_part(&text.written, 1) {
                partition = named.to_owned();
            }
            let account = arn_part(&text.written, 4).filter(|account| {
                let digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
                digits || account.chars().all(is_symbol)
            });
            if let Some(account) = account {
                return (partition, account.to_owned());
            }
        }
        (partition, SOME_ACCOUNT.to_owned())
    }

    /// Follows the roles that can be assumed, one after the other.
    fn follow(&self, inventory: &Inventory, start: &State, paths: &mut Vec<EscalationPath>) {
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::from([start.actor.identity.clone()]);
        let mut queue: VecDeque<(Actor, Vec<Step>)> = VecDeque::from([(start.actor.clone(), Vec::new())]);
        while let Some((actor, steps)) = queue.pop_front() {
            if !steps.is_empty() {
                let state = State::new(actor.clone(), true);
                for method in method::all() {
                    if paths.iter().any(|path| path.method == method.id) {
                        continue;
                    }
                    if let Some(found) = self.attempt(method, &state, false) {
                        paths.push(path(method, &steps, found));
                    }
                }
            }
            if steps.len() >= MAX_DEPTH {
                continue;
            }
            for (arn, role) in inventory {
                if seen.contains(arn) {
                    continue;
                }
                let answer = self.asker(&actor).ask(&Ask {
                    action: "sts:AssumeRole",
                    resource: arn,
                    sends: &[],
                    policy: Some(role.trust.clone()),
                });
                let Answer::Yes(request) = answer else {
                    continue;
                };
                seen.insert(arn.clone());
                let mut steps = steps.clone();
                steps.push(Step {
                    request,
                    why: Arc::from("the role lets the caller in"),
                    resource_policy: None,
                });
                let next = self.role(arn, role);
                if let Some(gained) = self.gains().more(&start.actor, &next) {
                    let everything = self.gains().administrator(&next).is_some();
                    paths.push(EscalationPath {
                        method: "assume-role",
                        name: "assumes a role",
                        family: Family::Roles,
                        steps: steps.clone(),
                        gains: of_role(arn, everything),
                        gained: Some(gained),
                        reasons: BTreeSet::new(),
                    });
                }
                queue.push_back((next, steps));
            }
        }
    }

    fn role(&self, arn: &str, role: &Role) -> Actor {
        Actor::new(
            arn,
            Policies {
                identity: role.identity.clone(),
                boundary: role.boundary.clone(),
                scp: self.question.policies.scp.clone(),
                rcp: self.question.policies.rcp.clone(),
                ..Policies::default()
            },
        )
    }

    /// Tries a method; with `maybe`, also what depends on holes.
    fn attempt(&self, method: &'static Method, state: &State, maybe: bool) -> Option<Found> {
        let passes = (!method.passes.is_empty()).then_some(Call {
            action: "iam:PassRole",
            on: On::Role,
            sends: Sends::Nothing,
            why: "the service may act with the role",
        });
        let calls: Vec<Call> = passes.into_iter().chain(method.calls.iter().copied()).collect();
        let by_itself = |call: &Call| call.sends == Sends::RewrittenTrust || state.may(call.action);
        if !calls.iter().all(by_itself) {
            return None;
        }
        if self.question.inventory.is_some() && method.id == "assume-role" {
            return None;
        }
        let mine = calls.iter().find_map(|call| match call.on {
            On::Me => Some(("user/", On::Me)),
            On::MyRole => Some(("role/", On::MyRole)),
            _ => None,
        });
        let users_only = matches!(method.id, "attach-group-policy" | "put-group-policy" | "add-user-to-group" | "detach-group-policy" | "delete-group-policy" | "leave-group");
        match mine {
            Some((_, On::Me)) if state.known && !state.actor.is_user() => return None,
            Some((_, On::MyRole)) if state.known && !state.actor.is_role() => return None,
            None if users_only && !state.actor.is_user() => return None,
            _ => {}
        }
        let Some((kind, on)) = mine.filter(|_| !state.known) else {
            return Attempt::new(self, state, method, &calls, maybe).run();
        };
        if !arn_part(&state.actor.identity, 5).is_some_and(|name| name.starts_with(kind)) {
            return None;
        }
        // Anybody whom the statements let change themselves.
        let actions: Vec<&str> = calls.iter().filter(|call| call.on == on).map(|call| call.action).collect();
        let shape = Pattern::wildcard(&gain::place(&format!("arn:{{p}}:iam::{{a}}:{kind}*"), &state.actor));
        let me = self.asker(&state.actor).resources(&shape, &actions);
        me.iter().find_map(|me| {
            let state = State::new(Actor::new(me, state.actor.policies.clone()), true);
            Attempt::new(self, &state, method, &calls, maybe).run()
        })
    }

    /// The policies worth attaching: strong ones, and those that conditions name and that would do.
    fn strong(&self) -> &[Option<Arc<str>>] {
        self.strong.get_or_init(|| {
            let mut arns: Vec<Arc<str>> = (STRONG.iter())
                .map(|name| Arc::from(format!("arn:{}:iam::aws:policy/{name}", self.home().0)))
                .collect();
            if !self.nested {
                for arn in self.named_policies() {
                    if !arns.contains(&arn) && self.is_strong(&arn) {
                        arns.push(arn);
                    }
                }
            }
            arns.into_iter().map(Some).collect()
        })
    }

    /// Policies managed by AWS that conditions name.
    fn named_policies(&self) -> Vec<Arc<str>> {
        const MAX: usize = 40;
        let mut named = Vec::new();
        let policies = self.question.policies;
        let statements = (policies.identity.iter()).flat_map(|policy| policy.of_effect(Effect::Allow));
        let tests = statements.flat_map(|statement| &statement.conditions);
        let asking = tests.filter(|t| &*t.key == "iam:policyarn" && !t.operator.compare.is_negated());
        for operand in asking.flat_map(|test| &test.operands) {
            let Operand::Text(text) = operand else {
                continue;
            };
            let pattern = text.widest();
            if let Some(arn) = pattern.as_literal() {
                named.push(Arc::from(arn));
                continue;
            }
            let managed = self.question.catalogue.managed_policies().filter_map(|policy| policy.arn());
            let covered = managed.filter(|arn| pattern.matches(arn) != Truth::No);
            named.extend(covered.take(MAX).map(Arc::from));
        }
        named
    }

    fn is_strong(&self, arn: &str) -> bool {
        let Some(policy) = self.gains().managed(arn) else {
            return false;
        };
        let policies = Policies {
            identity: vec![policy],
            ..Policies::default()
        };
        let question = Question {
            policies: &policies,
            principal: None,
            inventory: None,
            catalogue: self.question.catalogue,
        };
        let mut search = Search::new(&question);
        search.nested = true;
        search.run().verdict == Verdict::Escalation
    }

    /// Says what is taken for granted when a condition names something of the customer's own.
    fn assume(&self, action: &str) {
        let action = action.to_ascii_lowercase();
        let statements = (self.question.policies.identity.iter()).flat_map(|policy| policy.of_effect(Effect::Allow));
        for statement in statements.filter(|s| s.matches_action(&action) != Truth::No) {
            for test in statement.conditions.iter().filter(|t| !t.operator.compare.is_negated()) {
                let what = match &*test.key {
                    "iam:policyarn" => "attaching it gains nothing",
                    "iam:permissionsboundary" => "it limits whoever has it",
                    _ => continue,
                };
                for operand in &test.operands {
                    if let Operand::Text(text) = operand
                        && !text.written.contains(":iam::aws:policy/")
                    {
                        let said = format!("what `{}` allows is not known here: {what}", text.written);
                        self.assumed.borrow_mut().insert(said);
                    }
                }
            }
        }
    }
}

/// One method being tried for one principal.
struct Attempt<'s, 'a> {
    search: &'s Search<'a>,
    state: &'s State,
    method: &'static Method,
    calls: &'s [Call],
    maybe: bool,
}

/// Something that a call is about.
#[derive(Clone, Debug)]
struct Thing {
    key: String,
    shape: Pattern,
    on: On,
}

/// What was settled so far.
#[derive(Clone, Debug, Default)]
struct Settled {
    things: Vec<(String, String)>,
    steps: Vec<Step>,
    reasons: BTreeSet<char>,
    role: Option<Arc<str>>,
}

impl<'s, 'a> Attempt<'s, 'a> {
    fn new(search: &'s Search<'a>, state: &'s State, method: &'static Method, calls: &'s [Call], maybe: bool) -> Self {
        Self {
            search,
            state,
            method,
            calls,
            maybe,
        }
    }

    fn run(&self) -> Option<Found> {
        // What can't be gained need not be tried.
        let gained = match self.method.gives {
            Gives::Access(_) | Gives::Elsewhere(_) => None,
            _ => Some(self.gained()?),
        };
        let settled = self.solve(0, &Settled::default());
        let Some((settled, access)) = settled else {
            for call in self.calls {
                self.search.assume(call.action);
            }
            return None;
        };
        let (gains, gained) = self.describe(&settled, gained.flatten(), access);
        Some(Found {
            steps: settled.steps,
            gains,
            gained,
            reasons: settled.reasons,
        })
    }

    fn more(&self, policies: Policies) -> Option<Request> {
        let actor = Actor {
            policies,
            ..self.state.actor.clone()
        };
        self.search.gains().more(&self.state.actor, &actor)
    }

    /// Something that the method would allow; nothing when there is nothing to gain, nothing within
    /// when there is but nobody can say what.
    fn gained(&self) -> Option<Option<Request>> {
        let policies = &self.state.actor.policies;
        let with_everything = || {
            let identity = policies.identity.iter().cloned().chain([gain::everything()]).collect();
            Policies { identity, ..policies.clone() }
        };
        // Another identity of the account: only the organisation limits it.
        let account = || Policies {
            boundary: None,
            session: None,
            identity: vec![gain::everything()],
            ..policies.clone()
        };
        let of_account = || self.state.account.get_or_init(|| self.more(account())).clone();
        match self.method.gives {
            Gives::Anything => self.state.anything.get_or_init(|| self.more(with_everything())).clone().map(Some),
            Gives::NewIdentity => of_account().map(Some),
            Gives::User => of_account().map(|_| None),
            Gives::Role | Gives::RoleOf(_) => {
                of_account()?;
                match (self.search.question.inventory, self.method.gives) {
                    (Some(_), Gives::RoleOf(service)) => {
                        let roles = self.roles(&[service]);
                        roles.first().map(|(_, request)| Some(request.clone()))
                    }
                    _ => Some(None),
                }
            }
            Gives::WithoutBoundary => {
                policies.boundary.as_ref().filter(|boundary| !boundary.is_empty())?;
                self.more(Policies { boundary: None, ..policies.clone() }).map(Some)
            }
            Gives::WithoutOrganization => {
                (!policies.scp.is_empty()).then_some(())?;
                self.more(Policies { scp: Vec::new(), ..policies.clone() }).map(Some)
            }
            Gives::WithoutOwnDenials => {
                let denies = |policy: &Arc<Policy>| policy.of_effect(Effect::Deny).next().is_some();
                (0..policies.identity.len()).find_map(|i| {
                    denies(&policies.identity[i]).then_some(())?;
                    let mut without = policies.clone();
                    without.identity.remove(i);
                    self.more(without).map(Some)
                })
            }
            Gives::Access(_) | Gives::Elsewhere(_) => None,
        }
    }

    /// The roles of the inventory that may do more, and that let one of the services in, if any
    /// are named.
    fn roles(&self, services: &[&str]) -> Vec<(Arc<str>, Request)> {
        let Some(inventory) = self.search.question.inventory else {
            return Vec::new();
        };
        let strong = self.state.roles.get_or_init(|| {
            let more = |(arn, role): (&Arc<str>, &Role)| {
                let actor = self.search.role(arn, role);
                let gained = self.search.gains().more(&self.state.actor, &actor)?;
                Some((arn.clone(), gained))
            };
            inventory.iter().filter_map(more).collect()
        });
        let lets_in = |arn: &Arc<str>| {
            let trust = inventory.get(arn).map(|role| &role.trust);
            services.is_empty() || trust.is_some_and(|trust| services.iter().any(|s| gain::lets_service_in(trust, s)))
        };
        (strong.iter())
            .filter(|(arn, _)| lets_in(arn))
            .map(|(arn, request)| (arn.clone(), request.clone()))
            .collect()
    }

    fn solve(&self, at: usize, settled: &Settled) -> Option<(Settled, Option<Request>)> {
        let Some(call) = self.calls.get(at) else {
            return match self.method.gives {
                Gives::Access(action) => {
                    let gained = self.opened(action, settled)?;
                    Some((settled.clone(), Some(gained)))
                }
                _ => Some((settled.clone(), None)),
            };
        };
        (self.things(call).iter()).find_map(|things| self.settle(at, call, things, settled))
    }

    /// Finds a resource for each thing of a call.
    fn settle(&self, at: usize, call: &Call, things: &[Thing], settled: &Settled) -> Option<(Settled, Option<Request>)> {
        let Some((thing, rest)) = things.split_first() else {
            return self.solve(at + 1, settled);
        };
        let bound = settled.things.iter().find(|(key, _)| *key == thing.key);
        let candidates = match bound {
            Some((_, resource)) => vec![resource.clone()],
            None => self.candidates(thing),
        };
        candidates.iter().find_map(|resource| {
            let policy = self.resource_policy(call, resource);
            let sends = self.sends(call, settled);
            let answer = self.search.asker(&self.state.actor).ask(&Ask {
                action: call.action,
                resource,
                sends: &sends,
                policy: policy.as_ref().map(|(policy, _)| policy.clone()),
            });
            let (request, reasons) = match answer {
                Answer::Yes(request) => (request, Vec::new()),
                Answer::Maybe(request, reasons) if self.maybe => (request, reasons),
                _ => return None,
            };
            let mut settled = settled.clone();
            if bound.is_none() {
                settled.things.push((thing.key.clone(), resource.clone()));
            }
            if matches!(thing.on, On::Role | On::Assumable) {
                settled.role = Some(Arc::from(resource.as_str()));
            }
            settled.reasons.extend(reasons);
            settled.steps.push(Step {
                request,
                why: Arc::from(call.why),
                resource_policy: policy.and_then(|(_, text)| text),
            });
            self.settle(at, call, rest, &settled)
        })
    }

    /// What a call is about: ways to choose, each with all that it needs.
    fn things(&self, call: &Call) -> Vec<Vec<Thing>> {
        let actor = &self.state.actor;
        let like = |template: &str, on: On| {
            let text = gain::place(template, actor);
            Thing {
                shape: Pattern::wildcard(&text),
                key: text,
                on,
            }
        };
        let named = |key: &str, template: &str| Thing {
            key: key.to_owned(),
            ..like(template, call.on)
        };
        match call.on {
            On::Like(template) => vec![vec![like(template, call.on)]],
            On::Me => vec![vec![named("me", "arn:{p}:iam::{a}:user/*")]],
            On::MyRole => vec![vec![named("me", "arn:{p}:iam::{a}:role/*")]],
            On::OtherUser => vec![vec![named("other", "arn:{p}:iam::{a}:user/*")]],
            On::Role => vec![vec![named("role", "arn:{p}:iam::{a}:role/*")]],
            On::Assumable => vec![vec![named("role", "arn:{p}:iam::*:role/*")]],
            On::Needed => {
                let found = call.action.split_once(':').and_then(|(prefix, name)| {
                    let service = self.search.question.catalogue.service(prefix)?;
                    Some((service, service.action(name)?))
                });
                let anything = || Thing {
                    key: "*".to_owned(),
                    shape: Pattern::literal("*"),
                    on: call.on,
                };
                let Some((service, action)) = found else {
                    return vec![vec![anything()]];
                };
                let thing = |of| {
                    let kind = service.resource_type(of)?;
                    Some(Thing {
                        key: kind.arn.to_string(),
                        shape: gain::shape(&kind.arn, actor),
                        on: call.on,
                    })
                };
                let required: Vec<Thing> = action.resources.iter().filter(|of| of.required).filter_map(thing).collect();
                match (required.is_empty(), action.resources.is_empty()) {
                    (false, _) => vec![required],
                    (true, true) => vec![vec![anything()]],
                    (true, false) => action.resources.iter().filter_map(|of| Some(vec![thing(of)?])).collect(),
                }
            }
        }
    }

    /// Resources that a thing may be.
    fn candidates(&self, thing: &Thing) -> Vec<String> {
        let actor = &self.state.actor;
        if matches!(thing.on, On::Me | On::MyRole) {
            return vec![actor.identity.to_string()];
        }
        if let (Some(inventory), On::Role) = (self.search.question.inventory, thing.on) {
            let _ = inventory;
            let roles = self.roles(self.method.passes).into_iter();
            return roles.map(|(arn, _)| arn.to_string()).collect();
        }
        if let (Some(inventory), On::Assumable) = (self.search.question.inventory, thing.on) {
            return inventory.keys().filter(|arn| **arn != actor.identity).map(ToString::to_string).collect();
        }
        if thing.key == "*" {
            return vec!["*".to_owned()];
        }
        let same = |call: &&Call| self.things(call).iter().flatten().any(|other| other.key == thing.key);
        let mut actions: Vec<&str> = self.calls.iter().filter(same).map(|call| call.action).collect();
        let attached = |call: &&Call| matches!(call.sends, Sends::MadePolicy | Sends::MadePolicyUnbound);
        if thing.key.contains(":policy/") {
            actions.extend(self.calls.iter().filter(attached).map(|call| call.action));
        }
        let fits = |arn: &String| match thing.on {
            On::OtherUser => **arn != *actor.identity,
            On::Role | On::Assumable => **arn != *actor.identity && !arn.contains(":role/aws-service-role/"),
            _ => true,
        };
        let mut found = self.search.asker(actor).resources(&thing.shape, &actions);
        if matches!(thing.on, On::OtherUser | On::Role | On::Assumable) {
            // The principal may be called like the usual example.
            let other = found.first().map(|first| first.replace("/example", "/another"));
            found.extend(other);
        }
        found.retain(fits);
        found
    }

    /// The policy of the resource, with its text when it is made up here.
    fn resource_policy(&self, call: &Call, resource: &str) -> Option<(Arc<Policy>, Option<Arc<str>>)> {
        let actor = &self.state.actor;
        let made = |principal: &str, action: &str| {
            let text = statement(principal, action, action.starts_with("kms:"));
            (gain::policy(&text), Some(Arc::from(text)))
        };
        match call.action {
            "sts:AssumeRole" if call.sends == Sends::RewrittenTrust => Some(made(&actor.identity, call.action)),
            "sts:AssumeRole" => Some(match self.search.question.inventory {
                Some(inventory) => {
                    let role = inventory.get(resource);
                    (role.map(|role| role.trust.clone()).unwrap_or_default(), None)
                }
                None => made(&self.root(), call.action),
            }),
            action if action.starts_with("kms:") => Some(made(&self.root(), "kms:*")),
            _ => None,
        }
    }

    fn root(&self) -> String {
        gain::place("arn:{p}:iam::{a}:root", &self.state.actor)
    }

    /// The keys that matter, with the values that serve.
    fn sends(&self, call: &Call, settled: &Settled) -> Vec<(&'static str, Vec<Option<Arc<str>>>)> {
        const POLICY: &str = "iam:policyarn";
        const BOUNDARY: &str = "iam:permissionsboundary";
        let strong = || self.search.strong().to_vec();
        let made = || {
            let made = settled.things.iter().find(|(key, _)| key.contains(":policy/"));
            vec![made.map(|(_, arn)| Arc::from(arn.as_str()))]
        };
        let unbound = || std::iter::once(None).chain(strong()).collect::<Vec<_>>();
        let bounded = self.state.actor.policies.boundary.is_some();
        let mut sends = match call.sends {
            _ if call.action == "iam:PassRole" => {
                let services = self.method.passes.iter().map(|service| Some(Arc::from(*service)));
                return vec![("iam:passedtoservice", services.collect())];
            }
            Sends::Nothing | Sends::RewrittenTrust => Vec::new(),
            Sends::StrongPolicy => vec![(POLICY, strong())],
            Sends::MadePolicy => vec![(POLICY, made())],
            Sends::WideBoundary => vec![(BOUNDARY, strong())],
            Sends::NoBoundary => vec![(BOUNDARY, unbound())],
            Sends::StrongPolicyUnbound => vec![(POLICY, strong()), (BOUNDARY, unbound())],
            Sends::MadePolicyUnbound => vec![(POLICY, made()), (BOUNDARY, unbound())],
        };
        // The provider sends the boundary that the caller has; of somebody without, none.
        if matches!(call.on, On::Me | On::MyRole) && !bounded && call.sends != Sends::WideBoundary {
            sends.push((BOUNDARY, vec![None]));
        }
        sends
    }

    /// What the resource's new policy allows that was not allowed before.
    fn opened(&self, action: &'static str, settled: &Settled) -> Option<Request> {
        let (_, resource) = settled.things.first()?;
        let resource = match action {
            "s3:GetObject" if !resource.contains('/') => format!("{resource}/example"),
            _ => resource.clone(),
        };
        let actor = &self.state.actor;
        let ask = |policy: Option<Arc<Policy>>| {
            self.search.asker(actor).ask(&Ask {
                action,
                resource: &resource,
                sends: &[],
                policy,
            })
        };
        let before = action.starts_with("kms:").then(|| gain::policy(&statement(&self.root(), "kms:*", true)));
        if !ask(before).is_no() {
            return None;
        }
        match ask(Some(gain::policy(&statement(&actor.identity, action, true)))) {
            Answer::Yes(request) => Some(request),
            _ => None,
        }
    }

    fn describe(&self, settled: &Settled, gained: Option<Request>, access: Option<Request>) -> (String, Option<Request>) {
        let gains = match self.method.gives {
            Gives::Anything if self.state.actor.policies.boundary.is_some() => "any permission that its boundary leaves".to_owned(),
            Gives::Anything => "any permission".to_owned(),
            Gives::NewIdentity => "any permission, with another identity".to_owned(),
            Gives::Role => match &settled.role {
                Some(role) => {
                    let known = self.search.question.inventory.and_then(|inventory| inventory.get(role));
                    let everything = known.is_some_and(|known| {
                        self.search.gains().administrator(&self.search.role(role, known)).is_some()
                    });
                    let gained = self.roles(&[]).into_iter().find(|(arn, _)| arn == role);
                    return (of_role(role, everything), gained.map(|(_, request)| request));
                }
                None => "the permissions of a role".to_owned(),
            },
            Gives::RoleOf(service) => match self.roles(&[service]).first() {
                Some((role, _)) => of_role(role, false),
                None => "the permissions of the role behind it".to_owned(),
            },
            Gives::User => "what the other user may do".to_owned(),
            Gives::Elsewhere(what) => what.to_owned(),
            Gives::WithoutBoundary => "what its boundary keeps back".to_owned(),
            Gives::WithoutOwnDenials => "what its own policies deny".to_owned(),
            Gives::WithoutOrganization => "what the organisation keeps back".to_owned(),
            Gives::Access(action) => format!("`{action}` on the resource"),
        };
        (gains, access.or(gained))
    }
}

fn of_role(arn: &str, everything: bool) -> String {
    match everything {
        true => format!("all permissions, as `{arn}`"),
        false => format!("the permissions of `{arn}`"),
    }
}

/// A resource's policy of one statement.
fn statement(principal: &str, action: &str, with_resource: bool) -> String {
    let resource = if with_resource { r#","Resource":"*""# } else { "" };
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"{action}"{resource}}}]}}"#
    )
}

fn administrator_path(requests: Vec<Request>) -> EscalationPath {
    let step = |request| Step {
        request,
        why: Arc::from("allowed already"),
        resource_policy: None,
    };
    EscalationPath {
        method: "administrator",
        name: "may do everything already",
        family: Family::Administrator,
        steps: requests.into_iter().take(1).map(step).collect(),
        gains: "nothing more: all permissions are there".to_owned(),
        gained: None,
        reasons: BTreeSet::new(),
    }
}

fn path(method: &Method, before: &[Step], found: Found) -> EscalationPath {
    EscalationPath {
        method: method.id,
        name: method.name,
        family: method.family,
        steps: before.iter().cloned().chain(found.steps).collect(),
        gains: found.gains,
        gained: found.gained,
        reasons: found.reasons,
    }
}

/// Whether something in the policies is not known.
fn holes(policies: &Policies) -> bool {
    let levels = policies.scp.iter().chain(&policies.rcp).flatten();
    let all = (policies.identity.iter())
        .chain(policies.boundary.iter().flatten())
        .chain(&policies.session)
        .chain(&policies.endpoint)
        .chain(levels);
    all.flat_map(|policy| &policy.statements).any(|statement| statement.holes().next().is_some())
}
