//! The SAM types that become one resource or two: tables, layers, nested applications and capacity
//! providers.

use super::function::{location, sam_tags};
use super::hash;
use super::make::{
    IntoNode, entry, field, get_att, given, is_intrinsic, list, obj, tag_list, text,
};
use super::resources::{Res, Source};
use super::role::trust;
use super::{Ctx, Result, SamProblem};
use palisade_syntax::Node;
use std::sync::Arc;

/// `AWS::Serverless::SimpleTable`: a table with a hash key.
pub(super) fn table(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(
        source,
        &[
            "PointInTimeRecoverySpecification",
            "PrimaryKey",
            "ProvisionedThroughput",
            "TableName",
            "Tags",
            "SSESpecification",
        ],
    );
    let mut res = source.main("AWS::DynamoDB::Table", "table");
    let origin = res.origin.clone();
    let (at, name, kind) = match source.given("PrimaryKey") {
        None => (
            origin.clone(),
            "id".into_node(&origin),
            "S".into_node(&origin),
        ),
        Some(key) => {
            let short = match text(key, "Type") {
                Some("String") => "S",
                Some("Number") => "N",
                Some("Binary") => "B",
                _ => {
                    return Err(SamProblem {
                        span: key.origin.span,
                        message: "`PrimaryKey` needs a `Type` of String, Number or Binary"
                            .to_owned(),
                    });
                }
            };
            let Some(name) = field(key, "Name") else {
                return Err(SamProblem {
                    span: key.origin.span,
                    message: "`PrimaryKey` needs a `Name`".to_owned(),
                });
            };
            (
                key.origin.clone(),
                name.clone(),
                short.into_node(&key.origin),
            )
        }
    };
    let attribute = obj!(&at; "AttributeName" => &name, "AttributeType" => kind);
    let key = obj!(&at; "AttributeName" => name, "KeyType" => "HASH");
    res.set("AttributeDefinitions", list!(&at; attribute));
    res.set("KeySchema", list!(&at; key));
    if source.given("ProvisionedThroughput").is_none() {
        res.set("BillingMode", "PAY_PER_REQUEST");
    }
    res.copy_given(
        source.props(),
        &[
            "PointInTimeRecoverySpecification",
            "ProvisionedThroughput",
            "SSESpecification",
            "TableName",
        ],
    );
    if let Some(tags) = source.given("Tags") {
        res.set("Tags", tag_list(&tags.origin, Some(tags)));
    }
    Ok(vec![res])
}

/// `AWS::Serverless::LayerVersion`: a layer whose id changes with what it is.
pub(super) fn layer(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(
        source,
        &[
            "LayerName",
            "Description",
            "PublishLambdaVersion",
            "ContentUri",
            "CompatibleArchitectures",
            "CompatibleRuntimes",
            "LicenseInfo",
            "RetentionPolicy",
        ],
    );
    let mut res = source.main("AWS::Lambda::LayerVersion", "layer");
    let origin = res.origin.clone();
    let mut properties = obj!(&origin;);
    for property in source.props() {
        let settled = matches!(
            &*property.key.name,
            "LayerName" | "LicenseInfo" | "Description" | "RetentionPolicy"
        );
        if property.value.is_null() {
            continue;
        }
        let value = if settled {
            ctx.params.resolve(&property.value)
        } else {
            property.value.clone()
        };
        let made = entry(property.key.name.clone(), value, &property.key.origin);
        properties
            .as_map_mut()
            .into_iter()
            .for_each(|map| map.push(made.clone()));
    }
    let retention = field(&properties, "RetentionPolicy");
    let policy = match retention.map(|node| (node, node.as_str().map(str::to_lowercase))) {
        None => None,
        Some((node, Some(text))) if text == "retain" => Some("Retain".into_node(&node.origin)),
        Some((node, Some(text))) if text == "delete" => Some("Delete".into_node(&node.origin)),
        Some((node, _)) => {
            let span = node.origin.span;
            ctx.problem(span, "`RetentionPolicy` must be Retain or Delete");
            None
        }
    };
    let architectures = given(&properties, "CompatibleArchitectures").and_then(Node::as_seq);
    for architecture in architectures.unwrap_or_default() {
        let known = matches!(architecture.as_str(), Some("arm64" | "x86_64"));
        if !known && !is_intrinsic(architecture) {
            let message = "an architecture must be arm64 or x86_64";
            ctx.problem(architecture.origin.span, message);
        }
    }
    let mut identity = obj!(&origin; "Type" => "AWS::Serverless::LayerVersion");
    if let Some(depends_on) = &res.depends_on {
        identity.insert("DependsOn", depends_on.clone());
    }
    for attribute in &res.attributes {
        if matches!(&*attribute.key.name, "Condition" | "UpdatePolicy") {
            identity.insert(attribute.key.name.clone(), attribute.value.clone());
        }
    }
    identity.insert("Properties", properties.clone());
    let identity = obj!(&origin; &*source.id => identity);
    res.id = Arc::from(hash::named(&source.id, &identity));
    res.attributes = source.passed_on();
    let own = res
        .attributes
        .iter()
        .any(|a| &*a.key.name == "DeletionPolicy");
    match policy {
        Some(policy) => res.attribute("DeletionPolicy", policy),
        None if !own => res.attribute("DeletionPolicy", "Retain"),
        None => {}
    }
    match given(&properties, "LayerName") {
        Some(name) => res.set("LayerName", name),
        None => res.set("LayerName", &source.id),
    }
    match field(&properties, "ContentUri") {
        Some(uri) => {
            let place = location(ctx, uri, ["S3Bucket", "S3Key", "S3ObjectVersion"]);
            res.set("Content", place);
        }
        None => ctx.problem(source.span(), "a layer needs `ContentUri`"),
    }
    res.copy(
        properties.as_map().unwrap_or_default(),
        &[
            "Description",
            "CompatibleArchitectures",
            "CompatibleRuntimes",
            "LicenseInfo",
        ],
    );
    Ok(vec![res])
}

