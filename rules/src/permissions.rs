//! What the policies of identities allow, decided by evaluation: a statement counts for what its
//! holder can really do, under all denials, boundaries and organisation policies. The question is
//! asked with an *ordinary* request: one whose context says nothing that would narrow the grant to
//! some resources, sources or callers. So a condition that narrows keeps the request out, and one
//! that only asks for TLS, a region or a second factor does not.

use crate::prelude::*;
use palisade_access::{Access, Guard, Identity, IdentityKind, Permissions};
use palisade_app::{Branch, Condition, Reason, ReasonKind};
use palisade_core::{Origin, Span};
use palisade_iam::condition::{Operand, Test};
use palisade_iam::{
    Call, Caller, Context as Keys, ContextValue, Effect, Element, Outcome, Policies, Policy,
    Principal, PrincipalItem, Principals, Request, Statement, Syntax, Text, Token, Truth, Version,
    evaluate, is_hole,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one person wrote at one place, as everybody has it who does.
#[derive(Debug)]
pub(crate) struct Written<'c> {
    /// The resource that it is written in.
    pub(crate) resource: &'c Resource,
    /// Where.
    pub(crate) at: &'c Origin,
    /// The name of the policy.
    pub(crate) name: Arc<str>,
    /// The statements, for each who has them and in each world. What a transform makes of one
    /// line can be several.
    pub(crate) had: Vec<Had<'c>>,
    /// The worlds in which its holders do not have it.
    without: Vec<&'c [Condition]>,
}

/// A statement that allows something to somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Had<'c> {
    /// The statement.
    pub(crate) statement: &'c Statement,
    /// Who has it, and what else; nothing when nobody in the application has it.
    pub(crate) holder: Option<(&'c Identity, &'c Permissions)>,
    /// When it is there.
    pub(crate) when: &'c [Condition],
    policy: &'c Arc<Policy>,
}

/// Every statement that allows something, of policies for identities that the application writes
/// or, if they are asked for, of those that the provider manages; in the order of the template.
pub(crate) fn written<'c>(cx: &'c Context<'_>, managed: bool) -> Vec<Written<'c>> {
    let access = cx.access();
    let mut all: BTreeMap<(&str, Span), Written<'c>> = BTreeMap::new();
    let mut note = |id: &'c str, at: &'c Origin, name: &Arc<str>, had: Had<'c>| {
        let Some(resource) = cx.app.resource(id) else {
            return;
        };
        let place = all.entry((id, at.span)).or_insert_with(|| Written {
            resource,
            at,
            name: name.clone(),
            had: Vec::new(),
            without: Vec::new(),
        });
        place.had.push(had);
    };
    for identity in &access.identities {
        for world in &identity.worlds {
            for attached in world.identity.iter().filter(|a| a.managed == managed) {
                for statement in attached.policy.of_effect(Effect::Allow) {
                    let at = if managed {
                        &attached.at
                    } else {
                        place_of(statement, &attached.policy)
                    };
                    let had = Had {
                        statement,
                        holder: Some((identity, world)),
                        when: &world.when,
                        policy: &attached.policy,
                    };
                    let (id, name) = (&attached.written_in, &attached.name);
                    note(id, at, name, had);
                }
            }
        }
    }
    for policy in access.unattached.iter().filter(|_| !managed) {
        for (when, document) in &policy.worlds {
            for statement in document.of_effect(Effect::Allow) {
                let had = Had {
                    statement,
                    holder: None,
                    when,
                    policy: document,
                };
                let id = &policy.written_in;
                note(id, place_of(statement, document), id, had);
            }
        }
    }
    let mut all: Vec<Written<'c>> = all.into_values().collect();
    for written in &mut all {
        written.without = without(written, &access.unattached);
    }
    all.sort_by_key(|written| (written.at.span, written.resource.id.clone()));
    all
}

