//! `AWS::Serverless::Function`: the function with its role, alias, version, URL and events.

mod code;
mod publish;

use super::deploy;
use super::event::{self, Target};
use super::invoke;
use super::make::{
    IntoNode, conditional, field, get_att, given, if_arguments, is_intrinsic, is_no_value, list,
    obj, tag_list, text,
};
use super::resources::{Res, Source};
use super::role::{self, Owner, Role};
use super::{Ctx, Result};
pub(super) use code::location;
use palisade_core::Origin;
use palisade_syntax::Node;
use std::sync::Arc;

/// Properties that the function resource takes over as they are.
const TAKEN_OVER: [&str; 27] = [
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
    "PublishToLatestPublished",
    "FunctionScalingConfig",
    "Role",
    "Code",
];

const KNOWN: [&str; 49] = [
    "FunctionName",
    "Handler",
    "Runtime",
    "CodeUri",
    "ImageUri",
    "PackageType",
    "InlineCode",
    "DeadLetterQueue",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Role",
    "AssumeRolePolicyDocument",
    "Policies",
    "RolePath",
    "PermissionsBoundary",
    "Environment",
    "Events",
    "Tags",
    "PropagateTags",
    "Tracing",
    "KmsKeyArn",
    "DeploymentPreference",
    "ReservedConcurrentExecutions",
    "Layers",
    "EventInvokeConfig",
    "EphemeralStorage",
    "AutoPublishAlias",
    "AutoPublishCodeSha256",
    "AutoPublishAliasAllProperties",
    "VersionDescription",
    "ProvisionedConcurrencyConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "CodeSigningConfigArn",
    "Architectures",
    "SnapStart",
    "FunctionUrlConfig",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "RecursiveLoop",
    "SourceKMSKeyArn",
    "CapacityProviderConfig",
    "FunctionScalingConfig",
    "VersionDeletionPolicy",
    "PublishToLatestPublished",
    "TenancyConfig",
    "DurableConfig",
];

/// Makes everything that a function deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &KNOWN);
    check(ctx, source);
    let origin = source.made("function");
    let mut function = lambda(ctx, source, &origin);
    let mut made = Vec::new();
    let mut target = Target {
        id: source.id.clone(),
        function: true,
        attributes: source.passed_on(),
    };
    let alias = publish::alias(ctx, source, &mut function, &mut made);
    if let Some((alias, _)) = &alias {
        target.id = alias.clone();
        target.function = false;
    }
    if let Some(config) = source.given("FunctionUrlConfig") {
        publish::url(ctx, source, config, &target, &mut made);
    }
    if let Some(preference) = source.given("DeploymentPreference") {
        let alias_res = alias
            .as_ref()
            .and_then(|(id, _)| made.iter_mut().find(|res| res.id == *id));
        deploy::add(ctx, source, preference, alias_res);
    }
    let mut role = execution_role(ctx, source, &origin);
    if let Some(config) = source.given("EventInvokeConfig") {
        invoke::make(ctx, source, config, alias.as_ref(), &mut role, &mut made);
    }
    role.add_policies(ctx, &owner(&source.id), source.prop("Policies"));
    ctx.problems.extend(event::unreadable(source));
    let mut events = event::of(source);
    // SAM's order: a default route is known before the routes that it covers.
    events.sort_by(|a, b| a.order().cmp(b.order()));
    for event in events {
        let result = match event.kind {
            "Api" | "HttpApi" => super::api_event::for_function(ctx, &event, &target),
            "ScheduleV2" => super::schedule::scheduler(ctx, &event, &target, false),
            "Kinesis" | "DynamoDB" | "SQS" | "MSK" | "MQ" | "SelfManagedKafka" | "DocumentDB" => {
                super::pull::make(ctx, &event, &target, &mut role)
            }
            _ => super::push::make(ctx, &event, &target, &mut role),
        };
        match result {
            Ok(resources) => made.extend(resources),
            Err(problem) => ctx.problems.push(problem),
        }
    }
    tag_buckets(ctx, source);
    place_role(ctx, source, &mut function, role, &mut made);
    made.insert(0, function);
    propagate_tags(ctx, source, &mut made);
    note_references(ctx, source, &made);
    Ok(made)
}

fn owner(id: &str) -> Owner<'_> {
    Owner {
        id,
        what: "function",
    }
}

