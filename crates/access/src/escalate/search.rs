//! Tries every method for the principal, then for the roles that it can assume.

use super::ask::{Actor, Answer, Ask, Asker, Budget};
use super::attempt::{Attempt, Found, of_role};
use super::gain::{self, Gains};
use super::method::{self, Call, Family, Method, On, Sends};
use super::{Escalation, EscalationPath, Inventory, Question, Role, Step, Verdict};
use palisade_iam::condition::Operand;
use palisade_iam::{Effect, Pattern, Policies, Request, Truth, arn_part, is_symbol};
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
    pub(super) question: Question<'a>,
    budget: Budget,
    assumed: RefCell<BTreeSet<String>>,
    /// What AWS manages is judged without judging what it attaches in turn.
    nested: bool,
    strong: OnceCell<Vec<Option<Arc<str>>>>,
}

/// Somebody on the way, with what is known of them.
pub(super) struct State {
    pub(super) actor: Actor,
    /// The principal is somebody known, not anybody who has the policies.
    known: bool,
    may: BTreeSet<&'static str>,
    pub(super) anything: OnceCell<Option<Request>>,
    pub(super) account: OnceCell<Option<Request>>,
    pub(super) roles: OnceCell<BTreeMap<Arc<str>, Request>>,
}

impl State {
    fn new(actor: Actor, known: bool) -> Self {
        Self::like(actor, known, None)
    }

    /// Somebody whose policies say the same about actions as somebody else's.
    fn like(actor: Actor, known: bool, other: Option<&Self>) -> Self {
        let may = match other {
            Some(other) => other.may.clone(),
            None => method::allowed(&actor.policies.identity),
        };
        Self {
            actor,
            known,
            may,
            anything: OnceCell::new(),
            account: OnceCell::new(),
            roles: OnceCell::new(),
        }
    }
}

impl State {
    /// Whether every call of a method is allowed by some statement at all.
    fn may_try(&self, method: &Method) -> bool {
        let by_itself =
            |call: &Call| call.sends == Sends::RewrittenTrust || self.may.contains(call.action);
        (method.passes.is_empty() || self.may.contains("iam:PassRole"))
            && method.calls.iter().all(by_itself)
    }
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