/// Where a statement stands; all of which nothing is known stand where the first of them does.
fn place_of<'s>(statement: &'s Statement, policy: &'s Policy) -> &'s Origin {
    let mut unknown = policy.statements.iter().filter(|s| s.is_unknown());
    match unknown.next() {
        Some(first) if statement.is_unknown() => &first.origin,
        _ => &statement.origin,
    }
}

/// The worlds of the holders of something in which they do not have it.
fn without<'c>(written: &Written<'c>, unattached: &'c [Guard]) -> Vec<&'c [Condition]> {
    let holders = written.had.iter().filter_map(|had| had.holder);
    let of_holders = holders.flat_map(|(identity, _)| &identity.worlds);
    let nobodys = unattached.iter().filter(|policy| {
        written.had.iter().any(|had| had.holder.is_none())
            && policy.written_in == written.resource.id
    });
    let of_nobody = nobodys.flat_map(|policy| policy.worlds.iter().map(|(when, _)| when));
    let mut found: Vec<&[Condition]> = Vec::new();
    for when in of_holders.map(|world| &world.when).chain(of_nobody) {
        let has = written.had.iter().any(|had| had.when == when.as_slice());
        if !has && !found.contains(&when.as_slice()) {
            found.push(when);
        }
    }
    found
}

/// Whether a policy is meant to limit others and not to give: nobody here has it, and it says so.
pub(crate) fn is_boundary(written: &Written<'_>) -> bool {
    let nobody = written.had.iter().all(|had| had.holder.is_none());
    nobody
        && written
            .resource
            .id
            .to_ascii_lowercase()
            .contains("boundary")
}

/// Somebody with everything that decides about their requests.
#[derive(Debug)]
pub(crate) struct Holder {
    who: Arc<str>,
    policies: Policies,
    contexts: Vec<Keys>,
    /// Nothing takes anything away from what is allowed.
    unlimited: bool,
    /// A policy that is not seen may deny.
    pub(crate) doubtful: bool,
}

/// An answer, with the request that it was found with.
#[derive(Debug)]
pub(crate) struct Proved {
    pub(crate) truth: Truth,
    pub(crate) request: Option<Request>,
}

impl Proved {
    /// It does not hold, and no request shows that.
    pub(crate) const NO: Self = Self {
        truth: Truth::No,
        request: None,
    };

    /// What the policies decide about a request.
    pub(crate) fn by(policies: &Policies, request: Request) -> Self {
        Self {
            truth: match evaluate(policies, &request).outcome {
                Outcome::Allowed => Truth::Yes,
                Outcome::Unknown => Truth::Maybe,
                Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => Truth::No,
            },
            request: Some(request),
        }
    }

    /// The surest of these.
    pub(crate) fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut best = Self::NO;
        for one in all {
            if one.truth > best.truth {
                best = one;
            }
            if best.truth == Truth::Yes {
                break;
            }
        }
        best
    }
}

impl Holder {
    /// The holder of a statement.
    pub(crate) fn of(cx: &Context<'_>, had: &Had<'_>) -> Self {
        let access = cx.access();
        let account = &access.account;
        let (who, mut policies) = match had.holder {
            Some((identity, permissions)) => {
                (identity.arn.clone(), access.policies(permissions, None))
            }
            None => (
                String::new(),
                Policies {
                    identity: vec![had.policy.clone()],
                    ..access.policies_of_outsiders(None, had.when)
                },
            ),
        };
        let who = match who.is_empty() {
            true => Arc::from(format!("arn:aws:iam::{account}:role/AnyRole")),
            false => Arc::from(who),
        };
        let mut doubtful = false;
        for policy in &mut policies.identity {
            doubtful |= without_vague_denials(policy);
        }
        policies.resource = Some(delegating(account));
        let denies = |policy: &Arc<Policy>| policy.of_effect(Effect::Deny).next().is_some();
        let unlimited = policies.boundary.is_none()
            && policies.scp.is_empty()
            && policies.rcp.is_empty()
            && !policies.identity.iter().any(denies);
        Self {
            contexts: contexts(cx, &who, &policies),
            who,
            policies,
            unlimited,
            doubtful,
        }
    }

