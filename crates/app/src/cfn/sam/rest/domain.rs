//! The domain of a REST API: its name, its paths and its DNS records.

use super::{by_property, domain_att};
use crate::cfn::sam::hash;
use crate::cfn::sam::make::{IntoNode, field, given, is_true, list, obj, reference, text, truthy};
use crate::cfn::sam::resources::{Res, Source};
use crate::cfn::sam::{Ctx, Result, SamProblem};
use palisade_core::Origin;
use palisade_syntax::{Data, Node};

/// What a domain makes; some of it stands behind the usage plan.
#[derive(Default)]
pub(super) struct Domain {
    pub(super) before: Vec<Res>,
    pub(super) after: Vec<Res>,
}

/// Makes the domain of an API.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Domain> {
    let Some(domain) = source.prop("Domain") else {
        return Ok(Domain::default());
    };
    let origin = by_property(source, "Domain");
    let wrong = |message: &str| SamProblem {
        span: origin.span,
        message: message.to_owned(),
    };
    if domain.as_map().is_none() {
        return Err(wrong("`Domain` must be a map"));
    }
    let (Some(name), Some(certificate)) =
        (field(domain, "DomainName"), field(domain, "CertificateArn"))
    else {
        return Err(wrong("`Domain` needs `DomainName` and `CertificateArn`"));
    };
    let regional = "REGIONAL".into_node(&origin);
    let endpoint = field(domain, "EndpointConfiguration").unwrap_or(&regional);
    let kind = endpoint.as_str().unwrap_or_default();
    if !matches!(kind, "EDGE" | "REGIONAL" | "PRIVATE") {
        return Err(wrong(
            "the endpoint of a `Domain` must be EDGE, REGIONAL or PRIVATE",
        ));
    }
    let private = kind == "PRIVATE";
    let (prefix, resource) = if private {
        ("ApiGatewayDomainNameV2", "AWS::ApiGateway::DomainNameV2")
    } else {
        ("ApiGatewayDomainName", "AWS::ApiGateway::DomainName")
    };
    let new = |id: String, kind| Res::new(id, kind, &origin, source.passed_on());
    let mut res = new(hash::named(prefix, name), resource);
    res.set("DomainName", name);
    let certificate_property = if kind == "REGIONAL" {
        "RegionalCertificateArn"
    } else {
        "CertificateArn"
    };
    res.set(certificate_property, certificate);
    let mut configuration = obj!(&origin; "Types" => list!(&origin; endpoint));
    if let Some(address) = given(domain, "IpAddressType") {
        configuration.insert("IpAddressType", address.clone());
    }
    res.set("EndpointConfiguration", configuration);
    if let Some(tls) = given(domain, "MutualTlsAuthentication").filter(|_| !private) {
        res.set("MutualTlsAuthentication", mutual_tls(ctx, tls));
    }
    let entries = domain.as_map().unwrap_or_default();
    res.copy_given(entries, &["SecurityPolicy", "EndpointAccessMode"]);
    if private {
        res.copy_given(entries, &["Policy"]);
    } else {
        res.copy_given(entries, &["OwnershipVerificationCertificateArn"]);
    }
    let id = res.id.clone();
    let mut made = Domain {
        before: vec![res],
        after: Vec::new(),
    };
    let normalize = field(domain, "NormalizeBasePath").is_none_or(truthy);
    for (suffix, path) in base_paths(ctx, domain, normalize) {
        let kind = if private {
            "AWS::ApiGateway::BasePathMappingV2"
        } else {
            "AWS::ApiGateway::BasePathMapping"
        };
        let mut mapping = new(format!("{}{suffix}BasePathMapping", source.id), kind);
        let domain_property = if private {
            "DomainNameArn"
        } else {
            "DomainName"
        };
        mapping.set(domain_property, reference(&origin, &id));
        mapping.set("RestApiId", reference(&origin, &source.id));
        mapping.set("Stage", reference(&origin, format!("{}.Stage", source.id)));
        mapping.opt("BasePath", path.as_ref());
        made.before.push(mapping);
    }
    if private && let Some(access) = field(domain, "AccessAssociation") {
        let endpoint = field(access, "VpcEndpointId").cloned().unwrap_or_default();
        let identity = list!(&origin; &endpoint, &id);
        let kind = "AWS::ApiGateway::DomainNameAccessAssociation";
        let mut association = new(hash::named("DomainNameAccessAssociation", &identity), kind);
        association.set("DomainNameArn", reference(&origin, &id));
        association.set("AccessAssociationSourceType", "VPCE");
        association.set("AccessAssociationSource", endpoint);
        made.after.push(association);
    }
    records(ctx, source, domain, &id, &origin, &mut made.before)?;
    Ok(made)
}

