//! `AWS::Serverless::Connector`, on its own and inside a resource: the permissions that let one resource
//! reach another. It must grant what the profile of the two types says for the asked access, no more.

use super::make::{
    IntoNode, as_list, entry, field, given, list, logical_id, obj, reference, size, sub, sub_with,
    text, truthy,
};
use super::policies::{find, from_json};
use super::resources::{Res, Source};
use super::{Ctx, Result, SamProblem};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Entry, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One pair of types a line: the two types, the kind of profile, what it says.
const PROFILES: &str = include_str!("../../../data/sam/connectors.txt");
/// One type a line: the type, and where its role, ARN and the like are found.
const TYPES: &str = include_str!("../../../data/sam/connector_resources.txt");

/// Event source mappings by what they read from and what they call.
pub(super) type Mappings = BTreeMap<(String, String), Vec<Arc<str>>>;

/// Turns connectors inside resources into resources of their own.
pub(super) fn detach(ctx: &mut Ctx<'_>) {
    let mut made = Vec::new();
    let mut problems = Vec::new();
    for resource in ctx.resources.iter_mut() {
        let Some(connectors) = resource.value.remove("Connectors") else {
            continue;
        };
        let owner = &resource.key.name;
        let Some(connectors) = connectors.value.as_map() else {
            problems.push((
                connectors.key.origin.span,
                "`Connectors` must be a map".to_owned(),
            ));
            continue;
        };
        for connector in connectors {
            let name = &connector.key.name;
            let span = connector.key.origin.span;
            let step = ViaKind::Transform(Arc::from(format!("connector {name} of {owner}")));
            let origin = connector.key.origin.through(step, span);
            let mut node = connector.value.clone();
            let Some(properties) = node.get_mut("Properties").filter(|p| p.as_map().is_some())
            else {
                let message = format!("the connector `{name}` needs a map of `Properties`");
                problems.push((span, message));
                continue;
            };
            let mut from = obj!(&origin; "Id" => owner);
            if let Some(reference) = properties.remove("SourceReference") {
                for detail in reference.value.as_map().unwrap_or_default() {
                    if &*detail.key.name == "Id" {
                        let message = "`SourceReference` cannot name another resource";
                        problems.push((detail.key.origin.span, message.to_owned()));
                    } else {
                        from.insert(detail.key.name.clone(), detail.value.clone());
                    }
                }
            }
            properties.insert("Source", from);
            node.insert("Type", "AWS::Serverless::Connector".into_node(&origin));
            made.push(entry(format!("{owner}{name}"), node, &connector.key.origin));
        }
    }
    for (span, message) in problems {
        ctx.problem(span, message);
    }
    for connector in made {
        let name = &connector.key.name;
        if ctx.written.contains_key(name) {
            let message =
                format!("the connector makes `{name}`, an id that the template already has");
            ctx.problem(connector.key.origin.span, message);
        } else {
            let kind = Arc::from("AWS::Serverless::Connector");
            ctx.written.insert(name.clone(), kind);
            ctx.resources.put(connector);
        }
    }
}

/// What the two ends of a connector are to be called by.
#[derive(Default)]
struct End {
    id: Option<String>,
    kind: String,
    arn: Option<Node>,
    role: Option<Node>,
    url: Option<Node>,
    resource: Option<Node>,
    name: Option<Node>,
    qualifier: Option<Node>,
}

/// A wish to connect.
pub(super) struct Link<'a> {
    pub(super) id: &'a str,
    pub(super) origin: &'a Origin,
    pub(super) from: &'a Node,
    pub(super) to: &'a Node,
    pub(super) permissions: &'a [&'a str],
    pub(super) attributes: Vec<Entry>,
    pub(super) depends_on: Option<Node>,
}

/// Makes what a connector deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &["Source", "Destination", "Permissions"]);
    let main = source.main("AWS::IAM::ManagedPolicy", "connector");
    let wrong = |message: &str| SamProblem {
        span: source.span(),
        message: format!("connector `{}` {message}", source.id),
    };
    let needs = |name: &str| {
        source
            .prop(name)
            .ok_or_else(|| wrong(&format!("needs `{name}`")))
    };
    let permissions = as_list(needs("Permissions")?);
    let permissions: Vec<&str> = permissions.iter().filter_map(Node::as_str).collect();
    let made = connect(
        ctx,
        Link {
            id: &source.id,
            origin: &main.origin,
            from: needs("Source")?,
            to: needs("Destination")?,
            permissions: &permissions,
            attributes: main.attributes,
            depends_on: main.depends_on,
        },
    )?;
    if made.is_empty() {
        return Err(wrong("has no destination"));
    }
    let ids = made.iter().map(|res| res.id.clone()).collect();
    ctx.connected.insert(source.id.clone(), ids);
    Ok(made)
}

