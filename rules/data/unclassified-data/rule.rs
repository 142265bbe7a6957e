//! Stores and functions that do not say how sensitive their data is.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unclassified-data",
    title: "the data carries no classification",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.3"],
    cwe: None,
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::DocDB::DBCluster",
            "AWS::DynamoDB::GlobalTable",
            "AWS::DynamoDB::Table",
            "AWS::EFS::FileSystem",
            "AWS::ElastiCache::ReplicationGroup",
            "AWS::Kinesis::Stream",
            "AWS::KinesisFirehose::DeliveryStream",
            "AWS::Lambda::Function",
            "AWS::Neptune::DBCluster",
            "AWS::OpenSearchService::Domain",
            "AWS::RDS::DBCluster",
            "AWS::RDS::DBInstance",
            "AWS::Redshift::Cluster",
            "AWS::S3::Bucket",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
            "AWS::SecretsManager::Secret",
        ],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let tag = cx.parameters.data_classification_tag.as_str();
    if tag.is_empty() {
        return;
    }
    // Instances of a cluster take the tags of the cluster's data for theirs.
    if &*resource.kind == "AWS::RDS::DBInstance"
        && resource.properties.get("DBClusterIdentifier").is_some()
    {
        return;
    }
    sink.finding(resource)
        .property("Tags")
        .message(format!(
            "nothing says how sensitive the data is: tag `{tag}` is missing, and every control that depends on it guesses"
        ))
        .help(format!("add tag `{tag}` to `Tags` with the class of the data"))
        .at(&resource.origin)
        .judge(classified(resource, tag));
}

/// Whether a resource carries a tag that says something.
fn classified(resource: &Resource, tag: &str) -> Verdict {
    let path = match &*resource.kind {
        "AWS::EFS::FileSystem" => "FileSystemTags",
        "AWS::DynamoDB::GlobalTable" => "Replicas[].Tags",
        _ => "Tags",
    };
    Verdict::of(&resource.at(path), |leaf| match &leaf.value.data {
        Data::Unknown(reason) => Answer::Unknown(reason.clone()),
        Data::Map(map) => match leaf.value.get(tag) {
            Some(value) => Answer::from(says_something(value)),
            None => open_or_no(map.open.as_ref()),
        },
        Data::List(list) => {
            let found = list.items.iter().any(|item| {
                item.get("Key").and_then(Value::as_text) == Some(tag)
                    && item.get("Value").is_some_and(says_something)
            });
            if found {
                Answer::Yes
            } else {
                open_or_no(list.open.as_ref())
            }
        }
        _ => Answer::No,
    })
}

fn says_something(value: &Value) -> bool {
    match &value.data {
        Data::Absent | Data::Null => false,
        Data::Text(text) => !text.trim().is_empty(),
        _ => true,
    }
}

fn open_or_no(open: Option<&palisade_app::Reason>) -> Answer {
    open.map_or(Answer::No, |reason| Answer::Unknown(reason.clone()))
}