/// What SAM would refuse, where a person should know.
fn check(ctx: &mut Ctx<'_>, source: &Source) {
    let has = |name: &str| source.prop(name).is_some();
    let image = source.prop("PackageType").and_then(Node::as_str) == Some("Image");
    let mut wrong = Vec::new();
    let mut must_not = |first: &str, second: &str| {
        if has(first) && has(second) {
            wrong.push(format!("`{first}` and `{second}` exclude each other"));
        }
    };
    must_not("CapacityProviderConfig", "ProvisionedConcurrencyConfig");
    must_not("CapacityProviderConfig", "VpcConfig");
    must_not("TenancyConfig", "ProvisionedConcurrencyConfig");
    must_not("TenancyConfig", "FunctionUrlConfig");
    must_not("TenancyConfig", "SnapStart");
    let mut needs = |first: &str, second: &str| {
        if has(first) && !has(second) {
            wrong.push(format!("`{first}` needs `{second}`"));
        }
    };
    needs("FunctionScalingConfig", "CapacityProviderConfig");
    needs("VersionDeletionPolicy", "AutoPublishAlias");
    needs("ProvisionedConcurrencyConfig", "AutoPublishAlias");
    if image {
        for name in ["Runtime", "Handler", "Layers"] {
            if has(name) {
                wrong.push(format!("`{name}` must not be given with an image"));
            }
        }
        // `sam build` makes the image of what the metadata says and puts its address in.
        if !has("ImageUri") && given(&source.node, "Metadata").is_none() {
            wrong.push("an image needs `ImageUri`".to_owned());
        }
    } else {
        for name in ["Runtime", "Handler"] {
            if !has(name) {
                wrong.push(format!("`{name}` must be given"));
            }
        }
        // Without any code it is the folder of the template that is packaged.
    }
    if let Some(queue) = source.prop("DeadLetterQueue") {
        let known = matches!(text(queue, "Type"), Some("SQS" | "SNS"));
        if !known || given(queue, "TargetArn").is_none() {
            wrong
                .push("`DeadLetterQueue` needs a `Type` (SQS or SNS) and a `TargetArn`".to_owned());
        }
    }
    for (name, shape) in [
        ("Events", false),
        ("Tags", false),
        ("DeadLetterQueue", false),
        ("Environment", false),
        ("EventInvokeConfig", false),
        ("FunctionUrlConfig", false),
        ("DeploymentPreference", false),
        ("Layers", true),
    ] {
        let Some(value) = source.prop(name) else {
            continue;
        };
        let fits = if shape {
            value.as_seq().is_some() || is_intrinsic(value)
        } else {
            value.as_map().is_some()
        };
        if !fits {
            let shape = if shape { "list" } else { "map" };
            wrong.push(format!("`{name}` must be a {shape}"));
        }
    }
    for message in wrong {
        ctx.problem(
            source.span(),
            format!("function `{}`: {message}", source.id),
        );
    }
}

fn lambda(ctx: &mut Ctx<'_>, source: &Source, origin: &Origin) -> Res {
    let mut function = source.main("AWS::Lambda::Function", "function");
    function.copy(source.props(), &TAKEN_OVER[..24]);
    function.copy_given(source.props(), &TAKEN_OVER[24..25]);
    function.copy(source.props(), &TAKEN_OVER[25..26]);
    if let Some(code) = code::code(ctx, source) {
        function.set("Code", code);
    }
    function.set("Tags", sam_tags(ctx, source, origin));
    if let Some(mode) = traced(ctx, source) {
        let origin = mode.origin.clone();
        function.set("TracingConfig", obj!(&origin; "Mode" => mode));
    }
    if let Some(queue) = source.given("DeadLetterQueue")
        && let Some(target) = queue.get("TargetArn")
    {
        let origin = queue.origin.clone();
        function.set("DeadLetterConfig", obj!(&origin; "TargetArn" => target));
    }
    if let Some(config) = source.given("CapacityProviderConfig") {
        let at = &config.origin;
        let mut inner = obj!(at;);
        for (from, to) in [
            ("Arn", "CapacityProviderArn"),
            (
                "PerExecutionEnvironmentMaxConcurrency",
                "PerExecutionEnvironmentMaxConcurrency",
            ),
            (
                "ExecutionEnvironmentMemoryGiBPerVCpu",
                "ExecutionEnvironmentMemoryGiBPerVCpu",
            ),
        ] {
            if let Some(value) = field(config, from) {
                inner.insert(to, value.clone());
            }
        }
        let outer = obj!(at; "LambdaManagedInstancesCapacityProviderConfig" => inner);
        function.set("CapacityProviderConfig", outer);
    }
    function
}

