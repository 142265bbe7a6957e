//! Why an invocation is refused: what operators read in records, and how little the caller is told.

use crate::path::PathError;
use palisade_authn::Means;

/// The steps of the chain, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Finding the route; what can be said without knowing who calls.
    Receive,
    /// Who is calling.
    Authenticate,
    /// How much of it.
    Limit,
    /// What is being said.
    Validate,
    /// Whether they may.
    Authorize,
    /// Writing the decision down.
    Record,
}

/// What each step enforces. A record of what ended at a step serves the clauses of that step, and those
/// that ask for the record of every decision.
macro_rules! clauses {
    ($($step:ident: $($clause:literal)*;)*) => {
        impl Step {
            /// All of them, in their order.
            pub const ALL: [Self; 6] = [$(Self::$step,)* Self::Record];

            /// The clauses of the policy that it enforces, of calls over HTTP. What events say of where
            /// they are from is only matched, and no adapter holds events to it yet: none is listed
            /// for that.
            #[must_use]
            pub const fn clauses(self) -> &'static [&'static str] {
                match self {
                    $(Self::$step => &[$($clause),*],)*
                    Self::Record => &["SCSP-6.4", "SCSP-8.1", "SCSP-8.2"],
                }
            }

            /// The clauses that a record of what ended here serves.
            pub(crate) const fn recorded(self) -> &'static [&'static str] {
                match self {
                    $(Self::$step => &[$($clause,)* "SCSP-6.4", "SCSP-8.1"],)*
                    Self::Record => &["SCSP-6.4", "SCSP-8.1"],
                }
            }
        }
    };
}

clauses! {
    Receive: "SCSP-4.4" "SCSP-5.4" "BPSS-1.5" "BPSS-2.2";
    Authenticate: "SCSP-4.3" "SCSP-5.1" "SCSP-5.2" "SCSP-5.3" "SCSP-5.4" "BPSS-1.11" "BPSS-1.12"
        "BPSS-2.14" "BPSS-2.18" "BPSS-3.9" "BPSS-3.11";
    Limit: "SCSP-4.3" "SCSP-4.4" "BPSS-2.15" "BPSS-2.19";
    Validate: "SCSP-2.1" "SCSP-3.4" "SCSP-4.3" "BPSS-2.16";
    Authorize: "SCSP-5.4" "SCSP-6.1" "SCSP-6.2" "BPSS-2.2" "BPSS-3.9";
}

impl Step {
    /// How records name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Authenticate => "authenticate",
            Self::Limit => "limit",
            Self::Validate => "validate",
            Self::Authorize => "authorize",
            Self::Record => "record",
        }
    }
}

