//! Requests that prove an answer: put together from a hit, made to look real where that changes
//! nothing, and decided again by the evaluator.

use super::search::{Hit, Search};
use super::statements::Statements;
use super::{Reason, Side, StatementRef, Universe, Witness, existing};
use crate::catalogue::Catalogue;
use crate::condition::Operand;
use crate::evaluate::concerns;
use crate::matching::Call;
use crate::pattern::{Pattern, Text, Token};
use crate::policy::{Effect, Statement};
use crate::request::{Caller, ContextValue, Request, arn_part};
use crate::symbols::is_hole;
use crate::truth::Truth;
use std::sync::Arc;

impl Side {
    /// Whether it allows a request: in every layer something allows it, and nothing denies it.
    #[must_use]
    pub fn allows(&self, request: &Request) -> Truth {
        let call = Call::of(request);
        let matches = |effect: Effect, layer: &super::Layer| {
            let statements = layer
                .policies
                .iter()
                .flat_map(|policy| policy.of_effect(effect));
            Truth::any(statements.map(|statement| about(statement, request, &call)))
        };
        if self.layers.is_empty() {
            return Truth::No;
        }
        Truth::all(
            self.layers
                .iter()
                .flat_map(|layer| [matches(Effect::Allow, layer), !matches(Effect::Deny, layer)]),
        )
    }
}

fn about(statement: &Statement, request: &Request, call: &Call<'_>) -> Truth {
    concerns(statement, &request.caller).and(statement.matches(call))
}

/// Whether something on either side is not known.
pub(super) fn has_holes(statements: &Statements<'_>) -> bool {
    statements
        .entries
        .iter()
        .any(|entry| !holes(entry.statement).is_empty())
}

/// Why a hit of the generous reading may not be one.
pub(super) fn doubts(search: &Search<'_, '_>, hit: &Hit) -> Vec<Reason> {
    let cell = &search.cells[hit.cell].matching.may;
    let about = match &search.callers.matching[hit.caller] {
        None => cell.clone(),
        Some(named) => cell.and(&named.may),
    };
    let mut reasons = Vec::new();
    for entry in about.iter() {
        let statement = search.statements.entries[entry].statement;
        reasons.extend(holes(statement).into_iter().map(Reason::Hole));
        let texts = texts(statement).filter(|text| text.variables().is_some());
        reasons.extend(texts.map(|text| Reason::Variable(text.written.clone())));
    }
    reasons.sort();
    reasons.dedup();
    reasons
}

fn texts(statement: &Statement) -> impl Iterator<Item = &Text> {
    let elements = std::iter::once(&statement.actions).chain(&statement.resources);
    let operands = statement.conditions.iter().flat_map(|test| &test.operands);
    let operands = operands.filter_map(|operand| match operand {
        Operand::Text(text) => Some(text),
        _ => None,
    });
    elements
        .flat_map(|element| &element.patterns)
        .chain(operands)
}

pub(super) fn holes(statement: &Statement) -> Vec<char> {
    let in_text = |text: &Text| text.written.chars().find(|c| is_hole(*c));
    let operands = statement.conditions.iter().flat_map(|test| &test.operands);
    let unknown = operands.filter_map(|operand| match operand {
        Operand::Unknown(hole) => Some(*hole),
        _ => None,
    });
    let named = statement.principals.iter().flat_map(|of| &of.items);
    let named = named.filter_map(|item| match item.who {
        crate::policy::Principal::Unknown(hole) => Some(hole),
        _ => None,
    });
    let texts = texts(statement).filter_map(in_text);
    statement
        .uncertain
        .into_iter()
        .chain(texts)
        .chain(unknown)
        .chain(named)
        .collect()
}

/// The hit that people understand most easily.
pub(super) fn best<'h>(search: &Search<'_, '_>, hits: &'h [Hit]) -> Option<&'h Hit> {
    hits.iter().min_by_key(|hit| {
        let action = &search.cells[hit.cell].text;
        // These need a policy of the resource as well.
        let special = action.starts_with("sts:") || action.starts_with("kms:");
        (special, hit.found.choice.len())
    })
}