/// Makes what a link deploys, for each of its destinations.
pub(super) fn connect(ctx: &mut Ctx<'_>, link: Link<'_>) -> Result<Vec<Res>> {
    let several = link.to.as_seq().is_some();
    let mut made = Vec::new();
    let mut link = link;
    let weight: usize = link.attributes.iter().map(|a| size(&a.value)).sum();
    let ends = link.to.as_seq().map_or(1, <[Node]>::len);
    let weight = weight.saturating_add(size(link.from)).saturating_mul(ends);
    if !ctx.afford(weight, link.origin.span) {
        link.attributes.clear();
    }
    let link = link;
    for (index, to) in as_list(link.to).iter().enumerate() {
        let suffix = if several {
            format!("Destination{index}")
        } else {
            String::new()
        };
        let to_end = end(ctx, &link, to, link.from)?;
        let from_end = end(ctx, &link, link.from, to)?;
        made.extend(one(ctx, &link, &from_end, &to_end, &suffix)?);
    }
    Ok(made)
}

fn end(ctx: &Ctx<'_>, link: &Link<'_>, wanted: &Node, other: &Node) -> Result<End> {
    let wrong = |message: String| SamProblem {
        span: wanted.origin.span,
        message: format!("connector `{}`: {message}", link.id),
    };
    let entries = wanted.as_map().unwrap_or_default();
    let more = entries
        .iter()
        .any(|e| !matches!(&*e.key.name, "Id" | "Qualifier"));
    if wanted.get("Id").is_some() == more {
        return Err(wrong(
            "name each end by `Id`, or by its type and what belongs to it".to_owned(),
        ));
    }
    let own = |name: &str| field(wanted, name).cloned();
    if more {
        let kind = text(wanted, "Type").filter(|kind| !kind.is_empty());
        let kind = kind.ok_or_else(|| wrong("`Type` is missing".to_owned()))?;
        return Ok(End {
            id: None,
            kind: deployed_type(kind).to_owned(),
            arn: own("Arn"),
            role: own("RoleName"),
            url: own("QueueUrl"),
            resource: own("ResourceId"),
            name: own("Name"),
            qualifier: own("Qualifier"),
        });
    }
    let id = text(wanted, "Id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| wrong("`Id` must be a text".to_owned()))?;
    let resource = ctx
        .resources
        .get(id)
        .ok_or_else(|| wrong(format!("there is no resource `{id}`")))?;
    let kind = text(resource, "Type").unwrap_or_default();
    let facts = find(TYPES, kind).and_then(|json| serde_json::from_str(json).ok());
    let facts: serde_json::Value = facts.unwrap_or_default();
    let origin = link.origin;
    let output = |name: &str| {
        let value = facts.get("Outputs")?.get(name)?;
        Some(from_json(value, origin, &|node| {
            (node.as_str() == Some("%{logicalId}")).then(|| id.into_node(origin))
        }))
    };
    let properties = resource.get("Properties");
    let role = facts.get("Inputs").and_then(|inputs| inputs.get("Role"));
    let role = match role {
        Some(serde_json::Value::String(name)) => properties.and_then(|p| field(p, name)),
        Some(_) => properties.and_then(|p| rule_role(p, other)),
        None => None,
    };
    Ok(End {
        id: Some(id.to_owned()),
        kind: kind.to_owned(),
        arn: output("Arn"),
        role: role
            .and_then(logical_id)
            .map(|role| reference(origin, role)),
        url: output("Url"),
        resource: output("Id"),
        name: output("Name"),
        qualifier: own("Qualifier").or_else(|| output("Qualifier")),
    })
}

/// The role with which a rule reaches the other end.
fn rule_role<'a>(properties: &'a Node, other: &Node) -> Option<&'a Node> {
    let targets = properties.get("Targets")?.as_seq()?;
    let hits = |target: &&Node| {
        let Some(arn) = target.get("Arn") else {
            return false;
        };
        let by_id = logical_id(arn).is_some() && logical_id(arn) == text(other, "Id");
        let wanted = field(other, "Arn").map(super::hash::canonical);
        by_id || wanted.is_some_and(|wanted| wanted == super::hash::canonical(arn))
    };
    targets.iter().find(hits)?.get("RoleArn")
}

fn deployed_type(kind: &str) -> &str {
    match kind {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    }
}

