//! `AWS::Serverless::StateMachine`: the state machine with its role, version, alias and events.

use super::event::{self, Event, Target};
use super::function::{location, propagate_tags, xray_policy};
use super::hash;
use super::implicit::{self, REST};
use super::make::{IntoNode, field, is_intrinsic, is_true, list, obj, sub, tag_list};
use super::resources::{Res, Source};
use super::role::{Owner, Role, trust};
use super::schedule;
use super::{Ctx, Result, api_event, swagger};
use palisade_core::Origin;
use palisade_syntax::{Data, Node};

const KNOWN: [&str; 17] = [
    "Definition",
    "DefinitionUri",
    "Logging",
    "Role",
    "RolePath",
    "DefinitionSubstitutions",
    "Events",
    "Name",
    "Type",
    "Tags",
    "PropagateTags",
    "Policies",
    "Tracing",
    "PermissionsBoundary",
    "AutoPublishAlias",
    "DeploymentPreference",
    "UseAliasAsEventTarget",
];

/// Makes everything that a state machine deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &KNOWN);
    let mut machine = source.main("AWS::StepFunctions::StateMachine", "state machine");
    let origin = machine.origin.clone();
    define(ctx, source, &mut machine, &origin);
    let mut made = Vec::new();
    if let Some(role) = source.given("Role") {
        machine.set("RoleArn", role);
        if let Some(policies) = source.given("Policies") {
            let message = "`Role` and `Policies` exclude each other";
            ctx.problem(policies.origin.span, message);
        }
    } else {
        let role = execution_role(ctx, source, &origin);
        machine.set("RoleArn", role.att("Arn"));
        made.push(role);
    }
    for (from, to) in [
        ("Name", "StateMachineName"),
        ("Type", "StateMachineType"),
        ("Logging", "LoggingConfiguration"),
        ("Tracing", "TracingConfiguration"),
    ] {
        machine.opt(to, source.prop(from));
    }
    machine.set("Tags", tags(source, &origin));
    let mut target = Target {
        id: source.id.clone(),
        function: false,
        attributes: source.passed_on(),
    };
    match source.given("AutoPublishAlias") {
        Some(alias) => {
            let [version, alias] = publish(source, &machine, alias);
            if source.given("UseAliasAsEventTarget").is_some() {
                target.id = alias.id.clone();
            }
            made.extend([version, alias]);
        }
        None => {
            for name in ["DeploymentPreference", "UseAliasAsEventTarget"] {
                if source.given(name).is_some() {
                    ctx.problem(source.span(), format!("`{name}` needs `AutoPublishAlias`"));
                }
            }
        }
    }
    ctx.problems.extend(event::unreadable(source));
    let boundary = source.given("PermissionsBoundary");
    for event in event::of(source) {
        let result = match event.kind {
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
                schedule::rule(ctx, &event, &target, Some(boundary))
            }
            "ScheduleV2" => schedule::scheduler(ctx, &event, &target, true),
            "Api" => api(ctx, &event, &target, boundary),
            _ => Err(super::SamProblem {
                span: event.span(),
                message: format!("`{}` is not an event that state machines have", event.kind),
            }),
        };
        match result {
            Ok(resources) => made.extend(resources),
            Err(problem) => ctx.problems.push(problem),
        }
    }
    made.insert(0, machine);
    propagate_tags(ctx, source, &mut made);
    Ok(made)
}

fn tags(source: &Source, origin: &Origin) -> Vec<Node> {
    let own = obj!(origin; "stateMachine:createdBy" => "SAM");
    let mut all = tag_list(origin, Some(&own));
    all.extend(tag_list(origin, source.prop("Tags")));
    all
}

fn define(ctx: &mut Ctx<'_>, source: &Source, machine: &mut Res, origin: &Origin) {
    let mut substitutions = source.given("DefinitionSubstitutions").cloned();
    let uri = source.given("DefinitionUri");
    if let Some(definition) = source.given("Definition") {
        if let Some(uri) = uri {
            let message = "`Definition` and `DefinitionUri` exclude each other";
            ctx.problem(uri.origin.span, message);
        }
        let mut definition = definition.clone();
        let mut found = Vec::new();
        lift(&mut definition, &mut found);
        if !found.is_empty() {
            let all = substitutions.get_or_insert_with(|| obj!(origin;));
            for (index, value) in found.into_iter().enumerate() {
                all.insert(substitution(index), value);
            }
        }
        let lines = hash::pretty(&definition);
        let at = &definition.origin;
        let lines: Vec<Node> = lines.split('\n').map(|line| line.into_node(at)).collect();
        machine.set(
            "DefinitionString",
            obj!(at; "Fn::Join" => list!(at; "\n", lines)),
        );
    } else if let Some(uri) = uri {
        let place = location(ctx, uri, ["Bucket", "Key", "Version"]);
        machine.set("DefinitionS3Location", place);
    } else {
        ctx.problem(
            source.span(),
            "a state machine needs `Definition` or `DefinitionUri`",
        );
    }
    machine.opt("DefinitionSubstitutions", substitutions.as_ref());
}

fn substitution(index: usize) -> String {
    format!("definition_substitution_{}", index + 1)
}