/// The witness of a hit; when the evaluator does not agree, what was asked.
pub(super) fn of(
    search: &Search<'_, '_>,
    side: usize,
    hit: &Hit,
    universe: Universe,
) -> Result<Witness, Arc<str>> {
    let sides = search.statements.sides;
    let (own, other) = (sides[side], sides[1 - side]);
    let mut context = search
        .fixed
        .map(|fixed| fixed.context.clone())
        .unwrap_or_default();
    for (key, values) in &hit.found.choice {
        let written = search.statements.keys[*key].written;
        let value = match values.as_slice() {
            [one] => ContextValue::Single(one.clone()),
            _ => ContextValue::Many(values.clone()),
        };
        context.insert(written, value);
    }
    let mut request = Request {
        caller: search.callers.callers[hit.caller].clone(),
        action: Arc::from(search.cells[hit.cell].text.as_str()),
        resource: Arc::from(hit.found.resource.as_str()),
        resource_account: None,
        context,
    };
    let proves = |request: &Request| {
        let exists = match universe {
            Universe::Open => true,
            Universe::Catalogue(catalogue) => existing::exists(catalogue, request),
        };
        exists && own.allows(request) == Truth::Yes && other.allows(request) == Truth::No
    };
    if !proves(&request) {
        return Err(Arc::from(format!(
            "{} on {}",
            request.action, request.resource
        )));
    }
    embellish(own, &mut request, universe, proves);
    settle_accounts(&mut request, proves);
    Ok(explain(own, other, request))
}

/// Makes a request look like a real one, as long as it proves the same.
fn embellish(
    own: &Side,
    request: &mut Request,
    universe: Universe,
    proves: impl Fn(&Request) -> bool,
) {
    let catalogue = match universe {
        Universe::Open => Catalogue::builtin(),
        Universe::Catalogue(catalogue) => catalogue,
    };
    let allowing: Vec<&Statement> = (own.statements())
        .map(|(_, statement)| statement)
        .filter(|s| s.effect == Effect::Allow && s.matches(&Call::of(request)) == Truth::Yes)
        .collect();
    let mut try_out = |change: &dyn Fn(&mut Request)| {
        let mut changed = request.clone();
        change(&mut changed);
        let better = proves(&changed);
        if better {
            *request = changed;
        }
        better.then(|| request.action.clone())
    };
    let names = allowing
        .iter()
        .flat_map(|statement| likely_actions(statement, catalogue));
    let action = (names.into_iter())
        .find_map(|name| try_out(&|request| request.action = name.clone()))
        .or_else(|| try_out(&|_| ()));
    let kinds = action.map_or_else(Vec::new, |a| existing::likely_resources(catalogue, &a));
    let named = allowing
        .iter()
        .filter_map(|s| s.resources.as_ref())
        .filter(|e| !e.except);
    let named = named
        .flat_map(|element| &element.patterns)
        .map(Text::widest);
    let narrow = named.clone().filter(|pattern| !pattern.is_everything());
    let narrow = narrow.map(|pattern| fill(&pattern, true));
    let resources = narrow.chain(kinds.iter().map(|kind| fill(kind, true)));
    for resource in resources
        .chain(std::iter::once("*".to_owned()))
        .map(Arc::<str>::from)
    {
        if try_out(&|request| request.resource = resource.clone()).is_some() {
            break;
        }
    }
    for test in allowing.iter().flat_map(|statement| &statement.conditions) {
        for operand in &test.operands {
            if let Operand::Text(text) = operand
                && let Some(pattern) = text.plain()
            {
                let filled: Arc<str> = Arc::from(fill(pattern, false));
                try_out(&|request| {
                    if let Some([_]) = request.context.get(&test.key) {
                        let value = ContextValue::Single(filled.clone());
                        request.context.insert(&test.key, value);
                    }
                });
            }
        }
    }
}

/// Most actions of the catalogue that are tried.
const MOST_ACTIONS: usize = 40;

