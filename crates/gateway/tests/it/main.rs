//! The gateway as callers, functions and attackers meet it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod attacks;
mod fixture;
mod floods;
mod links;
mod ordinary;
mod responses;
mod second;
mod secure;
mod slow;