/// SAM's own tag and the tags of the function.
pub(super) fn sam_tags(ctx: &mut Ctx<'_>, source: &Source, origin: &Origin) -> Vec<Node> {
    const RESERVED: [&str; 3] = [
        "lambda:createdBy",
        "serverlessrepo:applicationId",
        "serverlessrepo:semanticVersion",
    ];
    let tags = source.prop("Tags");
    for name in RESERVED {
        if let Some(tag) = tags.and_then(|tags| tags.entry(name)) {
            let message = format!("the tag `{name}` is reserved for SAM");
            ctx.problem(tag.key.origin.span, message);
        }
    }
    let own = obj!(origin; "lambda:createdBy" => "SAM");
    let mut all = tag_list(origin, Some(&own));
    all.extend(tag_list(origin, tags));
    all
}

/// The tracing mode, unless tracing is off.
fn traced<'a>(ctx: &Ctx<'_>, source: &'a Source) -> Option<&'a Node> {
    let mode = source.given("Tracing")?;
    (ctx.params.resolve(mode).as_str() != Some("Disabled")).then_some(mode)
}

fn execution_role(ctx: &mut Ctx<'_>, source: &Source, origin: &Origin) -> Role {
    let mut role = Role::new(&owner(&source.id), origin, source.passed_on());
    match source.prop("AssumeRolePolicyDocument") {
        Some(document) => role.res.set("AssumeRolePolicyDocument", document),
        None => role.res.set(
            "AssumeRolePolicyDocument",
            role::trust(origin, "lambda.amazonaws.com"),
        ),
    }
    let basic = if source.given("DurableConfig").is_some() {
        "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "service-role/AWSLambdaBasicExecutionRole"
    };
    role.add_managed(ctx.managed_arn(basic), origin);
    if let Some(mode) = traced(ctx, source) {
        let arn = ctx.managed_arn(xray_policy(ctx));
        role.add_managed(arn, &made_by_property(source, "Tracing", mode));
    }
    if let Some(vpc) = source.given("VpcConfig") {
        let arn = ctx.managed_arn("service-role/AWSLambdaVPCAccessExecutionRole");
        role.add_managed(arn, &made_by_property(source, "VpcConfig", vpc));
    }
    if let Some(queue) = source.given("DeadLetterQueue") {
        let at = made_by_property(source, "DeadLetterQueue", queue);
        let action = match text(queue, "Type") {
            Some("SNS") => "sns:Publish",
            _ => "sqs:SendMessage",
        };
        if let Some(target) = queue.get("TargetArn") {
            let statement =
                obj!(&at; "Action" => action, "Resource" => target, "Effect" => "Allow");
            let statements = list!(&at; statement);
            role.add_inline(obj!(&at;
                "PolicyName" => "DeadLetterQueuePolicy",
                "PolicyDocument" => obj!(&at; "Version" => "2012-10-17", "Statement" => statements),
            ));
        }
    }
    role.res.opt("Path", source.prop("RolePath"));
    role.res
        .opt("PermissionsBoundary", source.prop("PermissionsBoundary"));
    let own = obj!(origin; "lambda:createdBy" => "SAM");
    let mut tags = tag_list(origin, Some(&own));
    tags.extend(tag_list(origin, source.prop("Tags")));
    role.res.set("Tags", tags);
    role
}