/// Why an invocation is refused. Nothing in it was sent by the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The path could be read in two ways.
    #[error("{0}")]
    Path(PathError),
    /// What was sent is no request that everybody reads alike.
    #[error("the request can be read in more than one way, or in none: {code}")]
    Malformed {
        /// What is wrong with it.
        code: &'static str,
    },
    /// No route has this path, or no source stands for this event: what has no policy is refused.
    #[error("no route or source stands for it")]
    NoRoute,
    /// The path has routes, but none for this method.
    #[error("no route of this path takes the method")]
    NoMethod,
    /// A list of addresses keeps this one out.
    #[error("the address is not admitted")]
    Address,
    /// The body, or what was said of its length, is over the route's size.
    #[error("the body is larger than {most} bytes")]
    TooLarge {
        /// The route's size.
        most: u64,
    },
    /// Nothing that the route takes as a credential was shown.
    #[error("no credential of a kind that the route takes")]
    NoCredential,
    /// More than one credential was shown, or one several times: which of them counts is not to be
    /// guessed.
    #[error("more than one credential")]
    SeveralCredentials,
    /// A credential does not hold.
    #[error("{} refused: {code}", .means.name())]
    Credential {
        /// Of which kind.
        means: Means,
        /// What is wrong with it.
        code: &'static str,
    },
    /// What is needed to verify a credential can't be had at present.
    #[error("{} can't be verified at present: {code}", .means.name())]
    Unverifiable {
        /// Of which kind.
        means: Means,
        /// What is missing.
        code: &'static str,
    },
    /// The event names a source that stands in no list.
    #[error("the source is in no list: {code}")]
    Source {
        /// What does not match.
        code: &'static str,
    },
    /// A limit is used up.
    #[error("limit `{limit}` is used up")]
    Limited {
        /// Which.
        limit: String,
        /// In how many milliseconds there is room again.
        retry_after: u64,
    },
    /// A limit can't be counted at present: nobody knows whether something is left of it.
    #[error("limits of days or months can't be counted at present")]
    Uncounted,
    /// What was sent is not what the route takes.
    #[error("not what the route takes: {}", .violations.join("; "))]
    Invalid {
        /// What is wrong, at which place, without what was sent.
        violations: Vec<String>,
    },
    /// A scope or role that the route asks for is missing.
    #[error("{what} `{name}` is missing")]
    Missing {
        /// `scope` or `role`.
        what: &'static str,
        /// Which.
        name: String,
    },
    /// No policy permits it, or one forbids it.
    #[error("{}", forbidden(.policies))]
    Forbidden {
        /// The policies that forbid it; empty when none permits it.
        policies: Vec<String>,
    },
    /// A policy could not be evaluated.
    #[error("policy `{policy}` could not be evaluated")]
    Policy {
        /// Which.
        policy: String,
    },
    /// The decision can't be written down.
    #[error("the decision could not be recorded")]
    NotRecorded,
    /// Whoever asked is gone, or the program failed half-way.
    #[error("ended half-way")]
    Aborted,
}

fn forbidden(policies: &[String]) -> String {
    match policies {
        [] => "no policy permits it".to_owned(),
        some => format!("forbidden by {}", some.join(", ")),
    }
}

/// How a refusal looks from outside: that, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Bad request (400).
    Invalid,
    /// Who are you (401)?
    Unauthenticated,
    /// Not you (403).
    Forbidden,
    /// There is nothing here (404).
    NotFound,
    /// Not in this way (405).
    Method,
    /// Too large (413).
    TooLarge,
    /// Too often (429).
    Limited,
    /// Not at present (503).
    Unavailable,
}

impl Answer {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Method => 405,
            Self::TooLarge => 413,
            Self::Limited => 429,
            Self::Unavailable => 503,
        }
    }
}

impl Reason {
    /// How records name it; scripts may rely on it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Path(error) => error.code(),
            Self::Malformed { code } => code,
            Self::NoRoute => "no-route",
            Self::NoMethod => "no-method",
            Self::Address => "address",
            Self::TooLarge { .. } => "too-large",
            Self::NoCredential => "no-credential",
            Self::SeveralCredentials => "several-credentials",
            Self::Credential { code, .. }
            | Self::Unverifiable { code, .. }
            | Self::Source { code } => code,
            Self::Limited { .. } => "limited",
            Self::Uncounted => "not-counted",
            Self::Invalid { .. } => "invalid",
            Self::Missing { .. } => "missing",
            Self::Forbidden { .. } => "forbidden",
            Self::Policy { .. } => "policy-error",
            Self::NotRecorded => "not-recorded",
            Self::Aborted => "aborted",
        }
    }

    /// What the caller is told.
    #[must_use]
    pub const fn answer(&self) -> Answer {
        match self {
            Self::Path(_) | Self::Malformed { .. } | Self::Invalid { .. } => Answer::Invalid,
            Self::NoRoute => Answer::NotFound,
            Self::NoMethod => Answer::Method,
            Self::TooLarge { .. } => Answer::TooLarge,
            Self::NoCredential | Self::SeveralCredentials | Self::Credential { .. } => {
                Answer::Unauthenticated
            }
            Self::Limited { .. } => Answer::Limited,
            Self::Address
            | Self::Source { .. }
            | Self::Missing { .. }
            | Self::Forbidden { .. }
            | Self::Policy { .. } => Answer::Forbidden,
            Self::Unverifiable { .. } | Self::Uncounted | Self::NotRecorded | Self::Aborted => {
                Answer::Unavailable
            }
        }
    }
}
