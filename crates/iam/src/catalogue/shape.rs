//! The ARN template of a kind of resource, understood once: which ARNs fit it, and which things of
//! this kind lie within another resource.

use crate::pattern::{ArnShape, Pattern};
use crate::truth::Truth;

/// A template such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
#[derive(Debug)]
pub(super) struct Shape {
    whole: Pattern,
    pub(super) arns: ArnShape,
    /// How many characters it says itself.
    pub(super) letters: usize,
    /// What a resource around it is like, the longest first, and how the template goes on there.
    stems: Vec<Stem>,
}

#[derive(Debug)]
struct Stem {
    pattern: Pattern,
    separators: usize,
    rest: String,
}

impl Shape {
    pub(super) fn of(template: &str) -> Self {
        let parts: Vec<(&str, Option<&str>)> = pieces(template).collect();
        let names = parts.iter().filter(|(_, name)| name.is_some()).count();
        let any: Vec<&str> = parts.iter().map(|(literal, _)| *literal).collect();
        Self {
            whole: Pattern::wildcard(&stem(&parts, usize::MAX).0),
            arns: ArnShape::new(&Pattern::wildcard(&any.join("*"))),
            letters: parts.iter().map(|(literal, _)| literal.len()).sum(),
            stems: (1..names)
                .rev()
                .map(|filled| stem(&parts, filled))
                .filter(|(_, rest)| rest.starts_with(SEPARATORS))
                .map(|(pattern, rest)| Stem {
                    separators: separators(&pattern),
                    pattern: Pattern::wildcard(&pattern),
                    rest,
                })
                .collect(),
        }
    }

    pub(super) fn fits(&self, arn: &str) -> bool {
        self.whole.matches(arn) != Truth::No
    }

    /// A thing of this kind within the resource of an ARN: the template goes on where the ARN ends.
    pub(super) fn inside(&self, arn: &str) -> Option<String> {
        let separators = separators(arn);
        let mut stems = self.stems.iter();
        let around =
            |stem: &&Stem| stem.separators == separators && stem.pattern.matches(arn) != Truth::No;
        let stem = stems.find(around)?;
        Some(format!("{arn}{}", stem.rest))
    }
}

const SEPARATORS: [char; 2] = ['/', ':'];

fn separators(text: &str) -> usize {
    text.matches(SEPARATORS).count()
}

/// The template up to its last name that is filled, as a pattern, and what follows.
fn stem(parts: &[(&str, Option<&str>)], filled: usize) -> (String, String) {
    let (mut pattern, mut rest) = (String::new(), String::new());
    let mut seen = 0;
    for (literal, name) in parts {
        let into = if seen < filled {
            &mut pattern
        } else {
            &mut rest
        };
        into.push_str(literal);
        if name.is_some() {
            into.push_str(if seen < filled { "?*" } else { "any" });
            seen += 1;
        }
    }
    (pattern, rest)
}

/// The literal parts of a template, each with the name that follows.
pub(super) fn pieces(template: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(template);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((literal, behind)) = text.split_once("${") else {
            rest = None;
            return Some((text, None));
        };
        let (name, behind) = match behind.split_once('}') {
            Some((name, behind)) => (name, Some(behind)),
            None => (behind, None),
        };
        rest = behind;
        Some((literal, Some(name)))
    })
}
