//! The gateway as callers, functions and attackers meet it.

mod attacks;
mod fixture;
mod ordinary;
mod second;
mod secure;
mod slow;
