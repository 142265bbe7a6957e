//! The ledger, from outside: against a disk that keeps no more than it promised, and against
//! somebody who changes its files.

#![expect(clippy::unwrap_used, reason = "tests")]

mod durable;
mod fixture;
mod kept;
mod nodes;
mod ordered;
mod published;
mod query;
mod simulated;
mod tail;
mod tampered;
