//! What each step of the chain does: it is told all that is known, and gives what it adds, or why
//! the invocation ends here. A step that cannot decide denies.

pub(crate) mod authenticate;
pub(crate) mod authorize;
pub(crate) mod limit;
pub(crate) mod validate;