/// The fields of a mutual TLS configuration.
pub(in crate::cfn::sam) fn mutual_tls(ctx: &mut Ctx<'_>, tls: &Node) -> Node {
    let mut made = obj!(&tls.origin;);
    if tls.as_map().is_none() {
        ctx.problem(tls.origin.span, "`MutualTlsAuthentication` must be a map");
    }
    for entry in tls.as_map().unwrap_or_default() {
        match &*entry.key.name {
            "TruststoreUri" | "TruststoreVersion" => {
                if truthy(&entry.value) {
                    made.insert(entry.key.name.clone(), entry.value.clone());
                }
            }
            name => {
                let message = format!("`{name}` is not a setting of mutual TLS");
                ctx.problem(entry.key.origin.span, message);
            }
        }
    }
    made
}

/// The suffix of each mapping's id, and the path that it is for.
fn base_paths(ctx: &mut Ctx<'_>, domain: &Node, normalize: bool) -> Vec<(String, Option<Node>)> {
    let paths = match given(domain, "BasePath") {
        Some(node) => match &node.data {
            Data::Seq(items) => items.clone(),
            Data::String(_) => vec![node.clone()],
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    if paths.is_empty() {
        return vec![(String::new(), None)];
    }
    let mut made = Vec::new();
    for path in paths {
        let Some(text) = path.as_str() else {
            ctx.problem(path.origin.span, "a base path must be a text");
            continue;
        };
        let plain: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let shown = if normalize {
            plain.as_str().into_node(&path.origin)
        } else {
            path.clone()
        };
        made.push((plain, Some(shown)));
    }
    made
}

fn records(
    ctx: &mut Ctx<'_>,
    source: &Source,
    domain: &Node,
    domain_id: &str,
    origin: &Origin,
    made: &mut Vec<Res>,
) -> Result<()> {
    let Some(route53) = field(domain, "Route53") else {
        return Ok(());
    };
    let zone = field(route53, "HostedZoneId").or_else(|| field(route53, "HostedZoneName"));
    let Some(zone) = zone else {
        return Err(SamProblem {
            span: route53.origin.span,
            message: "`Route53` needs `HostedZoneId` or `HostedZoneName`".to_owned(),
        });
    };
    let name = field(domain, "DomainName").cloned().unwrap_or_default();
    let separate = given(route53, "SeparateRecordSetGroup").is_some();
    let id = if separate {
        hash::named("RecordSetGroup", &list!(origin; zone, &name))
    } else {
        hash::named("RecordSetGroup", zone)
    };
    let mut alias = obj!(origin;);
    if let Some(health) = field(route53, "EvaluateTargetHealth") {
        alias.insert("EvaluateTargetHealth", health.clone());
    }
    let (hosted, dns) = match text(domain, "EndpointConfiguration") {
        None | Some("REGIONAL") => (
            domain_att(origin, domain_id, "RegionalHostedZoneId"),
            domain_att(origin, domain_id, "RegionalDomainName"),
        ),
        Some("EDGE") => (
            // CloudFront has one hosted zone for all.
            "Z2FDTNDATAQYW2".into_node(origin),
            field(route53, "DistributionDomainName")
                .cloned()
                .unwrap_or_else(|| domain_att(origin, domain_id, "DistributionDomainName")),
        ),
        Some(_) => (
            route53
                .get("VpcEndpointHostedZoneId")
                .cloned()
                .unwrap_or_default(),
            route53
                .get("VpcEndpointDomainName")
                .cloned()
                .unwrap_or_default(),
        ),
    };
    alias.insert("HostedZoneId", hosted);
    alias.insert("DNSName", dns);
    let sets = record_sets(route53, &name, &alias, origin);
    let new = || {
        let kind = "AWS::Route53::RecordSetGroup";
        let mut group = Res::new(id.as_str(), kind, origin, source.passed_on());
        group.copy(
            route53.as_map().unwrap_or_default(),
            &["HostedZoneId", "HostedZoneName"],
        );
        group
    };
    if separate {
        let mut group = new();
        group.set("RecordSets", sets);
        made.push(group);
    } else {
        gather(ctx, &id, new, sets);
    }
    Ok(())
}

/// Adds records to the group of their hosted zone.
pub(in crate::cfn::sam) fn gather(
    ctx: &mut Ctx<'_>,
    id: &str,
    new: impl FnOnce() -> Res,
    sets: Vec<Node>,
) {
    let group = ctx.record_sets.entry(id.to_owned()).or_insert_with(new);
    let all = group
        .props
        .iter_mut()
        .find(|p| &*p.key.name == "RecordSets");
    match all.map(|entry| &mut entry.value.data) {
        Some(Data::Seq(all)) => all.extend(sets),
        _ => group.set("RecordSets", sets),
    }
}

/// The records of a name: IPv4, and IPv6 where it is asked for.
pub(in crate::cfn::sam) fn record_sets(
    route53: &Node,
    name: &Node,
    alias: &Node,
    origin: &Origin,
) -> Vec<Node> {
    let mut kinds = vec!["A"];
    if field(route53, "IpV6").is_some_and(is_true) {
        kinds.push("AAAA");
    }
    let record = |kind: &str| {
        let mut record = obj!(origin; "Name" => name, "Type" => kind, "AliasTarget" => alias);
        for property in ["Region", "SetIdentifier"] {
            if let Some(value) = field(route53, property) {
                record.insert(property, value.clone());
            }
        }
        record
    };
    kinds.into_iter().map(record).collect()
}
