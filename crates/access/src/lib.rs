//! Who can reach what in an application: brings the application model and permission reasoning
//! together.
//!
//! Invariants:
//! - Pure, and never a guess: what depends on something that is not known is said so.
//! - A text that only deployment decides is a symbol: the same reference is the same thing.
//! - What holds only under conditions of the template says under which.

mod access;
mod asking;
mod change;
mod code;
mod document;
mod edges;
pub mod escalate;
mod identities;
mod idle;
mod managed;
mod names;
mod needs;
mod outside;
mod paths;
mod shown;
mod shrink;
mod side;
mod targets;
mod worlds;

#[cfg(test)]
mod testing;

pub use access::{Access, Guard, Settings, Zone};
pub use change::{Change, ChangeKind, Gain, allowed, changes, public};
pub use code::FunctionCode;
pub use edges::{Edge, EdgeKind, Edges, Node, Unread, Via};
pub use identities::{Attached, Identity, IdentityKind, Permissions};
pub use idle::{Idle, IdleKind, idle};
pub use names::{Deployment, Names};
pub use needs::{Need, Needs, Observed, needs_of, needs_of_record};
pub use outside::{LOG_WRITERS, OutsideAccess, Who, everything, outside};
pub use paths::{AttackPath, Hop, Loot, Prize, attack_paths, paths};
pub use shown::{Subject, Target};
pub use shrink::{
    Edit, Expressions, Proposed, Record, Shrunk, Unused, fix, records, shrink, shrink_understood,
    yaml,
};
pub use worlds::agree;
