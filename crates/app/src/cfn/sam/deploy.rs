//! Gradual deployments: the CodeDeploy application, its role and one deployment group for each function
//! that asks for one. The role must be made only when a group needs it.

use super::Ctx;
use super::make::{
    IntoNode, field, get_att, given, if_arguments, intrinsic, is_intrinsic, is_no_value, list, obj,
    reference, sub_with, tag_list, truthy,
};
use super::resources::{Res, Source};
use super::role;
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Node};
use std::collections::BTreeSet;
use std::sync::Arc;

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// Configurations that CodeDeploy has for Lambda.
const PREDEFINED: [&str; 9] = [
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// The wish of one function for gradual deployments.
#[derive(Debug)]
pub(super) struct Preference {
    function: Arc<str>,
    origin: Origin,
    kind: Node,
    alarms: Option<Node>,
    role: Option<Node>,
    triggers: Option<Node>,
    condition: Option<Arc<str>>,
    tags: Option<Node>,
}

/// Notes a function's preference and ties its alias to the deployment group.
pub(super) fn add(ctx: &mut Ctx<'_>, source: &Source, preference: &Node, alias: Option<&mut Res>) {
    let what = format!("DeploymentPreference of function {}", source.id);
    let step = ViaKind::Transform(Arc::from(what));
    let origin = preference.origin.through(step, preference.origin.span);
    if let Some(enabled) = preference.get("Enabled") {
        let enabled = ctx.params.decide(enabled);
        if !truthy(&enabled) || matches!(enabled.as_str(), Some("false" | "False")) {
            return;
        }
    }
    let Some(kind) = preference.get("Type") else {
        ctx.problem(origin.span, "`DeploymentPreference` needs a `Type`");
        return;
    };
    let hooks = given(preference, "Hooks");
    if hooks.is_some_and(|hooks| hooks.as_map().is_none()) {
        ctx.problem(origin.span, "`Hooks` must be a map");
    }
    let Some(alias) = alias else {
        ctx.problem(
            origin.span,
            "`DeploymentPreference` needs `AutoPublishAlias`",
        );
        return;
    };
    let group = format!("{}DeploymentGroup", source.id);
    let mut update = obj!(&origin;
        "ApplicationName" => reference(&origin, APPLICATION),
        "DeploymentGroupName" => reference(&origin, group),
    );
    for (hook, name) in [
        ("PreTraffic", "BeforeAllowTrafficHook"),
        ("PostTraffic", "AfterAllowTrafficHook"),
    ] {
        if let Some(hook) = hooks.and_then(|hooks| field(hooks, hook)) {
            update.insert(name, hook.clone());
        }
    }
    let update = obj!(&origin; "CodeDeployLambdaAliasUpdate" => update);
    alias.attribute("UpdatePolicy", update);
    let passes = preference.get("PassthroughCondition").is_some_and(|node| {
        let node = ctx.params.decide(node);
        node.scalar_text()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    });
    let condition = source.node.get("Condition").and_then(Node::as_str);
    let tags = source
        .given("Tags")
        .filter(|_| source.given("PropagateTags").is_some());
    ctx.preferences.push(Preference {
        function: source.id.clone(),
        kind: ctx.params.decide(kind),
        alarms: given(preference, "Alarms").cloned(),
        role: given(preference, "Role").cloned(),
        triggers: given(preference, "TriggerConfigurations").cloned(),
        condition: condition.filter(|_| passes).map(Arc::from),
        tags: tags.cloned(),
        origin,
    });
}

/// Makes the application, the role and the groups.
pub(super) fn finish(ctx: &mut Ctx<'_>) {
    let preferences = std::mem::take(&mut ctx.preferences);
    let Some(first) = preferences.first() else {
        return;
    };
    let origin = &first.origin;
    let all: Option<BTreeSet<Arc<str>>> = preferences.iter().map(|p| p.condition.clone()).collect();
    let condition = all.map(|all| all.into_iter().collect::<Vec<_>>());
    let condition = match condition.as_deref() {
        None | Some([]) => None,
        Some([only]) => Some(only.clone()),
        Some(several) => {
            ctx.any_of(CONDITION, several, origin);
            Some(Arc::from(CONDITION))
        }
    };
    let mut tags = obj!(origin;);
    for tag in preferences
        .iter()
        .filter_map(|p| p.tags.as_ref()?.as_map())
        .flatten()
    {
        tags.insert(tag.key.name.clone(), tag.value.clone());
    }
    let tags = tag_list(origin, Some(&tags));
    let shared = |id: &str, kind| {
        let mut res = Res::new(id, kind, origin, Vec::new());
        if !tags.is_empty() {
            res.set("Tags", tags.clone());
        }
        if let Some(condition) = &condition {
            res.attribute("Condition", condition);
        }
        res
    };
    let mut application = shared(APPLICATION, "AWS::CodeDeploy::Application");
    application.set("ComputePlatform", "Lambda");
    let mut made = vec![application];
    if preferences.iter().any(|p| p.role.is_none()) {
        let mut res = shared(ROLE, "AWS::IAM::Role");
        let limited = matches!(ctx.partition(), "aws-iso" | "aws-iso-b");
        let policy = if limited {
            "service-role/AWSCodeDeployRoleForLambdaLimited"
        } else {
            "service-role/AWSCodeDeployRoleForLambda"
        };
        res.set(
            "AssumeRolePolicyDocument",
            role::trust(origin, "codedeploy.amazonaws.com"),
        );
        res.set("ManagedPolicyArns", list!(origin; ctx.managed_arn(policy)));
        made.push(res);
    }
    for preference in preferences {
        let res = group(ctx, &preference);
        made.push(res);
    }
    for res in made {
        if ctx.written.contains_key(&res.id) {
            let message = format!(
                "SAM makes a resource `{}`, an id that the template already has",
                res.id
            );
            ctx.problem(res.origin.span, message);
        } else {
            ctx.resources.put(res.finish());
        }
    }
}

fn group(ctx: &mut Ctx<'_>, preference: &Preference) -> Res {
    let origin = &preference.origin;
    let id = format!("{}DeploymentGroup", preference.function);
    let mut res = Res::new(id, "AWS::CodeDeploy::DeploymentGroup", origin, Vec::new());
    if let Some(alarms) = &preference.alarms
        && !is_no_value(alarms)
    {
        let configuration = match if_arguments(alarms) {
            Some([condition, then, otherwise]) => {
                let arguments =
                    list!(&alarms.origin; condition, watch(ctx, then), watch(ctx, otherwise));
                obj!(&alarms.origin; "Fn::If" => arguments)
            }
            None => watch(ctx, alarms),
        };
        res.set("AlarmConfiguration", configuration);
    }
    res.set("ApplicationName", reference(origin, APPLICATION));
    res.set("AutoRollbackConfiguration", obj!(origin;
        "Enabled" => true,
        "Events" => list!(origin; "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"),
    ));
    let mut kind = preference.kind.clone();
    name_configuration(&mut kind, false);
    res.set("DeploymentConfigName", kind);
    res.set(
        "DeploymentStyle",
        obj!(origin;
            "DeploymentType" => "BLUE_GREEN",
            "DeploymentOption" => "WITH_TRAFFIC_CONTROL",
        ),
    );
    match &preference.role {
        Some(role) => res.set("ServiceRoleArn", role),
        None => res.set("ServiceRoleArn", get_att(origin, ROLE, "Arn")),
    }
    res.opt("TriggerConfigurations", preference.triggers.as_ref());
    if let Some(tags) = &preference.tags {
        res.set("Tags", tag_list(origin, Some(tags)));
    }
    if let Some(condition) = &preference.condition {
        res.attribute("Condition", condition);
    }
    res
}

fn watch(ctx: &mut Ctx<'_>, alarms: &Node) -> Node {
    let origin = &alarms.origin;
    let Some(items) = alarms.as_seq() else {
        ctx.problem(origin.span, "`Alarms` must be a list");
        return alarms.clone();
    };
    if items.first().is_none_or(is_no_value) {
        return obj!(origin;);
    }
    let named = items
        .iter()
        .map(|alarm| obj!(&alarm.origin; "Name" => alarm));
    obj!(origin; "Enabled" => true, "Alarms" => named.collect::<Vec<_>>())
}

/// Puts CodeDeploy's names in the place of SAM's short ones.
fn name_configuration(node: &mut Node, in_sub: bool) {
    if node.as_str().is_some_and(|name| PREDEFINED.contains(&name)) {
        let origin = node.origin.clone();
        let name = std::mem::take(node);
        let variables = obj!(&origin; "ConfigName" => name);
        let template = "CodeDeployDefault.Lambda${ConfigName}".into_node(&origin);
        *node = if in_sub {
            list!(&origin; template, variables)
        } else {
            sub_with(&origin, template, variables)
        };
        return;
    }
    let is_sub = matches!(intrinsic(node), Some(("Fn::Sub", _)));
    let function = is_intrinsic(node);
    match &mut node.data {
        Data::Seq(items) => items
            .iter_mut()
            .for_each(|item| name_configuration(item, false)),
        Data::Map(entries) if function => {
            for entry in entries {
                name_configuration(&mut entry.value, is_sub);
            }
        }
        _ => {}
    }
}
