//! What can be asked about a resource: the service that it belongs to, the kinds of things that are
//! in it (the objects of a bucket), and the actions on each.

use crate::access::Access;
use palisade_iam::catalogue::{Action, Service};
use palisade_iam::{Catalogue, Pattern, Text, Truth, arn_part};

/// More things within one resource are not asked about.
const MAX_CANDIDATES: usize = 12;

/// A resource, as requests name it.
pub(crate) struct Target<'a> {
    /// The service whose actions are about it.
    pub(crate) service: &'a Service,
    /// The texts that requests can name: the resource itself, and things in it. With the name of
    /// the kind of each.
    pub(crate) candidates: Vec<(String, &'a str)>,
}

impl<'a> Target<'a> {
    /// The target of an ARN; `patterns` are what policies say of it.
    pub(crate) fn of<'t>(
        catalogue: &'a Catalogue,
        arn: &str,
        patterns: impl IntoIterator<Item = &'t Text>,
    ) -> Option<Self> {
        let service = catalogue.service(service_of(arn)?)?;
        let base = arn.strip_suffix(":*").unwrap_or(arn);
        let mut texts = vec![arn.to_owned()];
        for kind in &service.resource_types {
            texts.extend(inside(&kind.arn, base));
        }
        for pattern in patterns {
            let pattern = pattern.widest();
            let text = crate::asking::filled(pattern.tokens(), "any");
            let rest = text.strip_prefix(base).unwrap_or_default();
            if rest.starts_with(['/', ':']) && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.truncate(MAX_CANDIDATES);
        let kinds = |text: String| {
            let kind = kind_of(service, &text)?;
            Some((text, kind))
        };
        Some(Self {
            service,
            candidates: texts.into_iter().filter_map(kinds).collect(),
        })
    }

    /// The actions, each with the texts that it can be asked about.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (&'a Action, Vec<&str>)> {
        self.service.actions.iter().filter_map(|action| {
            let takes = |kind: &str| {
                let kinds = action.resources.iter();
                kinds
                    .filter_map(|r| self.service.resource_type(r))
                    .any(|taken| &*taken.name == kind)
            };
            let texts: Vec<&str> = self
                .candidates
                .iter()
                .filter(|(_, kind)| takes(kind))
                .map(|(text, _)| text.as_str())
                .collect();
            (!texts.is_empty()).then_some((action, texts))
        })
    }
}

/// Resources that an action takes, other than one that it takes as well: those of the application,
/// then such as might be. Nothing when it takes that one, or the action is not known.
pub(crate) fn takes(access: &Access<'_>, action: &str, resource: &str) -> Vec<String> {
    let catalogue = access.settings.catalogue;
    let service = action
        .split_once(':')
        .and_then(|(of, _)| catalogue.service(of));
    let (Some(service), Some(action)) = (service, catalogue.action(action)) else {
        return Vec::new();
    };
    let kinds = action.resources.iter();
    let templates: Vec<&str> = (kinds.filter_map(|of| service.resource_type(of)))
        .map(|kind| &*kind.arn)
        .collect();
    if templates.is_empty() {
        return vec!["*".to_owned()];
    }
    let patterns: Vec<Pattern> = templates.iter().map(|t| as_pattern(t)).collect();
    let fits = |arn: &str| {
        patterns
            .iter()
            .any(|pattern| pattern.matches(arn) != Truth::No)
    };
    if fits(resource) {
        return Vec::new();
    }
    let own = access.arns().map(|(_, arn)| arn.to_owned());
    let own = own.filter(|arn| fits(arn));
    let imagined = templates.iter().map(|template| {
        let mut text = String::new();
        let mut rest = *template;
        for (literal, name) in pieces(template) {
            text.push_str(literal);
            rest = rest.get(literal.len()..).unwrap_or_default();
            if name {
                let end = rest.find('}').map_or(rest.len(), |end| end + 1);
                text.push_str(match rest.get(..end).unwrap_or_default() {
                    "${Partition}" => "aws",
                    "${Region}" => "us-east-1",
                    "${Account}" => &access.account,
                    _ => "example",
                });
                rest = rest.get(end..).unwrap_or_default();
            }
        }
        text
    });
    own.chain(imagined).collect()
}

/// The service whose actions are about a resource: the one in its ARN, as a rule.
pub(crate) fn service_of(arn: &str) -> Option<&str> {
    match (arn_part(arn, 2)?, arn_part(arn, 5)) {
        ("iam", Some(name)) if name.starts_with("role/") => Some("sts"),
        (service, _) => Some(service),
    }
}

/// The kind of resource that an ARN is of: the template that fits with the most letters.
#[must_use]
pub fn kind_of<'a>(service: &'a Service, arn: &str) -> Option<&'a str> {
    let kinds = service.resource_types.iter();
    kinds
        .filter(|kind| as_pattern(&kind.arn).matches(arn) != Truth::No)
        .max_by_key(|kind| letters(&kind.arn))
        .map(|kind| &*kind.name)
}

/// A template of the catalogue, with a wildcard for each name in it.
fn as_pattern(template: &str) -> Pattern {
    let mut text = String::new();
    for (literal, name) in pieces(template) {
        text.push_str(literal);
        if name {
            text.push_str("?*");
        }
    }
    Pattern::wildcard(&text)
}

fn letters(template: &str) -> usize {
    pieces(template).map(|(literal, _)| literal.len()).sum()
}

/// The literal parts of a template, each with whether a name follows.
fn pieces(template: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = Some(template);
    std::iter::from_fn(move || {
        let text = rest?;
        match text.split_once("${") {
            None => {
                rest = None;
                Some((text, false))
            }
            Some((literal, behind)) => {
                rest = behind.split_once('}').map(|(_, behind)| behind);
                Some((literal, true))
            }
        }
    })
}

/// A thing of this template within a resource: the template goes on where the ARN ends.
fn inside(template: &str, arn: &str) -> Option<String> {
    let parts: Vec<(&str, bool)> = pieces(template).collect();
    let names = parts.iter().filter(|(_, name)| *name).count();
    // Find how many of the names the ARN fills: all but the last ones.
    for filled in (1..names).rev() {
        let mut pattern = String::new();
        let mut rest = String::new();
        let mut seen = 0;
        for (literal, name) in &parts {
            let into = if seen < filled {
                &mut pattern
            } else {
                &mut rest
            };
            into.push_str(literal);
            if *name {
                into.push_str(if seen < filled { "?*" } else { "any" });
                seen += 1;
            }
        }
        if rest.starts_with(['/', ':'])
            && Pattern::wildcard(&pattern).matches(arn) != Truth::No
            && pattern.matches(['/', ':']).count() == arn.matches(['/', ':']).count()
        {
            return Some(format!("{arn}{rest}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_within_a_resource_are_asked_about() {
        let check = |arn: &str, expected: &[(&str, &str)]| {
            let target = Target::of(Catalogue::builtin(), arn, []).expect("target");
            let found: Vec<(&str, &str)> = target
                .candidates
                .iter()
                .map(|(text, kind)| (text.as_str(), *kind))
                .collect();
            assert_eq!(found, expected);
        };
        check(
            "arn:aws:s3:::b",
            &[
                ("arn:aws:s3:::b", "bucket"),
                ("arn:aws:s3:::b/any", "object"),
            ],
        );
        check("arn:aws:sqs:r:1:q", &[("arn:aws:sqs:r:1:q", "queue")]);
        check(
            "arn:aws:events:r:1:event-bus/b",
            &[("arn:aws:events:r:1:event-bus/b", "event-bus")],
        );
    }
}