fn one(ctx: &mut Ctx<'_>, link: &Link<'_>, from: &End, to: &End, suffix: &str) -> Result<Vec<Res>> {
    let wrong = |message: String| SamProblem {
        span: link.origin.span,
        message: format!("connector `{}` {message}", link.id),
    };
    let line = find(PROFILES, &format!("{} {}", from.kind, to.kind));
    let Some((kind, json)) = line.and_then(|line| line.split_once('\t')) else {
        let message = format!("cannot connect `{}` to `{}`", from.kind, to.kind);
        return Err(wrong(message));
    };
    let facts: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let categories = facts.get("AccessCategories").and_then(|c| c.as_object());
    let wanted: BTreeSet<&str> = link.permissions.iter().copied().collect();
    check_permissions(&wanted, &facts).map_err(&wrong)?;
    let values = [
        ("Source.Arn", &from.arn),
        ("Destination.Arn", &to.arn),
        ("Source.ResourceId", &from.resource),
        ("Destination.ResourceId", &to.resource),
        ("Source.Name", &from.name),
        ("Destination.Name", &to.name),
        ("Source.Qualifier", &from.qualifier),
        ("Destination.Qualifier", &to.qualifier),
    ];
    for (name, value) in &values {
        if value.is_none() && json.contains(&format!("%{{{name}}}")) {
            return Err(wrong(format!("cannot tell `{name}`")));
        }
    }
    let origin = link.origin;
    let filled: Vec<(&str, Node)> = categories
        .into_iter()
        .flatten()
        .filter(|(name, _)| wanted.contains(name.as_str()))
        .map(|(name, value)| {
            (
                name.as_str(),
                from_json(value, origin, &|node| fill(node, &values)),
            )
        })
        .collect();
    let at_source = facts.get("SourcePolicy").is_some_and(|v| v == true);
    let holder = if at_source { from } else { to };
    let side = if at_source { "Source" } else { "Destination" };
    let missing = |what: &str| wrong(format!("cannot tell the {what} of its `{side}`"));
    let new = |name: String, kind| {
        let mut res = Res::new(
            format!("{}{name}{suffix}", link.id),
            kind,
            origin,
            link.attributes.clone(),
        );
        res.depends_on = link.depends_on.clone();
        describe(ctx, link, &mut res, from, to);
        res
    };
    let document = || {
        let statements = filled
            .iter()
            .filter_map(|(_, access)| access.get("Statement"));
        let statements: Vec<Node> = statements.flat_map(as_list).collect();
        obj!(origin; "Version" => "2012-10-17", "Statement" => statements)
    };
    let made = match kind {
        "AWS_IAM_ROLE_MANAGED_POLICY" => {
            let mut res = new("Policy".to_owned(), "AWS::IAM::ManagedPolicy");
            let role = holder.role.clone().ok_or_else(|| missing("role"))?;
            res.set("PolicyDocument", document());
            res.set("Roles", list!(origin; role));
            let first = facts.get("DependedBy").and_then(|d| d.as_str());
            let id = res.id.clone();
            match (first, &from.id, &to.id) {
                (Some("DESTINATION_EVENT_SOURCE_MAPPING"), Some(from), Some(to)) => {
                    if let [mapping] = mappings(ctx, from, to).as_slice() {
                        depend(ctx, mapping, &id, origin);
                    }
                }
                (Some("SOURCE"), Some(from), _) => depend(ctx, from, &id, origin),
                _ => {}
            }
            vec![res]
        }
        "AWS_SQS_QUEUE_POLICY" => {
            let mut res = new("QueuePolicy".to_owned(), "AWS::SQS::QueuePolicy");
            let url = holder.url.clone().ok_or_else(|| missing("queue URL"))?;
            res.set("PolicyDocument", document());
            res.set("Queues", list!(origin; url));
            vec![res]
        }
        "AWS_SNS_TOPIC_POLICY" => {
            let mut res = new("TopicPolicy".to_owned(), "AWS::SNS::TopicPolicy");
            let arn = holder.arn.clone().ok_or_else(|| missing("topic ARN"))?;
            res.set("PolicyDocument", document());
            res.set("Topics", list!(origin; arn));
            vec![res]
        }
        _ => {
            let arn = holder.arn.clone().ok_or_else(|| missing("function ARN"))?;
            let permission = |(name, access): &(&str, Node)| {
                let mut res = new(format!("{name}LambdaPermission"), "AWS::Lambda::Permission");
                res.opt("Action", access.get("Action"));
                res.set("FunctionName", &arn);
                for property in ["Principal", "SourceArn", "SourceAccount"] {
                    res.opt(property, access.get(property));
                }
                res
            };
            filled.iter().map(permission).collect()
        }
    };
    Ok(made)
}

