//! What nearly every rule uses.

#![expect(unused_imports, reason = "not every rule needs all of it")]

pub(crate) use palisade_app::{Answer, Application, Data, Leaf, Resource, Value, Verdict};
pub(crate) use palisade_core::{Confidence, Severity};
pub(crate) use palisade_rule::{Check, Context, Is, Profile, Row, Rule, Sink, Want};
