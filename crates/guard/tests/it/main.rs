//! The chain from outside: what it lets through, what it refuses, and what it leaves on record.

#![expect(clippy::unwrap_used, reason = "tests")]

mod chain;
mod clock;
mod events;
mod fixture;
mod issuers;
mod reasons;
mod reload;
mod types;
