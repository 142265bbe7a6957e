//! Terraform read into the application model: folders of configuration, plans and states.
//!
//! bytes → bodies (`syntax::hcl`) → modules → values ([`Instance`]s, under Terraform's own names) →
//! resources of the provider's schema (`aws`) → [`palisade_app::Application`].
//!
//! Invariants:
//! - Pure: other files come through the [`palisade_app::Files`] port.
//! - Never panics; work is bounded whatever the configuration says; broken parts are problems.
//! - What can't be known is a symbol or says why; nothing is guessed.
//! - Knows no rules.

mod aws;
mod data;
mod decide;
mod evaluate;
mod folders;
mod functions;
mod inputs;
mod instance;
mod label;
mod module;
mod objects;
mod places;
mod plan;
mod providers;
mod read;
mod scope;

pub use aws::{properties, spoken};
pub use instance::Instance;
pub use module::{calls, is_configuration};
pub use plan::{looks_like_plan, read_plan};
pub use read::{Options, read};

#[cfg(test)]
mod tests;