/// The policy that lets a function send traces.
pub(super) fn xray_policy(ctx: &Ctx<'_>) -> &'static str {
    if ctx.partition() == "aws" {
        "AWSXrayWriteOnlyAccess"
    } else {
        "AWSXRayDaemonWriteAccess"
    }
}

fn made_by_property(source: &Source, property: &str, value: &Node) -> Origin {
    let what = format!("{property} of function {}", source.id);
    value.origin.through(
        palisade_core::ViaKind::Transform(Arc::from(what)),
        value.origin.span,
    )
}

/// Gives the function its role: the given one, the one that SAM makes, or one of the two.
fn place_role(
    ctx: &mut Ctx<'_>,
    source: &Source,
    function: &mut Res,
    role: Role,
    made: &mut Vec<Res>,
) {
    let mut role = role.finish();
    let arn = get_att(&role.origin, &role.id, "Arn");
    let Some(given) = function.prop("Role").cloned() else {
        function.set("Role", arn);
        made.push(role);
        return;
    };
    if given.get("Fn::If").is_none() || !is_intrinsic(&given) {
        return;
    }
    let resolved = ctx.params.resolve(&given);
    let Some([condition, then, otherwise]) = if_arguments(&resolved) else {
        let message = format!(
            "`Role` of function `{}` is not a well-formed `Fn::If`",
            source.id
        );
        ctx.problem(given.origin.span, message);
        return;
    };
    let origin = &given.origin;
    match (is_no_value(then), is_no_value(otherwise)) {
        (true, true) => function.set("Role", arn),
        (true, false) => {
            role.attribute("Condition", condition);
            function.set(
                "Role",
                conditional(origin, condition, arn, Some(otherwise.clone())),
            );
        }
        (false, true) => {
            let name = condition.as_str().unwrap_or_default();
            let not = format!("NOT{name}");
            let inner = obj!(origin; "Condition" => condition);
            ctx.condition(&not, obj!(origin; "Fn::Not" => list!(origin; inner)));
            role.attribute("Condition", not);
            function.set(
                "Role",
                conditional(origin, condition, then.clone(), Some(arn)),
            );
        }
        (false, false) => {
            function.set("Role", resolved.clone());
            return;
        }
    }
    made.push(role);
}

/// Types of what SAM makes that have tags.
const TAGGED: [&str; 14] = [
    "AWS::Lambda::Function",
    "AWS::IAM::Role",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::IoT::TopicRule",
    "AWS::StepFunctions::StateMachine",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::Lambda::CapacityProvider",
];

/// `PropagateTags`: the tags of the resource in place of SAM's own on everything made of it.
pub(super) fn propagate_tags(ctx: &mut Ctx<'_>, source: &Source, made: &mut [Res]) {
    let (Some(tags), Some(_)) = (source.given("Tags"), source.given("PropagateTags")) else {
        return;
    };
    let count = tags.as_map().unwrap_or_default().len();
    for res in made.iter_mut().filter(|res| TAGGED.contains(&res.kind)) {
        if !ctx.afford(count, source.span()) {
            return;
        }
        let tags = tag_list(&res.origin, Some(tags));
        res.set("Tags", tags);
    }
}

/// A bucket that calls the function is made anew by SAM, so that `PropagateTags` is for it too.
fn tag_buckets(ctx: &mut Ctx<'_>, source: &Source) {
    let (Some(tags), Some(_)) = (source.given("Tags"), source.given("PropagateTags")) else {
        return;
    };
    for event in event::of(source)
        .into_iter()
        .filter(|event| event.kind == "S3")
    {
        let bucket = event.prop("Bucket").and_then(|bucket| text(bucket, "Ref"));
        let bucket = bucket.and_then(|id| ctx.resources.get_mut(id));
        if let Some(properties) = bucket.and_then(|bucket| bucket.get_mut("Properties")) {
            let tags = tag_list(&event.origin, Some(tags)).into_node(&event.origin);
            properties.insert("Tags", tags);
        }
    }
}

/// What `Function.Alias` and the like stand for.
fn note_references(ctx: &mut Ctx<'_>, source: &Source, made: &[Res]) {
    for (name, kind) in [
        ("Alias", "AWS::Lambda::Alias"),
        ("Version", "AWS::Lambda::Version"),
        ("DestinationTopic", "AWS::SNS::Topic"),
        ("DestinationQueue", "AWS::SQS::Queue"),
    ] {
        note_reference(ctx, &source.id, name, kind, made);
    }
}

/// Notes the last resource of a type as what a property of a SAM resource stands for.
pub(super) fn note_reference(
    ctx: &mut Ctx<'_>,
    id: &Arc<str>,
    name: &'static str,
    kind: &str,
    made: &[Res],
) {
    if let Some(res) = made.iter().rev().find(|res| res.kind == kind) {
        let names = ctx.refs.entry(id.clone()).or_default();
        names.insert(name, res.id.clone());
    }
}
