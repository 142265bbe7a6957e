//! Functions and stages of one environment that use resources of another.

use crate::prelude::*;
use palisade_core::ViaKind;

pub(crate) static RULE: Rule = Rule {
    id: "mixed-environments",
    title: "one environment uses resources of another",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-15.4"],
    cwe: Some(668),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::ApiGateway::Stage",
            "AWS::ApiGatewayV2::Stage",
            "AWS::ECS::TaskDefinition",
            "AWS::Lambda::EventSourceMapping",
            "AWS::Lambda::Function",
        ],
        check,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Environment {
    Production,
    Other,
}

impl Environment {
    fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Other => "development or test",
        }
    }
}

const PRODUCTION: &[&str] = &["prod", "production", "prd"];
const OTHER: &[&str] = &[
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "staging",
    "stg",
    "qa",
    "uat",
    "sandbox",
];

/// Variables that say which environment a function is of. `NODE_ENV` and the like are modes of a
/// framework and say nothing.
const STAGES: &[&str] = &["STAGE", "STAGE_NAME", "ENV", "ENVIRONMENT", "DEPLOY_ENV"];

/// Properties that give a resource its name.
const NAMES: &[&str] = &[
    "FunctionName",
    "TableName",
    "QueueName",
    "TopicName",
    "BucketName",
    "StageName",
    "Family",
    "RoleName",
    "StateMachineName",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "Name",
];

/// The environment that the words of a name speak of, if they speak of one only.
fn environment(text: &str) -> Option<Environment> {
    let (mut production, mut other) = (false, false);
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let is = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(word));
        production |= is(PRODUCTION);
        other |= is(OTHER);
    }
    match (production, other) {
        (true, false) => Some(Environment::Production),
        (false, true) => Some(Environment::Other),
        _ => None,
    }
}

fn own_name(resource: &Resource) -> Option<Environment> {
    NAMES
        .iter()
        .find_map(|path| resource.text(path))
        .and_then(environment)
}

fn own(resource: &Resource, app: &Application) -> Option<Environment> {
    if &*resource.kind == "AWS::Lambda::EventSourceMapping" {
        let function = resource.references("FunctionName");
        return function
            .iter()
            .find_map(|id| app.resource(id))
            .and_then(|function| own(function, app));
    }
    own_name(resource).or_else(|| {
        let variables = resource.properties.get("Environment")?.get("Variables")?;
        let stage = |name: &&str| variables.get(name).and_then(Value::as_text);
        STAGES.iter().find_map(stage).and_then(environment)
    })
}

/// Where a kind names other resources; a `*` stands for each entry of a map.
const USES: &[(&str, &str)] = &[
    ("AWS::ApiGateway::Stage", "Variables.*"),
    ("AWS::ApiGatewayV2::Stage", "StageVariables.*"),
    (
        "AWS::ECS::TaskDefinition",
        "ContainerDefinitions[].Environment[].Value",
    ),
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn"),
    ("AWS::Lambda::Function", "Environment.Variables.*"),
    ("AWS::Lambda::Function", "Role"),
    ("AWS::Lambda::Function", "Layers[]"),
    ("AWS::Lambda::Function", "DeadLetterConfig.TargetArn"),
    ("AWS::Lambda::Function", "FileSystemConfigs[].Arn"),
];

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(own) = own(resource, cx.app) else {
        return;
    };
    for (kind, path) in USES {
        if *kind != &*resource.kind {
            continue;
        }
        let Some(map) = path.strip_suffix(".*") else {
            for leaf in resource.at(path) {
                judge(resource, own, path, "", &leaf, cx, sink);
            }
            continue;
        };
        for holder in resource.at(map) {
            for entry in holder.value.entries() {
                if STAGES.contains(&&*entry.key) {
                    continue;
                }
                for leaf in palisade_app::lookup::leaves(&entry.value, "", &entry.value.origin) {
                    judge(resource, own, path, &entry.key, &leaf, cx, sink);
                }
            }
        }
    }
}

fn judge(
    resource: &Resource,
    own: Environment,
    path: &'static str,
    key: &str,
    leaf: &Leaf<'_>,
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
) {
    let Some((name, used)) = used(leaf.value, cx.app) else {
        return;
    };
    if used == own {
        return;
    }
    sink.finding(resource)
        .property(path)
        .item(format!("{key} {name}"))
        .message(format!(
            "this belongs to a {} environment and uses `{name}`, which is named for a {} one",
            own.word(),
            used.word()
        ))
        .help("take the name from a parameter or from a resource of the same stack, so that each environment has its own")
        .judge(Verdict::of(std::slice::from_ref(leaf), |_| Answer::No));
}

/// The name of what is used, and its environment.
fn used(value: &Value, app: &Application) -> Option<(String, Environment)> {
    // Whoever deploys gives each environment its own value.
    let given = |value: &Value| {
        value
            .origin
            .steps()
            .any(|step| matches!(step.kind, ViaKind::Parameter(_)))
    };
    if given(value) {
        return None;
    }
    if let Some(text) = value.as_text() {
        // One word alone is a mode, not a name.
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let sentence = text.contains(' ') || text.len() > 300;
        if sentence || words.filter(|word| !word.is_empty()).count() < 2 {
            return None;
        }
        return Some((text.to_owned(), environment(text)?));
    }
    value.references().find_map(|(id, _)| {
        let resource = app.resource(id)?;
        let named = NAMES
            .iter()
            .find_map(|path| resource.properties.get(path))?;
        if given(named) {
            return None;
        }
        let environment = environment(named.as_text()?)?;
        Some((resource.id.to_string(), environment))
    })
}

#[cfg(test)]
mod tests {
    use super::{Environment, environment};

    #[test]
    fn only_whole_words_name_an_environment() {
        let check = |text, expected| assert_eq!(environment(text), expected, "{text}");
        check("orders-prod", Some(Environment::Production));
        check(
            "arn:aws:sqs:eu-west-1:1:orders_dev",
            Some(Environment::Other),
        );
        check("products", None);
        check("device-table", None);
        check("latest", None);
        check("prod-to-dev-copy", None);
    }
}
