//! Functions that use private resources and run outside of the private network.

use crate::prelude::*;
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "function-outside-vpc",
    title: "the function runs outside of the private network",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-4.1"],
    cwe: Some(923),
    aliases: &["CKV_AWS_117", "Lambda.3", "LAMBDA_INSIDE_VPC"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

/// Kinds whose endpoints are addresses in a private network.
const PRIVATE: &[&str] = &[
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBProxy",
    "AWS::RDS::DBProxyEndpoint",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::MemoryDB::Cluster",
    "AWS::DocDB::DBCluster",
    "AWS::DocDB::DBInstance",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::MSK::Cluster",
    "AWS::MSK::ServerlessCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::Elasticsearch::Domain",
];

fn check(function: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let verdict = Want {
        path: "VpcConfig.SubnetIds",
        is: Is::NotEmpty,
    }
    .judge(function);
    let reached = private_endpoint(function, cx.app).or_else(|| signs_in(function, cx.app));
    let builder = sink
        .finding(function)
        .property("VpcConfig.SubnetIds")
        .aliases(&["CKV_AWS_117", "Lambda.3", "LAMBDA_INSIDE_VPC"])
        .help("set `VpcConfig.SubnetIds` and `SecurityGroupIds` to private subnets and a group of the function's own")
        .in_serverless("set `vpc.subnetIds` and `vpc.securityGroupIds` of the function, or of `provider`, to private subnets and a group of the functions' own");
    match reached.as_deref().and_then(|id| cx.app.resource(id)) {
        Some(resource) => builder
            .message(format!(
                "the function connects to `{}` from outside of its network: that works only if the network is opened to the internet",
                resource.id
            ))
            .related("this is what it connects to", resource, &resource.origin),
        None => builder
            .severity(Severity::Info)
            .profile(Profile::All)
            .message("the function runs outside of your networks; it uses nothing private as far as this template shows"),
    }
    .judge(verdict);
}

/// A resource in a private network whose endpoint is in the function's environment.
fn private_endpoint(function: &Resource, app: &Application) -> Option<Arc<str>> {
    let mut found = None;
    for leaf in function.at("Environment.Variables") {
        leaf.value.walk(&mut |value| {
            for (id, attribute) in value.references() {
                if found.is_none()
                    && attribute.to_ascii_lowercase().contains("endpoint")
                    && app.resource(id).is_some_and(is_private)
                {
                    found = Some(id.clone());
                }
            }
        });
    }
    found
}

/// Actions with which a role signs in to a database, and the kinds that take them.
const SIGN_IN: &[(&str, &str)] = &[
    ("rds-db:connect", "AWS::RDS::"),
    ("elasticache:connect", "AWS::ElastiCache::"),
    ("memorydb:connect", "AWS::MemoryDB::"),
    ("kafka-cluster:connect", "AWS::MSK::"),
];

/// A resource in a private network to which the function's role may sign in.
fn signs_in(function: &Resource, app: &Application) -> Option<Arc<str>> {
    let roles = &app.graph().function(&function.id)?.roles;
    let mut kinds: Vec<&str> = Vec::new();
    let mut look = |value: &Value| {
        value.walk(&mut |value| {
            let text = value.as_text().unwrap_or_default();
            kinds.extend(
                SIGN_IN
                    .iter()
                    .filter(|(action, _)| text.eq_ignore_ascii_case(action))
                    .map(|(_, kind)| kind),
            );
        });
    };
    for role in roles {
        if let Some(policies) = app
            .resource(role)
            .and_then(|r| r.properties.get("Policies"))
        {
            look(policies);
        }
        for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"] {
            app.attached(kind, "Roles", role)
                .for_each(|policy| look(&policy.properties));
        }
    }
    let reached = app.resources().find(|resource| {
        kinds.iter().any(|kind| resource.kind.starts_with(kind)) && is_private(resource)
    });
    reached.map(|resource| resource.id.clone())
}

fn is_private(resource: &Resource) -> bool {
    if !PRIVATE.contains(&&*resource.kind) {
        return false;
    }
    let public = resource
        .at("PubliclyAccessible")
        .iter()
        .any(|leaf| leaf.value.as_bool() == Some(true));
    // A search domain without a network of its own has a public endpoint.
    let search = matches!(
        &*resource.kind,
        "AWS::OpenSearchService::Domain" | "AWS::Elasticsearch::Domain"
    );
    let in_network = Want {
        path: "VPCOptions.SubnetIds",
        is: Is::NotEmpty,
    };
    !public && (!search || in_network.judge(resource).passes())
}
