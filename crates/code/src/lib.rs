//! What a function's source text asks of AWS: the calls of the SDK that it makes, with what is
//! known of their arguments.
//!
//! [`calls`] reads the entry file of a function and every module that it imports (through the
//! [`Modules`] port), runs them on abstract values, and writes down each call of an SDK client:
//! boto3 for Python, the SDK's versions 2 and 3 for JavaScript and TypeScript.
//!
//! Invariants:
//! - Pure. Knows nothing of IAM, of templates or of files.
//! - Nothing is dropped in silence: a call on an SDK client that can't be told is [`Unresolved`],
//!   code that can't be read is a [`Problem`].
//! - Never panics, and the work is bounded by the size of the code: what goes beyond the budget
//!   is read less exactly (functions without their callers' arguments), and a problem says so.
//! - The same code gives the same answer, in the same order.

mod eval;
mod ir;
mod javascript;
mod modules;
mod parse;
mod python;
mod sdk;
mod value;

use palisade_core::{Problem, Sources, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A language that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Python 3 (and what of Python 2 its grammar takes).
    Python,
    /// JavaScript: ES modules and CommonJS.
    JavaScript,
    /// TypeScript.
    TypeScript,
}

impl Language {
    /// The language of a file, by the ending of its name.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "py" => Some(Self::Python),
            "js" | "mjs" | "cjs" => Some(Self::JavaScript),
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            _ => None,
        }
    }
}

/// The port to the source files that a function consists of.
pub trait Modules {
    /// The text of a file, by its path with forward slashes; `None` if there is none.
    fn read(&self, path: &str) -> Option<Arc<str>>;
}

/// A client library that calls AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sdk {
    /// boto3 and what is built like it (botocore, aioboto3).
    Boto3,
    /// `aws-sdk`, version 2 of the SDK for JavaScript.
    JsV2,
    /// `@aws-sdk/*`, version 3 of the SDK for JavaScript.
    JsV3,
}

/// One call of an operation of a service.
///
/// A place in the code that is reached in several ways with different arguments gives several
/// calls. A method that stands for several operations (`upload_file`) gives each of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Where the call is written.
    pub span: Span,
    /// The library that is used.
    pub sdk: Sdk,
    /// The service in lower case, as the library names it: boto3's client name (`stepfunctions`),
    /// version 3's package without `@aws-sdk/client-` (`sfn`), version 2's class (`stepfunctions`).
    pub service: Arc<str>,
    /// The operation: `GetItem`. Compare without regard to case: boto3's method names do not tell
    /// `DescribeDBInstances` from `DescribeDbInstances`.
    pub operation: Arc<str>,
    /// The arguments under their API names, by name.
    pub arguments: Vec<(Arc<str>, Argument)>,
    /// There may be more arguments than are seen.
    pub open: bool,
    /// The options that the client was made with, by name as the library spells them
    /// (`region_name`, `endpoint`, `credentials`): they may lead to another account or place.
    pub client: Vec<(Arc<str>, Argument)>,
}

/// What is known of a value that is given to a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// Known text; numbers and truth values as they are written.
    Text(Arc<str>),
    /// The value of an environment variable.
    Environment {
        /// The variable.
        name: Arc<str>,
        /// What stands in when it is not set.
        default: Option<Box<Argument>>,
    },
    /// Parts that are put together to one text.
    Joined(Vec<Argument>),
    /// One of these, depending on what happens.
    OneOf(Vec<Argument>),
    /// A list.
    List(Vec<Argument>),
    /// A map; keys are arguments too, as `{process.env.TABLE: …}` is common.
    Map(Vec<(Argument, Argument)>),
    /// A part of the event that the handler is invoked with, by its path without positions in
    /// lists: `Records.s3.bucket.name`. Only when the handler's name is given.
    Event(Arc<str>),
    /// Not known, and why.
    Unknown(Arc<str>),
}

/// A use of an SDK client whose client or operation can't be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// Where it is written.
    pub span: Span,
    /// What can't be told.
    pub what: String,
}

/// What the code of one function asks of AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// The calls, in the order of their places.
    pub calls: Vec<Call>,
    /// What can't be told.
    pub unresolved: Vec<Unresolved>,
    /// What can't be read.
    pub problems: Vec<Problem>,
    /// The environment variables that are read, by name.
    pub environment: BTreeSet<Arc<str>>,
    /// The files that were read: the entry and all that it imports.
    pub files: BTreeSet<Arc<str>>,
}

/// Reads the code of a function, from the file that holds its handler.
///
/// All paths are relative to one root that the caller chooses, with forward slashes. `roots` are
/// the folders in which absolute imports are looked for, in this order: the function's own folder,
/// then its layers'. `handler` is the name of the function that is invoked; all functions are read,
/// but what it gives to others is followed first. The texts that are read are added to `sources`.
pub fn calls(
    entry: &str,
    handler: Option<&str>,
    roots: &[&str],
    modules: &dyn Modules,
    sources: &mut Sources,
) -> Calls {
    eval::run(entry, handler, roots, modules, sources, true)
}

/// The same for those to whom half an answer is none: nothing more is read after the first
/// [`Problem`].
pub fn calls_or_problem(
    entry: &str,
    handler: Option<&str>,
    roots: &[&str],
    modules: &dyn Modules,
    sources: &mut Sources,
) -> Calls {
    eval::run(entry, handler, roots, modules, sources, false)
}

#[cfg(test)]
mod tests;