    /// Whether the statement gives this, and nothing takes it away.
    pub(crate) fn allows(&self, statement: &Statement, action: &str, resource: &str) -> Truth {
        Truth::any(self.requests(action, resource).map(|request| {
            match statement.matches(&Call::of(&request)) {
                Truth::No => Truth::No,
                given if self.unlimited => given,
                given => given.and(Proved::by(&self.policies, request).truth),
            }
        }))
    }

    /// A request that the statement gives, and that all policies together allow.
    pub(crate) fn proof(
        &self,
        statement: &Statement,
        action: &str,
        resource: &str,
    ) -> Option<Request> {
        let mut requests = self.requests(action, resource);
        requests.find_map(|request| {
            let given = statement.matches(&Call::of(&request)) == Truth::Yes;
            let proved = given.then(|| Proved::by(&self.policies, request))?;
            proved.request.filter(|_| proved.truth == Truth::Yes)
        })
    }

    fn requests(&self, action: &str, resource: &str) -> impl Iterator<Item = Request> {
        let (action, resource): (Arc<str>, Arc<str>) = (Arc::from(action), Arc::from(resource));
        self.contexts.iter().map(move |context| Request {
            caller: Caller::Principal(self.who.clone()),
            action: action.clone(),
            resource: resource.clone(),
            resource_account: None,
            context: context.clone(),
        })
    }
}

/// Denials of which nothing is known but that there may be some are left out: a policy of another
/// stack rarely takes away. What is found without them is less sure.
fn without_vague_denials(policy: &mut Arc<Policy>) -> bool {
    let vague = |s: &Statement| s.effect == Effect::Deny && s.uncertain.is_some();
    let some = policy.statements.iter().any(vague);
    if some {
        Arc::make_mut(policy).statements.retain(|s| !vague(s));
    }
    some
}

/// A policy without denials of which nothing is known.
pub(crate) fn without_vague(policy: &Arc<Policy>) -> Arc<Policy> {
    let mut policy = policy.clone();
    without_vague_denials(&mut policy);
    policy
}

/// The policy of a resource that leaves the decision to its account: roles and keys must allow by
/// their own policy, and that of a resource that is not seen is not what the question is about.
fn delegating(account: &str) -> Arc<Policy> {
    let span = Span::default();
    let everything = Syntax {
        wildcards: true,
        variables: false,
    };
    Arc::new(Policy {
        version: Version::V2012,
        statements: vec![Statement {
            sid: None,
            effect: Effect::Allow,
            principals: Some(Principals {
                except: false,
                items: vec![PrincipalItem {
                    who: Principal::Account(Arc::from(account)),
                    span,
                }],
                span,
            }),
            actions: Element {
                except: false,
                patterns: vec![Text::new("*", span, everything)],
                span,
            },
            resources: None,
            conditions: Vec::new(),
            uncertain: None,
            origin: Origin::default(),
        }],
    })
}

/// Keys that say how, when or from which organisation something is done, and not with what: a
/// request may have any value for them that a policy asks for.
const FREE: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:useragent",
];

/// At most so many contexts are tried.
const MAX_CONTEXTS: usize = 16;

/// The contexts of ordinary requests.
fn contexts(cx: &Context<'_>, who: &Arc<str>, policies: &Policies) -> Vec<Keys> {
    let account = &cx.access().account;
    let mut facts = Keys::default();
    for (key, value) in [
        ("aws:SecureTransport", "true"),
        ("aws:MultiFactorAuthPresent", "true"),
        ("aws:MultiFactorAuthAge", "1"),
        ("aws:CurrentTime", &cx.today.to_string()),
        ("aws:PrincipalArn", who),
        ("aws:PrincipalAccount", account),
        ("aws:ResourceAccount", account),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:ViaAWSService", "false"),
        ("s3:TlsVersion", "1.3"),
    ] {
        facts.insert(key, ContextValue::Single(Arc::from(value)));
    }
    let boundary = policies.boundary.iter().flatten();
    let organisation = policies.scp.iter().chain(&policies.rcp).flatten();
    let all = policies.identity.iter().chain(boundary).chain(organisation);
    let all: Vec<&Statement> = all.flat_map(|p| &p.statements).collect();
    let facts = asked_about(&facts, &all);
    let tests = all.iter().flat_map(|s| &s.conditions);
    let mut free: BTreeMap<Arc<str>, Vec<Option<String>>> = BTreeMap::new();
    for test in tests.filter(|test| FREE.contains(&&*test.key)) {
        note_values(free.entry(test.key.clone()).or_default(), test);
    }
    all_contexts(&facts, &free, MAX_CONTEXTS)
}

