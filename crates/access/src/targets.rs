//! What can be asked about a resource: the service that it belongs to, the kinds of things that are
//! in it (the objects of a bucket), and the actions on each.

use crate::access::Access;
use palisade_iam::catalogue::{Action, Service};
use palisade_iam::{Catalogue, Text, arn_part};

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
            texts.extend(kind.inside(base));
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
            let kind = service.kind_of(&text)?;
            Some((text, &*kind.name))
        };
        Some(Self {
            service,
            candidates: texts.into_iter().filter_map(kinds).collect(),
        })
    }

    /// The actions that are wanted by their full names in lower case, each with the texts that it
    /// can be asked about.
    pub(crate) fn actions(
        &self,
        mut wanted: impl FnMut(&str) -> bool,
    ) -> impl Iterator<Item = (&'a Action, Vec<&str>)> {
        let mut name = self.service.prefix.to_ascii_lowercase();
        name.push(':');
        let stem = name.len();
        self.service.actions.iter().filter_map(move |action| {
            name.truncate(stem);
            name.extend(action.name.chars().map(|c| c.to_ascii_lowercase()));
            if !wanted(&name) {
                return None;
            }
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
    let kinds: Vec<_> = kinds.filter_map(|of| service.resource_type(of)).collect();
    if kinds.is_empty() {
        return vec!["*".to_owned()];
    }
    let fits = |arn: &str| kinds.iter().any(|kind| kind.fits(arn));
    if fits(resource) {
        return Vec::new();
    }
    let own = access.arns().map(|(_, arn)| arn.to_owned());
    let own = own.filter(|arn| fits(arn));
    let imagined = kinds.iter().map(|kind| {
        kind.filled(|name| match name {
            "Partition" => "aws",
            "Region" => "us-east-1",
            "Account" => &access.account,
            _ => "example",
        })
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
