//! Resources that no action of the statement takes, and actions that take none of its resources.

use super::{Found, is_symbolic};
use crate::catalogue::{Action, ResourceType, Service};
use crate::pattern::{ArnShape, Pattern, Text, Token};
use crate::policy::Statement;
use crate::read::{Note, cut};
use crate::symbols::is_symbol;
use std::collections::BTreeMap;

pub(super) fn check(statement: &Statement, found: &Found<'_>, notes: &mut Vec<Note>) {
    let Some(element) = &statement.resources else {
        return;
    };
    let any_arn = shape_of("arn:*:*:*:*:*");
    let mut resources: Vec<Pattern> = Vec::with_capacity(element.patterns.len());
    let mut everything = element.except;
    for text in &element.patterns {
        // What is not known before deployment may be any text here.
        let unknown = |token: &Token| match token {
            Token::Char(c) if is_symbol(*c) => Token::Run,
            other => *other,
        };
        let pattern: Pattern = text.widest().tokens().iter().map(unknown).collect();
        everything |= pattern.is_everything() || is_symbolic(text);
        // An API's own policy leaves out what is the same for all of its resources.
        everything |= text.written.starts_with("execute-api:/");
        if !everything && pattern.arn_parts().len() < 6 && !any_arn.fits(&pattern) {
            let message = format!("`{}` matches no ARN", cut(&text.written));
            notes.push(Note::warning(text.span, message).help("write an ARN, or `*`"));
            // What the actions take can be told when that is mended.
            everything = true;
        }
        resources.push(pattern);
    }
    if everything || !found.complete {
        return;
    }
    let mut kinds = Kinds {
        resources: &resources,
        fits: BTreeMap::new(),
    };
    let mut taken = vec![false; resources.len()];
    for (n, actions) in &found.by_pattern {
        let mut any = false;
        let mut take = |fitting: &[bool]| {
            for (taken, fits) in taken.iter_mut().zip(fitting) {
                *taken |= fits;
                any |= fits;
            }
        };
        for (service, action) in actions {
            for kind in action
                .resources
                .iter()
                .filter_map(|of| service.resource_type(of))
            {
                take(kinds.of_kind(service, kind));
            }
            if action.resources.is_empty() {
                take(kinds.of_all(service));
            }
            if TWINS.contains(&&*service.prefix) {
                take(kinds.of_twins());
            }
        }
        if let Some(text) = statement.actions.patterns.get(*n)
            && !any
            && !actions.is_empty()
        {
            notes.push(useless(text, actions));
        }
    }
    // Where nothing is taken at all, the actions have been told of.
    let some = taken.contains(&true);
    for (text, taken) in element.patterns.iter().zip(taken) {
        if some && !taken {
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
    // The shortest is the plainest.
    match kinds.map(|kind| &*kind.arn).min_by_key(|arn| arn.len()) {
        None => Note::warning(
            text.span,
            format!("`{shown}` can't be limited to a resource"),
        )
        .help("give it a statement of its own, with `\"Resource\": \"*\"`"),
        Some(arn) => {
            let message = format!("`{shown}` takes none of the statement's resources");
            Note::warning(text.span, message).help(format!("it takes such as `{arn}`"))
        }
    }
}

/// Two names of one service: each takes the resources of the other.
const TWINS: &[&str] = &["codeconnections", "codestar-connections"];

/// Which resources of the statement can be of which kind; found out once.
struct Kinds<'a> {
    resources: &'a [Pattern],
    fits: BTreeMap<(&'a str, &'a str), Vec<bool>>,
}

impl<'a> Kinds<'a> {
    fn of_kind(&mut self, service: &'a Service, kind: &'a ResourceType) -> &[bool] {
        let resources = self.resources.iter();
        let find = || {
            let all = resources.map(|pattern| fits(pattern, kind));
            all.collect()
        };
        self.fits
            .entry((&service.prefix, &kind.name))
            .or_insert_with(find)
    }

    /// Some actions that can't be limited to a resource ask for all of a kind (`role/`): where the
    /// statement names everything of a kind, they are taken to match.
    fn of_all(&mut self, service: &'a Service) -> &[bool] {
        let resources = self.resources.iter();
        let find = || {
            let of_service = shape_of(&format!("arn:*:{}:*:*:*", service.prefix));
            // What actions of logs ask for that are about no group.
            let no_group = shape_of("arn:*:logs:*:*:log-group::log-stream:");
            let fits = |pattern: &Pattern| {
                (is_generic(pattern) && of_service.fits(pattern))
                    || (&*service.prefix == "logs" && no_group.fits(pattern))
            };
            resources.map(fits).collect()
        };
        self.fits.entry((&service.prefix, "")).or_insert_with(find)
    }

    fn of_twins(&mut self) -> &[bool] {
        let resources = self.resources.iter();
        let find = || {
            let shape = |name: &&str| shape_of(&format!("arn:*:{name}:*:*:*"));
            let shapes: Vec<ArnShape> = TWINS.iter().map(shape).collect();
            let fits = |pattern: &Pattern| shapes.iter().any(|shape| shape.fits(pattern));
            resources.map(fits).collect()
        };
        self.fits.entry(("", "")).or_insert_with(find)
    }
}

/// Whether a pattern names everything of a service, or of a kind: `arn:aws:s3:::*`,
/// `arn:aws:iam::*:role/*`.
fn is_generic(pattern: &Pattern) -> bool {
    let parts = pattern.arn_parts();
    match parts.get(5) {
        None => true,
        Some([kind @ .., Token::Run]) => match kind {
            [] => true,
            [kind @ .., Token::Char('/' | ':')] => {
                let separator = |token: &Token| matches!(token, Token::Char('/' | ':'));
                !kind.iter().any(separator)
            }
            _ => false,
        },
        Some(_) => false,
    }
}

fn shape_of(arns: &str) -> ArnShape {
    ArnShape::new(&Pattern::wildcard(arns))
}

fn fits(pattern: &Pattern, kind: &ResourceType) -> bool {
    // The name of a bucket holds no slash, so that an object's ARN is not a bucket's.
    let bucket = kind.arn.ends_with(":s3:::${BucketName}");
    if bucket && pattern.tokens().contains(&Token::Char('/')) {
        return false;
    }
    kind.arns().fits(pattern)
}