/// The keys that statements speak of; the others decide nothing.
pub(crate) fn asked_about(facts: &Keys, statements: &[&Statement]) -> Keys {
    let tests = statements.iter().flat_map(|s| &s.conditions);
    let tests: Vec<&Test> = tests.collect();
    let patterns = statements
        .iter()
        .flat_map(|s| &s.resources)
        .flat_map(|r| &r.patterns);
    let operands = tests
        .iter()
        .flat_map(|test| &test.operands)
        .filter_map(|o| match o {
            Operand::Text(text) => Some(text),
            _ => None,
        });
    // A policy variable may speak of any.
    let any = patterns
        .chain(operands)
        .any(|text| text.written.contains("${"));
    let mut kept = Keys::default();
    for (key, value) in facts.iter() {
        if any || tests.iter().any(|test| test.key == *key) {
            kept.insert(key, value.clone());
        }
    }
    kept
}

/// Notes the values that a test asks for, and that the key can be absent.
pub(crate) fn note_values(values: &mut Vec<Option<String>>, test: &Test) {
    let asked = test.operands.iter().filter_map(|o| example(o).map(Some));
    for value in asked.chain([None]) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
}

/// Every choice of values beside the facts, as far as there are not too many.
pub(crate) fn all_contexts(
    facts: &Keys,
    choices: &BTreeMap<Arc<str>, Vec<Option<String>>>,
    most: usize,
) -> Vec<Keys> {
    let mut contexts = vec![facts.clone()];
    for (key, values) in choices {
        let mut more = Vec::new();
        for context in &contexts {
            for value in values {
                let mut context = context.clone();
                if let Some(value) = value {
                    context.insert(key, ContextValue::Single(Arc::from(value.as_str())));
                }
                more.push(context);
            }
        }
        more.truncate(most);
        contexts = more;
    }
    contexts
}

/// A value that fits an operand.
pub(crate) fn example(operand: &Operand) -> Option<String> {
    match operand {
        Operand::Text(text) => filled(text.widest().tokens(), "any"),
        Operand::Number(number) => Some(number.to_string()),
        Operand::Bool(value) => Some(value.to_string()),
        Operand::Network(network) => Some(network.first.to_string()),
        Operand::Date(_) | Operand::Invalid(_) | Operand::Unknown(_) => None,
    }
}

/// A text that fits a pattern; nothing when it depends on something that is not known.
pub(crate) fn filled(tokens: &[Token], run: &str) -> Option<String> {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Char(c) => text.push(*c),
            Token::One => text.push('x'),
            Token::Run => text.push_str(run),
            Token::Hole(_) => return None,
        }
    }
    Some(text)
}

