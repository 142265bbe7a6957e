//! Exact reasoning about AWS permissions, without an account and without a network.
//!
//! Invariants:
//! - Pure: documents and values in, answers out. The same input gives the same answer, whatever the
//!   machine does beside it: limits are budgets of work, not of time.
//! - Never a guess. What can't be decided is said, with the reason.
//! - A request that proves an answer is evaluated again before it is shown.
//! - Knows nothing of templates. Texts that are not known yet come in as [`Symbols`].
//!
//! # Examples
#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod compare;
pub mod condition;
mod evaluate;
mod lint;
mod matching;
mod pattern;
mod policy;
mod question;
mod read;
mod request;
mod symbols;
mod truth;

pub use catalogue::Catalogue;
pub use evaluate::{Decision, Layer, Matched, Outcome, Policies, PublicAccessBlock, evaluate};
pub use lint::{PolicyKind, lint, lint_policies};
pub use matching::Call;
pub use pattern::{Pattern, Piece, Syntax, Text, Token};
pub use policy::{
    Effect, Element, Policy, Principal, PrincipalItem, Principals, Statement, Version,
};
pub use question::{
    Question, Questions, read_policies, read_policy_or_policies, read_questions, read_request,
};
pub use read::{Note, NoteLevel, read_document, read_policy, read_symbolic};
pub use request::{Caller, Context, ContextValue, Request, arn_part};
pub use symbols::{HOLE, Symbols, is_hole, is_symbol};
pub use truth::Truth;
