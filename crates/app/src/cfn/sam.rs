//! (placeholder until the transform lands)
use palisade_core::Span;
use palisade_syntax::Node;
use std::collections::BTreeMap;

/// Options.
#[derive(Clone, Debug, Default)]
pub struct SamOptions {
    /// Given parameters.
    pub parameters: BTreeMap<String, Node>,
}
/// Problem.
#[derive(Clone, Debug)]
pub struct SamProblem {
    /// Place.
    pub span: Span,
    /// Message.
    pub message: String,
}
/// Transform.
#[must_use]
pub fn transform(template: &Node, _options: &SamOptions) -> (Node, Vec<SamProblem>) {
    (template.clone(), Vec::new())
}