/// The ARN of a resource that nobody means in particular. Region and account are those that the
/// pattern asks for.
pub(crate) fn any_arn(access: &Access<'_>, template: &str, pattern: Option<&Text>) -> String {
    let pattern = pattern.map(|text| text.widest());
    let parts = pattern.as_ref().map(|p| p.arn_parts()).unwrap_or_default();
    let asked = |n: usize, otherwise: &str| {
        let part = parts.get(n).filter(|part| !part.is_empty());
        let text = part.and_then(|part| {
            let wild = |token: &Token| !matches!(token, Token::Char(_));
            (!part.iter().any(wild)).then(|| filled(part, "")).flatten()
        });
        text.unwrap_or_else(|| otherwise.to_owned())
    };
    let region = access.settings.deployment.region.as_deref();
    let mut arn = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, behind)) = behind.split_once('}') else {
            break;
        };
        arn.push_str(before);
        match name {
            "Partition" => arn.push_str(&asked(1, "aws")),
            "Region" => arn.push_str(&asked(3, region.unwrap_or("us-east-1"))),
            "Account" => arn.push_str(&asked(4, &access.account)),
            _ => {
                arn.push_str("Any");
                arn.push_str(name);
            }
        }
        rest = behind;
    }
    arn.push_str(rest);
    arn
}

/// Whether a statement speaks of every resource as such: `Resource: "*"` or all but some.
pub(crate) fn names_everything(statement: &Statement) -> bool {
    match &statement.resources {
        None => true,
        Some(element) => {
            element.except
                || element
                    .patterns
                    .iter()
                    .any(|text| text.widest().is_everything())
        }
    }
}

/// Why a statement can't be understood.
pub(crate) fn reason_of(access: &Access<'_>, statement: &Statement) -> Reason {
    let known = |hole: char| access.symbols.reason(hole).cloned();
    let reason = statement.holes().find_map(known);
    let reason = reason.unwrap_or_else(|| Arc::from("another policy that applies is not known"));
    Reason::new(ReasonKind::Lookup, reason)
}

/// Whether a text depends on something that is not known.
pub(crate) fn has_hole(text: &Text) -> bool {
    text.written.contains(is_hole)
}

/// The verdict over all worlds; where what decides is that some conditions hold at once, only those
/// are told.
pub(crate) fn verdict(answers: Vec<(Answer, &[Condition])>, at: &Origin) -> Verdict {
    let branch = |answer: Answer, when: Vec<Condition>| Branch {
        answer,
        when,
        at: at.clone(),
        written: true,
    };
    let failing = |answer: &Answer| *answer == Answer::No;
    let fails = |when: &[Condition]| {
        answers
            .iter()
            .any(|(a, other)| failing(a) && *other == when)
    };
    let mut failed = answers
        .iter()
        .filter(|(a, _)| failing(a))
        .map(|(_, when)| *when);
    let mut common: Vec<Condition> = failed.next().map(<[_]>::to_vec).unwrap_or_default();
    for when in failed {
        common.retain(|condition| when.contains(condition));
    }
    let within = |when: &[Condition]| common.iter().all(|condition| when.contains(condition));
    let decides = answers.iter().all(|(_, when)| fails(when) == within(when));
    let everywhere = answers.iter().all(|(a, _)| failing(a));
    if !common.is_empty() && decides && !everywhere {
        return Verdict {
            branches: vec![branch(Answer::No, common), branch(Answer::Yes, Vec::new())],
        };
    }
    Verdict {
        branches: answers
            .into_iter()
            .map(|(answer, when)| branch(answer, when.to_vec()))
            .collect(),
    }
}

/// Names some things, and counts the rest.
pub(crate) fn some_of<'t>(names: impl IntoIterator<Item = &'t str>, shown: usize) -> String {
    let mut told = BTreeSet::new();
    let names: Vec<&str> = names
        .into_iter()
        .filter(|name| told.insert(*name))
        .collect();
    let (first, rest) = names.split_at(names.len().min(shown));
    let mut text = first
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    match rest.len() {
        0 => {}
        1 => text.push_str(" and one more"),
        n => text.push_str(&format!(" and {n} more")),
    }
    text
}

/// The functions that run as one of the holders.
pub(crate) fn functions_with<'c>(cx: &'c Context<'_>, written: &Written<'_>) -> Vec<&'c str> {
    let mut found = Vec::new();
    for (identity, _) in written.had.iter().filter_map(|had| had.holder) {
        for function in cx.app.graph().functions_of(&identity.id) {
            if !found.contains(&&*function.id) {
                found.push(&*function.id);
            }
        }
    }
    found
}

