//! What the policy asks, and what an organisation says about it: the catalogue of clauses, its
//! parameters, the organisation's overlay, the project's configuration, exceptions and suppressions.
//!
//! Invariants:
//! - Pure: texts come in, values or mistakes with their places go out. No files, no clock, no
//!   environment.
//! - No unknown key, rule, clause or parameter passes in silence.
//! - Nothing that is claimed to be enforced counts unless it exists.

mod catalogue;
mod config;
mod coverage;
mod error;
mod exceptions;
mod glob;
mod known;
mod overlay;
mod parameters;
pub mod read;
mod suppressions;

#[cfg(test)]
mod fuzz_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod testing;

pub use catalogue::{Attestation, Catalogue, Clause, Framework, Point, Status};
pub use config::{
    Config, Environment, LedgerConfig, LedgerPublish, LedgerRole, LedgerWitness,
    OrganizationConfig, PathSettings, Profile, RuleSetting, Setting,
};
pub use coverage::{ClauseState, Enforcer, coverage};
pub use error::ConfigError;
pub use exceptions::{Exception, ExceptionMatch, Exceptions, Subject};
pub use glob::Glob;
pub use known::{KnownRules, RuleRef, UnknownRuleError};
pub use overlay::Overlay;
pub use parameters::{ParameterChanges, ParameterInfo, Parameters, TlsVersion, parameter_info};
pub use suppressions::{Context, Scope, Suppression, SuppressionKind, Suppressions, Target};
