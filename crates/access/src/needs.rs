//! What a function needs to be allowed: for the calls in its code, its triggers, its logs and
//! whatever else its configuration makes it do.

mod bindings;
mod configured;

use crate::access::Access;
use crate::code::FunctionCode;
use crate::names::Names;
use bindings::Binder;
use palisade_app::Resource;
use palisade_code::{Argument, Call};
use palisade_core::Location;
use palisade_iam::catalogue::{SdkActions, When};
use std::sync::Arc;

/// One permission that is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// The action: `dynamodb:GetItem`.
    pub action: Arc<str>,
    /// On which resources: patterns, with symbols.
    pub resources: Vec<String>,
    /// Why the resources are not bound to those that are used.
    pub unbound: Option<String>,
    /// It may be needed, or not; nobody misses it when it is not granted.
    pub optional: bool,
    /// What needs it.
    pub why: String,
    /// Where in the code.
    pub at: Option<Location>,
}

/// The needs of one function, and what could not be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// What it needs.
    pub needs: Vec<Need>,
    /// Calls whose permissions are not known, with their places.
    pub unresolved: Vec<(String, Option<Location>)>,
}

/// What a function needs.
#[must_use]
pub fn needs_of(
    access: &Access<'_>,
    function: &Resource,
    code: &FunctionCode,
    names: &mut Names<'_>,
) -> Needs {
    let mut needs = Needs::default();
    for problem in &code.calls.problems {
        needs.unresolved.push((problem.message.clone(), None));
    }
    for unresolved in &code.calls.unresolved {
        let at = code.sources.location(unresolved.span);
        needs.unresolved.push((unresolved.what.clone(), Some(at)));
    }
    for call in &code.calls.calls {
        let at = Some(code.sources.location(call.span));
        let binder = Binder::new(access, function, &call.arguments);
        add(access, call, at, &binder, names, &mut needs);
    }
    needs
        .needs
        .extend(configured::needs(access, function, names));
    needs
}

fn add(
    access: &Access<'_>,
    call: &Call,
    at: Option<Location>,
    binder: &Binder<'_>,
    names: &mut Names<'_>,
    into: &mut Needs,
) {
    let catalogue = access.settings.catalogue;
    let shown = format!("{}:{}", call.service, call.operation);
    // Made without asking the service; what it is used for is among what no client does.
    if call.operation.eq_ignore_ascii_case("GenerateDbAuthToken") {
        return;
    }
    let wanted = match catalogue.sdk_actions(&call.service, &call.operation) {
        SdkActions::Needs(wanted) => wanted,
        SdkActions::Permissionless => return,
        SdkActions::Unknown => {
            into.unresolved
                .push((format!("what `{shown}` needs is not known"), at));
            return;
        }
    };
    for need in wanted {
        let optional = match &need.when {
            When::Always => false,
            When::Argument(name) if call.arguments.iter().any(|(n, _)| **n == **name) => false,
            When::Argument(_) if !call.open => continue,
            When::Argument(_) | When::Sometimes => true,
        };
        let bound = binder.resources(&need.action, names);
        into.needs.push(Need {
            action: Arc::from(&*need.action),
            resources: bound.patterns,
            unbound: bound.why_not,
            // Cleaning up after a failed upload is nothing that anyone misses.
            optional: optional || &*need.action == "s3:AbortMultipartUpload",
            why: format!("{shown} in the code"),
            at: at.clone(),
        });
        if let Some((_, actions)) = ON_BEHALF.iter().find(|(by, _)| need.action.starts_with(by)) {
            into.needs.extend(actions.iter().map(|action| Need {
                action: Arc::from(*action),
                resources: vec!["*".to_owned()],
                unbound: Some(format!("`{shown}` does it in the name of its caller")),
                optional: true,
                why: format!("{shown} in the code"),
                at: at.clone(),
            }));
        }
    }
}

/// What services do with the permissions of whoever calls them: beginnings of actions, and the
/// actions that they may need in turn.
const ON_BEHALF: &[(&str, &[&str])] = &[
    (
        "athena:",
        &[
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListMultipartUploadParts",
            "s3:AbortMultipartUpload",
            "s3:PutObject",
            "glue:GetDatabase",
            "glue:GetDatabases",
            "glue:GetTable",
            "glue:GetTables",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:BatchGetPartition",
            "lakeformation:GetDataAccess",
        ],
    ),
    (
        "dynamodb:ExportTable",
        &["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"],
    ),
    ("dynamodb:ImportTable", &["s3:GetObject", "s3:ListBucket"]),
    ("polly:", &["s3:PutObject", "sns:Publish"]),
    ("rekognition:", &["s3:GetObject", "s3:PutObject"]),
    (
        "textract:",
        &["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    ),
    (
        "transcribe:",
        &["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    ),
];

/// What an event of the provider's log says was asked for: the same as a call in the code.
#[must_use]
pub fn needs_of_record(
    access: &Access<'_>,
    function: &Resource,
    record: &Observed,
    names: &mut Names<'_>,
) -> Needs {
    let mut needs = Needs::default();
    let call = Call {
        span: palisade_core::Span::default(),
        sdk: palisade_code::Sdk::Boto3,
        service: record.service.clone(),
        operation: record.operation.clone(),
        arguments: record.arguments.clone(),
        open: true,
        client: Vec::new(),
    };
    let binder = Binder::new(access, function, &call.arguments);
    add(access, &call, None, &binder, names, &mut needs);
    for need in &mut needs.needs {
        need.why = format!("{}:{} was observed", record.service, record.operation);
        if !record.resources.is_empty() {
            need.resources.clone_from(&record.resources);
            need.unbound = None;
        }
    }
    needs
}

/// A call that a log has recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The client's name.
    pub service: Arc<str>,
    /// The operation.
    pub operation: Arc<str>,
    /// Its arguments.
    pub arguments: Vec<(Arc<str>, Argument)>,
    /// The ARNs that it was about.
    pub resources: Vec<String>,
}