fn check_permissions(
    wanted: &BTreeSet<&str>,
    facts: &serde_json::Value,
) -> std::result::Result<(), String> {
    let known = facts.get("AccessCategories").and_then(|c| c.as_object());
    if wanted.is_empty() {
        return Err("needs `Permissions`".to_owned());
    }
    for name in wanted {
        if known.is_none_or(|known| !known.contains_key(*name)) {
            return Err(format!("cannot give the permission `{name}` here"));
        }
    }
    let valid = facts
        .get("ValidAccessCategories")
        .and_then(|v| v.as_array());
    let fits = |combination: &serde_json::Value| {
        let names = combination.as_array().into_iter().flatten();
        let names: BTreeSet<&str> = names.filter_map(|name| name.as_str()).collect();
        names == *wanted
    };
    match valid {
        Some(valid) if !valid.iter().any(fits) => {
            Err("cannot give this combination of permissions here".to_owned())
        }
        _ => Ok(()),
    }
}

/// Puts names into a text of a profile.
fn fill(node: &Node, values: &[(&str, &Option<Node>)]) -> Option<Node> {
    let origin = &node.origin;
    let mut text = node.as_str()?.to_owned();
    let mut variables = obj!(origin;);
    for (name, value) in values {
        let pattern = format!("%{{{name}}}");
        let Some(value) = value.as_ref().filter(|_| text.contains(&pattern)) else {
            continue;
        };
        if text == pattern {
            return Some(value.clone());
        }
        let short: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        text = text.replace(&pattern, &format!("${{{short}}}"));
        variables.insert(short, value.clone());
    }
    if !text.contains("${") {
        return None;
    }
    Some(if truthy(&variables) {
        sub_with(origin, text, variables)
    } else {
        sub(origin, text)
    })
}

/// Says in the metadata what was connected.
fn describe(ctx: &Ctx<'_>, link: &Link<'_>, res: &mut Res, from: &End, to: &End) {
    let origin = link.origin;
    let kind = |end: &End| {
        let written = end.id.as_deref().and_then(|id| ctx.written.get(id));
        let written = written.map(|kind| kind.to_string());
        written.unwrap_or_else(|| end.kind.clone())
    };
    let ends = obj!(origin;
        "Source" => obj!(origin; "Type" => kind(from)),
        "Destination" => obj!(origin; "Type" => kind(to)),
    );
    let own = obj!(origin; link.id => ends);
    let mut metadata = res
        .attributes
        .iter()
        .find(|e| &*e.key.name == "Metadata" && e.value.as_map().is_some())
        .map_or_else(|| obj!(origin;), |e| e.value.clone());
    metadata.insert("aws:sam:connectors", own);
    res.attribute("Metadata", metadata);
}

/// The mappings that read from one resource and call another.
fn mappings(ctx: &mut Ctx<'_>, from: &str, to: &str) -> Vec<Arc<str>> {
    if ctx.mappings.is_none() {
        let mut all = Mappings::new();
        for resource in ctx.resources.iter() {
            if text(&resource.value, "Type") != Some("AWS::Lambda::EventSourceMapping") {
                continue;
            }
            let id_in = |name: &str| logical_id(resource.value.get("Properties")?.get(name)?);
            if let (Some(from), Some(to)) = (id_in("EventSourceArn"), id_in("FunctionName")) {
                let key = (from.to_owned(), to.to_owned());
                all.entry(key).or_default().push(resource.key.name.clone());
            }
        }
        ctx.mappings = Some(all);
    }
    let key = (from.to_owned(), to.to_owned());
    let found = ctx.mappings.as_ref().and_then(|all| all.get(&key));
    found.cloned().unwrap_or_default()
}

/// Makes one resource wait for another.
fn depend(ctx: &mut Ctx<'_>, id: &str, on: &str, origin: &Origin) {
    if let Some(resource) = ctx.resources.get_mut(id)
        && let Some(all) = super::make::list_under(resource, "DependsOn", origin)
    {
        let name = format!("DependsOn {id}");
        super::push::push_once(&mut ctx.seen, name, all, on.into_node(origin));
    }
}

/// Whoever waits for a connector waits for what it made.
pub(super) fn settle(ctx: &mut Ctx<'_>) {
    if ctx.connected.is_empty() {
        return;
    }
    for resource in ctx.resources.iter_mut() {
        let Some(waits) = given(&resource.value, "DependsOn") else {
            continue;
        };
        let waits = as_list(waits);
        let connector = |node: &Node| node.as_str().and_then(|id| ctx.connected.get(id));
        if !waits.iter().any(|node| connector(node).is_some()) {
            continue;
        }
        let mut all: Vec<Node> = Vec::new();
        let mut seen = BTreeSet::new();
        for node in &waits {
            let made: Vec<Node> = match connector(node) {
                Some(ids) => ids.iter().map(|id| id.into_node(&node.origin)).collect(),
                None => vec![node.clone()],
            };
            for node in made {
                if seen.insert(node.scalar_text()) {
                    all.push(node);
                }
            }
        }
        if let Some(waits) = resource.value.get_mut("DependsOn") {
            waits.data = Data::Seq(all);
        }
    }
}
