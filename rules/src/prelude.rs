//! What nearly every rule uses.

pub(crate) use palisade_app::{Answer, Application, Data, Leaf, Resource, Value, Verdict};
pub(crate) use palisade_core::{Confidence, Severity};
pub(crate) use palisade_rule::{Check, Context, Is, Profile, Row, Rule, Sink, Want};