    pub(super) fn gains(&self) -> Gains<'_> {
        Gains {
            catalogue: self.question.catalogue,
            budget: &self.budget,
        }
    }

    pub(super) fn asker<'b>(&'b self, actor: &'b Actor) -> Asker<'b> {
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
        let administrator = states
            .iter()
            .find_map(|state| self.gains().administrator(&state.actor));
        if let Some(requests) = administrator {
            paths.push(administrator_path(requests));
        } else {
            let open = OnceCell::new();
            let may = |method: &&Method| states.iter().any(|state| state.may_try(method));
            for method in method::all().filter(may) {
                let found = states
                    .iter()
                    .find_map(|state| self.attempt(method, state, false));
                let maybe = || {
                    states
                        .iter()
                        .find_map(|state| self.attempt(method, state, true))
                };
                match found {
                    Some(found) => {
                        paths.push(path(method, &[], found));
                        if self.nested {
                            break;
                        }
                    }
                    None if *open.get_or_init(|| holes(self.question.policies)) => {
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
        let statements = policies
            .identity
            .iter()
            .flat_map(|policy| &policy.statements);
        for test in statements
            .flat_map(|s| &s.conditions)
            .filter(|t| &*t.key == "aws:principalarn")
        {
            for operand in &test.operands {
                if let Operand::Text(text) = operand {
                    let named = self
                        .asker(&Actor::new(&arns[0], Policies::default()))
                        .actor
                        .filling()
                        .fill(&text.widest());
                    if named.starts_with("arn:") && arns.len() < 6 && !arns.contains(&named) {
                        arns.push(named);
                    }
                }
            }
        }
        let mut states: Vec<State> = Vec::new();
        for arn in &arns {
            let actor = Actor::new(arn, policies.clone());
            states.push(State::like(actor, false, states.first()));
        }
        states
    }

    /// The partition and the account that the policies speak of.
    fn home(&self) -> (String, String) {
        let statements =
            (self.question.policies.identity.iter()).flat_map(|policy| &policy.statements);
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
        let mut queue: VecDeque<(Actor, Vec<Step>)> =
            VecDeque::from([(start.actor.clone(), Vec::new())]);
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

    pub(super) fn role(&self, arn: &str, role: &Role) -> Actor {
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
        if !state.may_try(method)
            || (self.question.inventory.is_some() && method.id == "assume-role")
        {
            return None;
        }
        let passes = (!method.passes.is_empty()).then_some(Call {
            action: "iam:PassRole",
            on: On::Role,
            sends: Sends::Nothing,
            why: "the service may act with the role",
        });
        let calls: Vec<Call> = passes
            .into_iter()
            .chain(method.calls.iter().copied())
            .collect();
        let mine = calls.iter().find_map(|call| match call.on {
            On::Me => Some(("user/", On::Me)),
            On::MyRole => Some(("role/", On::MyRole)),
            _ => None,
        });
        let users_only = matches!(
            method.id,
            "attach-group-policy"
                | "put-group-policy"
                | "add-user-to-group"
                | "detach-group-policy"
                | "delete-group-policy"
                | "leave-group"
        );
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
        let actions: Vec<&str> = calls
            .iter()
            .filter(|call| call.on == on)
            .map(|call| call.action)
            .collect();
        let shape = Pattern::wildcard(&gain::place(
            &format!("arn:{{p}}:iam::{{a}}:{kind}*"),
            &state.actor,
        ));
        let me = self.asker(&state.actor).resources(&shape, &actions);
        me.iter().find_map(|me| {
            let state = State::like(
                Actor::new(me, state.actor.policies.clone()),
                true,
                Some(state),
            );
            Attempt::new(self, &state, method, &calls, maybe).run()
        })
    }

    /// The policies worth attaching: strong ones, and those that conditions name and that would do.
    pub(super) fn strong(&self) -> &[Option<Arc<str>>] {
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
        let statements =
            (policies.identity.iter()).flat_map(|policy| policy.of_effect(Effect::Allow));
        let tests = statements.flat_map(|statement| &statement.conditions);
        let asking =
            tests.filter(|t| &*t.key == "iam:policyarn" && !t.operator.compare.is_negated());
        for operand in asking.flat_map(|test| &test.operands) {
            let Operand::Text(text) = operand else {
                continue;
            };
            let pattern = text.widest();
            if let Some(arn) = pattern.as_literal() {
                named.push(Arc::from(arn));
                continue;
            }
            let managed = self
                .question
                .catalogue
                .managed_policies()
                .filter_map(|policy| policy.arn());
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
    pub(super) fn assume(&self, action: &str) {
        let action = action.to_ascii_lowercase();
        let statements = (self.question.policies.identity.iter())
            .flat_map(|policy| policy.of_effect(Effect::Allow));
        for statement in statements.filter(|s| s.matches_action(&action) != Truth::No) {
            for test in statement
                .conditions
                .iter()
                .filter(|t| !t.operator.compare.is_negated())
            {
                let what = match &*test.key {
                    "iam:policyarn" => "attaching it gains nothing",
                    "iam:permissionsboundary" => "it limits whoever has it",
                    _ => continue,
                };
                for operand in &test.operands {
                    if let Operand::Text(text) = operand
                        && !text.written.contains(":iam::aws:policy/")
                    {
                        let said =
                            format!("what `{}` allows is not known here: {what}", text.written);
                        self.assumed.borrow_mut().insert(said);
                    }
                }
            }
        }
    }
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
    all.flat_map(|policy| &policy.statements)
        .any(|statement| statement.holes().next().is_some())
}
