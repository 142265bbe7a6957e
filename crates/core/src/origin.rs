//! Where a value was written, and through what it came.

use crate::Span;
use std::sync::Arc;

/// The place where a person wrote something, and the steps that carried it to where it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// What the person wrote.
    pub span: Span,
    /// The last step that it came through; earlier steps follow in the chain.
    pub via: Option<Arc<Via>>,
}

/// One step of an origin chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// What kind of step it was.
    pub kind: ViaKind,
    /// Where the step is written (the use of the parameter, the Globals section, the event).
    pub span: Span,
    /// The step before this one.
    pub earlier: Option<Arc<Via>>,
}

/// What can carry a value from where it was written to where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViaKind {
    /// Merged in from SAM's `Globals` or a similar section of shared settings.
    Globals,
    /// Made by a transform on behalf of what was written; says what made it.
    Transform(Arc<str>),
    /// The default or given value of a parameter.
    Parameter(Arc<str>),
    /// Looked up in a mapping.
    Mapping(Arc<str>),
    /// Passed into a nested stack or module by its caller.
    Module(Arc<str>),
    /// Brought in from another file.
    Include(Arc<str>),
    /// Inherited from what Serverless Framework says for all functions, under `provider`.
    Provider,
    /// The value of a variable of Serverless Framework (`self:custom.name`).
    Variable(Arc<str>),
    /// One turn of a loop.
    Loop(Arc<str>),
}

impl std::fmt::Display for ViaKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Globals => f.write_str("Globals"),
            Self::Transform(what) => write!(f, "made from {what}"),
            Self::Parameter(name) => write!(f, "parameter {name}"),
            Self::Mapping(name) => write!(f, "mapping {name}"),
            Self::Module(name) => write!(f, "passed in by {name}"),
            Self::Include(name) => write!(f, "included from {name}"),
            Self::Provider => f.write_str("the settings of the provider"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Loop(name) => write!(f, "loop {name}"),
        }
    }
}

/// More steps of other origins are not taken over.
const MAX_STEPS: usize = 32;

impl Origin {
    /// Written here, and used here.
    #[must_use]
    pub fn at(span: Span) -> Self {
        Self { span, via: None }
    }

    /// The same place, with one more step behind it.
    #[must_use]
    pub fn through(&self, kind: ViaKind, span: Span) -> Self {
        Self {
            span: self.span,
            via: Some(Arc::new(Via {
                kind,
                span,
                earlier: self.via.clone(),
            })),
        }
    }

    /// The same place, with the steps of another origin behind it: what stood there was carried
    /// here. A chain that is long already stays as it is.
    #[must_use]
    pub fn through_steps_of(&self, other: &Self) -> Self {
        let own = self.steps().take(MAX_STEPS).count();
        let same = |a: &Via, b: &Via| a.span == b.span && a.kind == b.kind;
        let mut steps: Vec<&Via> = other
            .steps()
            .take(MAX_STEPS)
            .filter(|step| !self.steps().take(MAX_STEPS).any(|own| same(own, step)))
            .collect();
        steps.truncate(MAX_STEPS - own);
        steps.reverse();
        steps.into_iter().fold(self.clone(), |origin, step| {
            origin.through(step.kind.clone(), step.span)
        })
    }

    /// The steps, the last one first.
    pub fn steps(&self) -> impl Iterator<Item = &Via> {
        std::iter::successors(self.via.as_deref(), |via| via.earlier.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_another_origin_are_taken_over_in_order() {
        let step = |name: &str| ViaKind::Parameter(Arc::from(name));
        let other = Origin::default()
            .through(step("A"), Span::default())
            .through(step("B"), Span::default());
        let origin = Origin::default().through(ViaKind::Globals, Span::default());
        let carried = origin.through_steps_of(&other);
        let kinds: Vec<String> = carried.steps().map(|s| s.kind.to_string()).collect();
        assert_eq!(kinds, ["parameter B", "parameter A", "Globals"]);
    }
}
