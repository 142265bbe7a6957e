//! The universe of the catalogue: actions that exist, on resources of the kinds that they take.

use super::automaton::Machine;
use super::budget::{Budget, Exhausted};
use super::cells::{Actions, Cell};
use super::statements::Statements;
use crate::catalogue::{Action, Catalogue, Service};
use crate::pattern::{Pattern, Token};
use crate::policy::Effect;
use crate::request::Request;
use crate::truth::Truth;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kinds of resources that an action takes, as patterns; `*` when it takes none.
fn kinds(service: &Service, action: &Action) -> Vec<Pattern> {
    let arn = |of| service.resource_type(of).map(|kind| template(&kind.arn));
    let mut kinds: Vec<Pattern> = action.resources.iter().filter_map(arn).collect();
    if kinds.is_empty() {
        kinds.push(Pattern::literal("*"));
    }
    kinds
}

/// `arn:${Partition}:s3:::${BucketName}` as a pattern.
fn template(arn: &str) -> Pattern {
    let mut tokens = Vec::new();
    let mut rest = arn;
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend(before.chars().map(Token::Char));
        tokens.push(Token::Run);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    tokens.extend(rest.chars().map(Token::Char));
    Pattern::new(tokens)
}

/// Whether a request is one of this universe.
pub(super) fn exists(catalogue: &Catalogue, request: &Request) -> bool {
    let Some((prefix, name)) = request.action.split_once(':') else {
        return false;
    };
    let Some(service) = catalogue.service(prefix) else {
        return false;
    };
    let fits = |kind: &Pattern| kind.matches(&request.resource) == Truth::Yes;
    service
        .action(name)
        .is_some_and(|action| kinds(service, action).iter().any(fits))
}

/// A likely resource for an action.
pub(super) fn likely_resources(catalogue: &Catalogue, action: &str) -> Vec<Pattern> {
    let found = action.split_once(':').and_then(|(prefix, name)| {
        let service = catalogue.service(prefix)?;
        Some(kinds(service, service.action(name)?))
    });
    found.unwrap_or_default()
}

/// The cells of the actions that something allows.
pub(super) fn cells(
    catalogue: &Catalogue,
    actions: &Actions<'_>,
    statements: &Statements<'_>,
    budget: &mut Budget,
) -> Result<Vec<Cell>, Exhausted> {
    let mut members: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let allows_all_but = statements
        .entries
        .iter()
        .any(|entry| entry.statement.effect == Effect::Allow && entry.statement.actions.except);
    if allows_all_but {
        for prefix in catalogue.services() {
            let service = catalogue.service(prefix);
            let named = service.into_iter().flat_map(|service| &service.actions);
            members.extend(named.map(|action| (format!("{prefix}:{}", action.name), Vec::new())));
        }
    }
    for (number, pattern) in actions.patterns() {
        let glob = glob(pattern);
        for (service, action) in catalogue.actions_matching(&glob) {
            budget.spend(4)?;
            let name = format!("{}:{}", service.prefix, action.name);
            members.entry(name).or_default().push(number);
        }
    }
    let mut cells: Vec<Cell> = Vec::new();
    let mut numbers = BTreeMap::new();
    for (name, members) in members {
        budget.spend(members.len() + 1)?;
        let Some((service, action)) = catalogue
            .service(name.split_once(':').map_or("", |(prefix, _)| prefix))
            .and_then(|service| Some((service, service.action(name.split_once(':')?.1)?)))
        else {
            continue;
        };
        let mut kinds: Vec<Machine> = kinds(service, action).iter().map(Machine::new).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let kinds = Arc::new(kinds);
        let matching = actions.matching(statements, &members, budget)?;
        let number = *numbers
            .entry((matching, kinds))
            .or_insert_with_key(|(matching, kinds)| {
                cells.push(Cell {
                    matching: matching.clone(),
                    text: name.clone(),
                    patterns: BTreeSet::new(),
                    kinds: Some(kinds.clone()),
                    names: Vec::new(),
                });
                cells.len() - 1
            });
        cells[number].patterns.extend(&members);
        cells[number].names.push(Arc::from(name));
    }
    Ok(cells)
}

/// A pattern as text, with holes as wildcards.
fn glob(pattern: &Pattern) -> String {
    let letter = |token: &Token| match token {
        Token::Char(c) => *c,
        Token::One => '?',
        Token::Run | Token::Hole(_) => '*',
    };
    pattern.tokens().iter().map(letter).collect()
}