/// Who has the permissions, for messages: the functions, or else the identity.
pub(crate) fn holder_of(cx: &Context<'_>, written: &Written<'_>) -> String {
    let mut holders = written.had.iter().filter_map(|had| had.holder);
    match functions_with(cx, written).as_slice() {
        [one] => format!("function `{one}`"),
        [one, rest @ ..] => format!("function `{one}` and {} more", rest.len()),
        [] => match holders.next() {
            Some((identity, _)) => {
                format!("{} `{}`", kind_of_identity(identity.kind), identity.id)
            }
            None => "whoever has the policy".to_owned(),
        },
    }
}

/// What a kind of identity is called in a sentence.
pub(crate) fn kind_of_identity(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Role => "role",
        IdentityKind::User => "user",
        IdentityKind::Group => "every member of group",
        IdentityKind::PermissionSet => "whoever has permission set",
    }
}

/// Whether a notebook of SageMaker runs as one of the holders.
pub(crate) fn runs_notebook(cx: &Context<'_>, written: &Written<'_>) -> bool {
    let holders = written.had.iter().filter_map(|had| had.holder);
    let ids: Vec<&str> = holders.map(|(identity, _)| &*identity.id).collect();
    cx.app
        .of_kind("AWS::SageMaker::NotebookInstance")
        .any(|notebook| ids.iter().any(|id| notebook.refers_to("RoleArn", id)))
}

impl Written<'_> {
    /// The verdict from the answers for each who has it.
    pub(crate) fn verdict(&self, answers: Vec<(Answer, &[Condition])>) -> Verdict {
        let without = self.without.iter().map(|when| (Answer::Yes, *when));
        let all = answers.into_iter().chain(without);
        verdict(all.collect(), self.at)
    }

    /// A request that shows what the statement gives one of its holders.
    pub(crate) fn witness(
        &self,
        cx: &Context<'_>,
        action: &str,
        resource: &str,
    ) -> Option<Request> {
        self.witnessed(cx, |had, holder| {
            holder.proof(had.statement, action, resource)
        })
    }

    /// The same, looked for among several with each holder.
    pub(crate) fn witnessed(
        &self,
        cx: &Context<'_>,
        prove: impl Fn(&Had<'_>, &Holder) -> Option<Request>,
    ) -> Option<Request> {
        self.had
            .iter()
            .find_map(|had| prove(had, &Holder::of(cx, had)))
    }

    /// Tells the statement from others of its policy.
    pub(crate) fn item(&self) -> String {
        let statement = self.had.first().map(|had| had.statement);
        let sid = statement.and_then(|s| s.sid.as_deref()).unwrap_or_default();
        let actions = statement.map_or_else(String::new, |s| {
            let written = s.actions.patterns.iter().map(|text| &*text.written);
            written.collect::<Vec<_>>().join(" ")
        });
        format!("{} {sid} {actions}", self.name)
    }

    /// Where the actions were written.
    pub(crate) fn action_at(&self) -> Origin {
        self.element_at(|statement| Some(statement.actions.span))
    }

    /// Where the resources were written, or else the statement.
    pub(crate) fn resource_at(&self) -> Origin {
        self.element_at(|statement| statement.resources.as_ref().map(|element| element.span))
    }

    fn element_at(&self, span: impl Fn(&Statement) -> Option<Span>) -> Origin {
        // What a transform made has no elements that anybody wrote.
        let known = |span: &Span| *span != Span::default() && !self.resource.generated;
        let statement = self.had.first().map(|had| had.statement);
        match statement.and_then(span).filter(known) {
            Some(span) => Origin::at(span),
            None => self.at.clone(),
        }
    }
}

/// A resource that a statement is about.
pub(crate) fn example_resource(statement: &Statement) -> Option<String> {
    let element = statement.resources.as_ref()?;
    let mut patterns = element.patterns.iter();
    patterns.find_map(|text| filled(text.widest().tokens(), "any"))
}