/// Actions that a statement may be about, those that people know first.
fn likely_actions(statement: &Statement, catalogue: &Catalogue) -> Vec<Arc<str>> {
    let common = || COMMON_ACTIONS.iter().map(|name| Arc::from(*name));
    if statement.actions.except {
        return common().collect();
    }
    let mut names: Vec<Arc<str>> = Vec::new();
    for text in &statement.actions.patterns {
        let Some(pattern) = text.plain() else {
            continue;
        };
        if pattern.as_literal().is_some() {
            names.push(text.written.clone());
            continue;
        }
        let fits = |name: &Arc<str>| pattern.matches(&name.to_ascii_lowercase()) == Truth::Yes;
        names.extend(common().filter(fits));
        // Looking through every service would take long.
        let service = text
            .written
            .split_once(':')
            .map_or("*", |(service, _)| service);
        if names.is_empty() && !service.contains(['*', '?']) {
            let found = catalogue.actions_matching(&text.written).take(MOST_ACTIONS);
            names.extend(
                found.map(|(s, action)| Arc::from(format!("{}:{}", s.prefix, action.name))),
            );
        }
    }
    names
}

/// Actions that people know, for where any will do.
const COMMON_ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:DeleteBucket",
    "s3:PutBucketPolicy",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:DeleteTable",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "lambda:CreateFunction",
    "lambda:GetFunction",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sns:Publish",
    "ec2:DescribeInstances",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
    "iam:GetRole",
    "iam:PassRole",
    "iam:CreateUser",
    "iam:AttachRolePolicy",
    "logs:PutLogEvents",
    "logs:DescribeLogGroups",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "events:PutEvents",
    "states:StartExecution",
    "cloudformation:CreateStack",
    "rds:DescribeDBInstances",
    "kms:Decrypt",
    "sts:AssumeRole",
];

/// A text that a pattern matches, such as it might be.
fn fill(pattern: &Pattern, arn: bool) -> String {
    let parts = pattern.arn_parts();
    if !arn || parts.len() < crate::pattern::ARN_PARTS {
        return fill_part(pattern.tokens(), "example");
    }
    let usual = [
        "arn",
        "aws",
        "example",
        "us-east-1",
        "123456789012",
        "example",
    ];
    let filled: Vec<String> = parts
        .iter()
        .zip(usual)
        .map(|(part, usual)| fill_part(part, usual))
        .collect();
    filled.join(":")
}

fn fill_part(tokens: &[Token], usual: &str) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Char(c) => text.push(*c),
            Token::One => text.push('x'),
            Token::Run | Token::Hole(_) => text.push_str(usual),
        }
    }
    text
}

/// Puts the caller into the resource's account, where it may be anybody.
fn settle_accounts(request: &mut Request, proves: impl Fn(&Request) -> bool) {
    let is_number = |text: &&str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let owner = arn_part(&request.resource, 4).filter(is_number);
    match owner.map(|account| format!("arn:aws:iam::{account}:role/Example")) {
        Some(arn) if request.caller == super::callers::somebody() => {
            let mut moved = request.clone();
            moved.caller = Caller::Principal(Arc::from(arn));
            if proves(&moved) {
                *request = moved;
            }
        }
        Some(_) => {}
        None => request.resource_account = request.caller.account().map(Arc::from),
    }
}

fn explain(own: &Side, other: &Side, request: Request) -> Witness {
    let call = Call::of(&request);
    let matching = |side: &Side, effect: Effect| -> Vec<StatementRef> {
        side.statements()
            .filter(|(_, s)| s.effect == effect && about(s, &request, &call) == Truth::Yes)
            .map(|(at, _)| at)
            .collect()
    };
    let allowed_there = matching(other, Effect::Allow);
    let nothing = |layer: &usize| !allowed_there.iter().any(|at| at.layer == *layer);
    Witness {
        allowed_by: matching(own, Effect::Allow),
        denied_by: matching(other, Effect::Deny),
        not_allowed_in: (0..other.layers.len()).filter(nothing).collect(),
        request,
    }
}