/// Takes intrinsic functions and dynamic references out of a definition, in the order of its keys, and
/// leaves names in their place.
fn lift(node: &mut Node, found: &mut Vec<Node>) {
    let mut children: Vec<&mut Node> = match &mut node.data {
        Data::Seq(items) => items.iter_mut().collect(),
        Data::Map(entries) => {
            let mut entries: Vec<_> = entries.iter_mut().collect();
            entries.sort_by(|a, b| a.key.name.cmp(&b.key.name));
            entries.into_iter().map(|entry| &mut entry.value).collect()
        }
        _ => return,
    };
    for child in &mut children {
        let dynamic = child.as_str().is_some_and(|text| {
            let inner = text
                .strip_prefix("{{resolve:")
                .and_then(|t| t.strip_suffix("}}"));
            inner.is_some_and(|inner| inner.contains(':'))
        });
        if dynamic || is_intrinsic(child) {
            let name = format!("${{{}}}", substitution(found.len()));
            let origin = child.origin.clone();
            found.push(std::mem::replace(*child, name.into_node(&origin)));
        } else {
            lift(child, found);
        }
    }
}

fn execution_role(ctx: &mut Ctx<'_>, source: &Source, origin: &Origin) -> Res {
    let owner = Owner {
        id: &source.id,
        what: "state machine",
    };
    let mut role = Role::new(&owner, origin, source.passed_on());
    let document = trust(origin, "states.amazonaws.com");
    role.res.set("AssumeRolePolicyDocument", document);
    role.add_policies(ctx, &owner, source.prop("Policies"));
    if let Some(tracing) = source.given("Tracing")
        && field(tracing, "Enabled").is_some_and(is_true)
    {
        let arn = ctx.managed_arn(xray_policy(ctx));
        role.add_managed(arn, &tracing.origin);
    }
    role.res.opt("Path", source.prop("RolePath"));
    role.res
        .opt("PermissionsBoundary", source.prop("PermissionsBoundary"));
    role.res.set("Tags", tags(source, origin));
    role.finish()
}

/// Version and alias.
fn publish(source: &Source, machine: &Res, alias_name: &Node) -> [Res; 2] {
    let origin = &machine.origin;
    let id = format!("{}Version", source.id);
    let kind = "AWS::StepFunctions::StateMachineVersion";
    let mut version = Res::new(id, kind, origin, source.passed_on());
    for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if version.attributes.iter().all(|a| &*a.key.name != name) {
            version.attribute(name, "Retain");
        }
    }
    version.set("StateMachineArn", machine.reference());
    version.set(
        "StateMachineRevisionId",
        machine.att("StateMachineRevisionId"),
    );
    let text = alias_name.scalar_text().unwrap_or_default();
    let id = format!("{}Alias{text}", source.id);
    let kind = "AWS::StepFunctions::StateMachineAlias";
    let mut alias = Res::new(id, kind, &alias_name.origin, source.passed_on());
    alias.set("Name", alias_name);
    let preference = source.given("DeploymentPreference").cloned();
    let mut preference = preference.unwrap_or_else(|| obj!(origin; "Type" => "ALL_AT_ONCE"));
    preference.insert("StateMachineVersionArn", version.reference());
    alias.set("DeploymentPreference", preference);
    [version, alias]
}

/// An API that starts the state machine.
fn api(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    boundary: Option<&Node>,
) -> Result<Vec<Res>> {
    let route = implicit::route(event, &REST)?;
    api_event::stage_suffix(ctx, event, route.api)?;
    let method = route.method.to_lowercase();
    let role = schedule::start_role(event, target, "apigateway.amazonaws.com", boundary);
    let credentials = role.att("Arn");
    let made = vec![role];
    if !ctx.managed.contains(route.api) {
        return Ok(made);
    }
    let origin = &event.origin;
    let action = "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution";
    let mut uri = sub(origin, action);
    if let Some(condition) = target.condition() {
        uri = super::make::conditional(origin, condition, uri, None);
    }
    let input = "$util.escapeJavaScript($input.json('$'))";
    let id = &target.id;
    let template = if event.given("UnescapeMappingTemplate").is_some() {
        format!(
            "{{\"input\": \"{input}.replaceAll(\"\\\\'\",\"'\")\", \"stateMachineArn\": \"${{{id}}}\"}}"
        )
    } else {
        format!("{{\"input\": \"{input}\", \"stateMachineArn\": \"${{{id}}}\"}}")
    };
    let status = |code: &str| obj!(origin; "statusCode" => code);
    let integration = obj!(origin;
        "type" => "aws",
        "httpMethod" => "POST",
        "uri" => uri,
        "responses" => obj!(origin; "200" => status("200"), "400" => status("400")),
        "credentials" => credentials,
        "requestTemplates" => obj!(origin; "application/json" => sub(origin, template)),
    );
    let described = |text: &str| obj!(origin; "description" => text);
    let responses = obj!(origin; "200" => described("OK"), "400" => described("Bad Request"));
    let item = ctx
        .paths
        .item(&mut ctx.resources, route.api, route.path, Some(origin));
    let Some(item) = item else { return Ok(made) };
    if swagger::has_integration(item, &method) {
        ctx.problems
            .push(event.problem("Method", "is set more than once for this path"));
        return Ok(made);
    }
    swagger::add_method(item, &method, origin);
    api_event::integrate(
        item,
        event,
        &method,
        &integration,
        responses,
        target.condition(),
    );
    if let Err(problem) = api_event::authorize(ctx, event, &route, &method, None) {
        ctx.problems.push(problem);
    }
    Ok(made)
}