/// `AWS::Serverless::Application`: a nested stack.
pub(super) fn application(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(
        source,
        &[
            "Location",
            "TemplateUrl",
            "Parameters",
            "NotificationARNs",
            "Tags",
            "TimeoutInMinutes",
        ],
    );
    let mut res = source.main("AWS::CloudFormation::Stack", "application");
    let origin = res.origin.clone();
    res.attributes = source.passed_on();
    let Some(place) = source.prop("Location") else {
        return Err(SamProblem {
            span: source.span(),
            message: format!("application `{}` needs a `Location`", source.id),
        });
    };
    let mut tags = obj!(&origin; "lambda:createdBy" => "SAM");
    if place.as_map().is_some() && !is_intrinsic(place) {
        for (name, tag) in [
            ("ApplicationId", "serverlessrepo:applicationId"),
            ("SemanticVersion", "serverlessrepo:semanticVersion"),
        ] {
            match field(place, name) {
                Some(value) => {
                    let value = ctx.params.decide(value);
                    if is_intrinsic(&value) {
                        let message =
                            format!("`{name}` must be a text, a parameter or in a mapping");
                        ctx.problem(value.origin.span, message);
                    }
                    tags.insert(tag, value);
                }
                None => ctx.problem(place.origin.span, format!("`Location` needs `{name}`")),
            }
        }
        // Where the repository keeps the template is known only when it is deployed.
        res.opt("TemplateURL", source.prop("TemplateUrl"));
    } else {
        res.set("TemplateURL", place);
    }
    res.copy(
        source.props(),
        &["Parameters", "NotificationARNs", "TimeoutInMinutes"],
    );
    let mut all = tag_list(&origin, Some(&tags));
    all.extend(tag_list(&origin, source.prop("Tags")));
    sam_tags(ctx, source, &origin);
    res.set("Tags", all);
    Ok(vec![res])
}

/// `AWS::Serverless::CapacityProvider`: instances for functions, and the role that manages them.
pub(super) fn capacity_provider(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(
        source,
        &[
            "CapacityProviderName",
            "VpcConfig",
            "OperatorRole",
            "Tags",
            "PropagateTags",
            "InstanceRequirements",
            "ScalingConfig",
            "KmsKeyArn",
        ],
    );
    let mut res = source.main("AWS::Lambda::CapacityProvider", "capacity provider");
    let origin = res.origin.clone();
    let own_tag = obj!(&origin; "lambda:createdBy" => "SAM");
    let mut made = Vec::new();
    res.copy_given(source.props(), &["CapacityProviderName", "KmsKeyArn"]);
    match source.given("VpcConfig") {
        Some(vpc) => {
            let mut network = obj!(&vpc.origin;);
            for name in ["SubnetIds", "SecurityGroupIds"] {
                if let Some(value) = field(vpc, name) {
                    network.insert(name, value.clone());
                }
            }
            res.set("VpcConfig", network);
        }
        None => ctx.problem(source.span(), "a capacity provider needs `VpcConfig`"),
    }
    let propagated = source
        .given("Tags")
        .filter(|_| source.given("PropagateTags").is_some());
    let role = match source.given("OperatorRole") {
        Some(role) => role.clone(),
        None => {
            let id = format!("{}OperatorRole", source.id);
            let mut role = Res::new(id, "AWS::IAM::Role", &origin, source.passed_on());
            role.set(
                "AssumeRolePolicyDocument",
                trust(&origin, "lambda.amazonaws.com"),
            );
            let policy = ctx.managed_arn("AWSLambdaManagedEC2ResourceOperator");
            role.set("ManagedPolicyArns", list!(&origin; policy));
            let mut tags = tag_list(&origin, Some(&own_tag));
            tags.extend(tag_list(&origin, propagated));
            role.set("Tags", tags);
            let arn = get_att(&origin, &role.id, "Arn");
            made.push(role);
            arn
        }
    };
    res.set(
        "PermissionsConfig",
        obj!(&origin; "CapacityProviderOperatorRoleArn" => role),
    );
    let mut tags = tag_list(&origin, source.given("Tags"));
    tags.extend(tag_list(&origin, Some(&own_tag)));
    res.set("Tags", tags);
    if let Some(wanted) = source.given("InstanceRequirements") {
        let mut requirements = obj!(&wanted.origin;);
        for (from, to) in [
            ("Architectures", "Architectures"),
            ("AllowedTypes", "AllowedInstanceTypes"),
            ("ExcludedTypes", "ExcludedInstanceTypes"),
        ] {
            if let Some(value) = field(wanted, from) {
                requirements.insert(to, value.clone());
            }
        }
        res.set("InstanceRequirements", requirements);
    }
    if let Some(wanted) = source.given("ScalingConfig") {
        let at = &wanted.origin;
        let mut scaling = obj!(at;);
        if let Some(count) = field(wanted, "MaxVCpuCount") {
            scaling.insert("MaxVCpuCount", count.clone());
        }
        match field(wanted, "AverageCPUUtilization") {
            Some(use_of) => {
                scaling.insert("ScalingMode", "Manual".into_node(at));
                let policy = obj!(at;
                    "PredefinedMetricType" => "LambdaCapacityProviderAverageCPUUtilization",
                    "TargetValue" => use_of,
                );
                scaling.insert("ScalingPolicies", list!(at; policy));
            }
            None => scaling.insert("ScalingMode", "Auto".into_node(at)),
        }
        res.set("CapacityProviderScalingConfig", scaling);
    }
    made.insert(0, res);
    Ok(made)
}
