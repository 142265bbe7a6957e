//! Resources that no action of the statement takes, and actions that take none of its resources.

use super::{Found, is_symbolic};
use crate::catalogue::{Action, ResourceType, Service};
use crate::pattern::{Pattern, Text, Token, fits_arn};
use crate::policy::Statement;
use crate::read::{Note, cut};
use crate::symbols::{is_hole, is_symbol};
use std::collections::BTreeMap;

pub(super) fn check(statement: &Statement, found: &Found<'_>, notes: &mut Vec<Note>) {
    let Some(element) = &statement.resources else {
        return;
    };
    let arn = Pattern::wildcard("arn:*:*:*:*:*");
    let mut resources: Vec<(&Text, Pattern)> = Vec::new();
    let mut everything = element.except;
    for text in &element.patterns {
        let widest = text.widest().into_owned();
        // What a symbol stands for may be any text here.
        let pattern: Pattern = (widest.tokens().iter())
            .map(|token| match token {
                Token::Char(c) if is_symbol(*c) || is_hole(*c) => Token::Run,
                Token::Hole(_) => Token::Run,
                other => *other,
            })
            .collect();
        everything |= pattern.is_everything() || is_symbolic(text);
        if !fits_arn(pattern.tokens(), arn.tokens()) {
            let message = format!("`{}` matches no ARN", cut(&text.written));
            notes.push(Note::warning(text.span, message).help("write an ARN, or `*`"));
        }
        resources.push((text, pattern));
    }
    if everything || !found.complete {
        return;
    }
    let generic: Vec<bool> = resources
        .iter()
        .map(|(_, pattern)| is_generic(pattern))
        .collect();
    let mut kinds = Kinds {
        resources: &resources,
        fits: BTreeMap::new(),
    };
    let mut taken = vec![false; resources.len()];
    for (n, actions) in &found.by_pattern {
        let mut any = false;
        for (service, action) in actions {
            if let Some((_, twin)) = TWINS.iter().find(|(name, _)| *name == &*service.prefix) {
                for (taken, (_, pattern)) in taken.iter_mut().zip(&resources) {
                    let fits = may_be_of(pattern, twin);
                    *taken |= fits;
                    any |= fits;
                }
            }
            for kind in action
                .resources
                .iter()
                .filter_map(|of| service.resource_type(of))
            {
                for (taken, fits) in taken.iter_mut().zip(kinds.fitting(service, kind)) {
                    *taken |= *fits;
                    any |= *fits;
                }
            }
            if action.resources.is_empty() {
                // Some actions that are about no resource ask for all of a kind (`role/`): where
                // the statement names all of a kind, nothing is said.
                for ((taken, generic), (_, pattern)) in
                    taken.iter_mut().zip(&generic).zip(&resources)
                {
                    let fits = *generic && may_be_of(pattern, &service.prefix);
                    *taken |= fits;
                    any |= fits;
                }
            }
        }
        let Some(text) = statement.actions.patterns.get(*n) else {
            continue;
        };
        if !any && !actions.is_empty() {
            notes.push(useless(text, actions));
        }
    }
    for ((text, _), taken) in resources.iter().zip(taken) {
        if !taken {
            let message = format!("no action of the statement takes `{}`", cut(&text.written));
            notes.push(Note::warning(text.span, message));
        }
    }
}

type Actions<'c> = [(&'c Service, &'c Action)];

fn useless(text: &Text, actions: &Actions<'_>) -> Note {
    let shown = cut(&text.written);
    let kinds = actions.iter().flat_map(|(service, action)| {
        action
            .resources
            .iter()
            .filter_map(|of| service.resource_type(of))
    });
    match kinds.map(|kind| &*kind.arn).next() {
        None => Note::warning(
            text.span,
            format!("`{shown}` is about no resource in particular"),
        )
        .help("it matches only a statement whose `Resource` is `*`"),
        Some(arn) => {
            let message = format!("`{shown}` takes none of the statement's resources");
            Note::warning(text.span, message).help(format!("it takes such as `{arn}`"))
        }
    }
}

/// Whether a pattern names everything, or everything of a kind: `arn:aws:s3:::*`,
/// `arn:aws:iam::*:role/*`.
fn is_generic(pattern: &Pattern) -> bool {
    // What actions of logs ask for that are about no group.
    let no_group = Pattern::wildcard("arn:*:logs:*:*:log-group::log-stream:");
    if fits_arn(pattern.tokens(), no_group.tokens()) {
        return true;
    }
    let parts = pattern.arn_parts();
    let Some([kind @ .., Token::Run]) = parts.get(5) else {
        return parts.len() < 6;
    };
    let separators = |tokens: &[Token]| {
        let separator = |token: &&Token| matches!(token, Token::Char('/' | ':'));
        tokens.iter().filter(separator).count()
    };
    match kind {
        [] => true,
        [kind @ .., Token::Char('/' | ':')] => {
            separators(kind) == 0 || kind.ends_with(&[Token::Char(':')])
        }
        _ => false,
    }
}

/// Whether the ARN may be of a service.
fn may_be_of(pattern: &Pattern, prefix: &str) -> bool {
    let of = format!("arn:*:{prefix}:*:*:*");
    fits_arn(pattern.tokens(), Pattern::wildcard(&of).tokens())
}

/// Services with two names, each of which takes the resources of the other.
const TWINS: &[(&str, &str)] = &[
    ("codestar-connections", "codeconnections"),
    ("codeconnections", "codestar-connections"),
];

/// Which resources of the statement each kind of resource can be.
struct Kinds<'a> {
    resources: &'a [(&'a Text, Pattern)],
    fits: BTreeMap<(&'a str, &'a str), Vec<bool>>,
}

impl<'a> Kinds<'a> {
    fn fitting(&mut self, service: &'a Service, kind: &'a ResourceType) -> &[bool] {
        let resources = self.resources;
        self.fits
            .entry((&service.prefix, &kind.name))
            .or_insert_with(|| {
                let template = template(&kind.arn);
                resources
                    .iter()
                    .map(|(_, pattern)| fits(pattern, &template, &kind.arn))
                    .collect()
            })
    }
}

/// The pattern of an ARN's template.
fn template(arn: &str) -> Pattern {
    let mut tokens = Vec::with_capacity(arn.len());
    let mut rest = arn;
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend(Pattern::wildcard(before).tokens());
        tokens.push(Token::Run);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    tokens.extend(Pattern::wildcard(rest).tokens());
    Pattern::new(tokens)
}

fn fits(pattern: &Pattern, template: &Pattern, arn: &str) -> bool {
    // The name of a bucket holds no slash, so that an object's ARN is not a bucket's.
    let slash = pattern.tokens().contains(&Token::Char('/'));
    if slash && arn.ends_with(":s3:::${BucketName}") {
        return false;
    }
    let known = |part: &[Token]| part.iter().all(|token| matches!(token, Token::Char(_)));
    let (ours, theirs) = (pattern.arn_parts(), template.arn_parts());
    // Quickly out of the way: another service.
    if let ([a, b, ours, ..], [_, _, theirs, ..]) = (ours.as_slice(), theirs.as_slice())
        && ours != theirs
        && [a, b, ours, theirs].into_iter().all(|part| known(part))
    {
        return false;
    }
    fits_arn(pattern.tokens(), template.tokens())
}
