//! The resource policy of a REST API: who may call which route. A list of who may not must never become
//! a list of who may.

use crate::cfn::sam::Ctx;
use crate::cfn::sam::make::{
    IntoNode, as_list, field, given, list_under, map_under, obj, sub_with,
};
use crate::cfn::sam::push::{Seen, push_once};
use crate::cfn::sam::swagger;
use palisade_syntax::{Data, Entry, Node};

const POLICY: &str = "x-amazon-apigateway-policy";

/// The methods of a path as they stand in its definition.
pub(in crate::cfn::sam) fn methods(item: &Node) -> Vec<String> {
    let branches = swagger::branches(item).into_iter();
    let entries = branches.flat_map(|branch| branch.as_map().unwrap_or_default());
    entries
        .map(|entry: &Entry| entry.key.name.to_string())
        .collect()
}

/// Statements that are added as often as they are asked for, and such that are added once.
#[derive(Default)]
pub(in crate::cfn::sam) struct Statements {
    single: Vec<Node>,
    once: Vec<Node>,
}

/// The statements for one route.
pub(in crate::cfn::sam) fn statements(
    ctx: &mut Ctx<'_>,
    policy: &Node,
    path: &str,
    methods: &[String],
    stage: &Node,
) -> Statements {
    let origin = &policy.origin;
    let weight = policy.as_map().unwrap_or_default().iter();
    let weight: usize = weight
        .map(|e| e.value.as_seq().map_or(1, <[Node]>::len))
        .sum();
    if !ctx.afford(weight.saturating_add(methods.len()), origin.span) {
        return Statements::default();
    }
    let routes: Vec<Node> = methods
        .iter()
        .map(|method| {
            let any =
                method.eq_ignore_ascii_case("any") || method.eq_ignore_ascii_case(swagger::ANY);
            let verb = if any {
                "*".to_owned()
            } else {
                method.to_uppercase()
            };
            let route = format!(
                "execute-api:/${{__Stage__}}/{verb}{}",
                swagger::arn_path(path)
            );
            sub_with(origin, route, obj!(origin; "__Stage__" => stage))
        })
        .collect();
    let rule = |effect: &str, at: &Node| {
        obj!(&at.origin;
            "Effect" => effect,
            "Action" => "execute-api:Invoke",
            "Resource" => routes.clone(),
            "Principal" => "*",
        )
    };
    let mut single = Vec::new();
    let mut once = Vec::new();
    for (name, effect) in [
        ("AwsAccountWhitelist", "Allow"),
        ("AwsAccountBlacklist", "Deny"),
    ] {
        if let Some(accounts) = given(policy, name) {
            let mut statement = rule(effect, accounts);
            let accounts = obj!(&accounts.origin; "AWS" => as_list(accounts));
            statement.insert("Principal", accounts);
            single.push(statement);
        }
    }
    let mut fence = |at: &Node, test: &str, condition: Node| {
        once.push(rule("Allow", at));
        let mut deny = rule("Deny", at);
        deny.insert("Condition", obj!(&at.origin; test => condition));
        once.push(deny);
    };
    for (name, test) in [
        ("IpRangeWhitelist", "NotIpAddress"),
        ("IpRangeBlacklist", "IpAddress"),
    ] {
        if let Some(ranges) = given(policy, name) {
            let condition = obj!(&ranges.origin; "aws:SourceIp" => as_list(ranges));
            fence(ranges, test, condition);
        }
    }
    for (suffix, test) in [
        ("Blacklist", "StringEquals"),
        ("Whitelist", "StringNotEquals"),
    ] {
        if let Some((at, condition)) = networks(ctx, policy, suffix) {
            fence(&at, test, condition);
        }
    }
    Statements { single, once }
}

/// Puts statements into the policy of an API.
pub(in crate::cfn::sam) fn put(
    body: &mut Node,
    seen: &mut Seen,
    api: &str,
    policy: &Node,
    statements: Statements,
) {
    let Statements { mut single, once } = statements;
    let origin = &policy.origin;
    let Some(whole) = ensure_policy(body, policy) else {
        return;
    };
    if single.is_empty() && once.is_empty() {
        return;
    }
    whole.insert("Version", "2012-10-17".into_node(origin));
    let alone =
        whole.get("Statement").is_none_or(Node::is_null) && single.len() == 1 && once.is_empty();
    if alone {
        whole.insert("Statement", single.remove(0));
        return;
    }
    let Some(all) = list_under(whole, "Statement", origin) else {
        return;
    };
    all.extend(single);
    for statement in once {
        push_once(seen, format!("Policy {api}"), all, statement);
    }
}

fn ensure_policy<'a>(body: &'a mut Node, policy: &Node) -> Option<&'a mut Node> {
    if field(body, POLICY).is_none() {
        body.insert(POLICY, obj!(&policy.origin;));
    }
    map_under(body, POLICY, &policy.origin)
}

/// The networks and endpoints of a list, in the words of an IAM condition.
fn networks(ctx: &mut Ctx<'_>, policy: &Node, suffix: &str) -> Option<(Node, Node)> {
    let mut vpcs = Vec::new();
    let mut endpoints = Vec::new();
    let mut at = None;
    if let Some(plain) = field(policy, &format!("SourceVpc{suffix}")) {
        at = at.or(Some(plain));
        for name in as_list(plain) {
            match name.as_str() {
                Some(text) if text.starts_with("vpce-") => endpoints.push(name),
                Some(text) if text.starts_with("vpc-") => vpcs.push(name),
                Some(_) => {}
                None => {
                    let message = format!(
                        "`SourceVpc{suffix}` takes texts only; `IntrinsicVpc{suffix}` takes references"
                    );
                    ctx.problem(name.origin.span, message);
                }
            }
        }
    }
    for (name, into) in [
        ("IntrinsicVpc", &mut vpcs),
        ("IntrinsicVpce", &mut endpoints),
    ] {
        if let Some(list) = field(policy, &format!("{name}{suffix}")) {
            at = at.or(Some(list));
            into.extend(as_list(list));
        }
    }
    let at = at?;
    let mut condition = obj!(&at.origin;);
    for (name, list) in [("aws:SourceVpc", vpcs), ("aws:SourceVpce", endpoints)] {
        if !list.is_empty() {
            condition.insert(name, Node::seq(list, at.origin.clone()));
        }
    }
    let some = condition.as_map().is_some_and(|map| !map.is_empty());
    some.then(|| (at.clone(), condition))
}

/// Adds the statements that the person wrote in full.
pub(in crate::cfn::sam) fn put_custom(body: &mut Node, seen: &mut Seen, api: &str, policy: &Node) {
    let Some(custom) = given(policy, "CustomStatements") else {
        return;
    };
    let Some(whole) = ensure_policy(body, policy) else {
        return;
    };
    let origin = &custom.origin;
    whole.insert("Version", "2012-10-17".into_node(origin));
    if whole.get("Statement").is_none_or(Node::is_null) {
        whole.insert("Statement", custom.clone());
        return;
    }
    if let Some(all) = list_under(whole, "Statement", origin) {
        let items = match &custom.data {
            Data::Seq(items) => items.clone(),
            _ => vec![custom.clone()],
        };
        for item in items {
            push_once(seen, format!("Policy {api}"), all, item);
        }
    }
}
