//! Who can reach what in an application: brings the application model and permission reasoning
//! together.
//!
//! Invariants:
//! - Pure, and never a guess: what depends on something that is not known is said so.
//! - A text that only deployment decides is a symbol: the same reference is the same thing.
//! - What holds only under conditions of the template says under which.

mod access;
mod asking;
mod document;
mod edges;
mod identities;
mod managed;
mod names;
mod outside;
mod paths;
mod targets;
mod unused;
mod worlds;

#[cfg(test)]
mod testing;

pub use access::{Access, Guard, Settings, Zone};
pub use edges::{Edge, EdgeKind, Edges, Node, Unread, Via};
pub use identities::{Attached, Identity, IdentityKind, Permissions};
pub use names::{Deployment, Names};
pub use outside::{OutsideAccess, Who, outside};
pub use paths::{AttackPath, Gain, Hop, Prize, attack_paths, paths};
pub use unused::{Unused, UnusedKind, unused};
pub use worlds::agree;
