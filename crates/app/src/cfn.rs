//! The `CloudFormation` front end, which also reads SAM and synthesized CDK output.
//!
//! bytes → tree → long form → includes and loops → the SAM transform → values → resources.

mod eval;
mod expand;
pub mod long_form;
mod reader;
pub mod sam;
mod scope;
mod text;

pub use eval::{unknown, why_unknown};
pub use reader::{Options, Outcome, Owner, Tree, read, read_tree};

#[cfg(test)]
mod tests;
