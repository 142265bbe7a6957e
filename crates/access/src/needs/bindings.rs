//! From the arguments of a call to the ARNs that it is about. The catalogue says how the ARN of
//! each kind of resource is made (`…:table/${TableName}`), and mostly the argument that names the
//! resource is called as the part of the ARN is; what is called otherwise stands in a table.

use crate::access::Access;
use crate::names::Names;
use palisade_app::{Data, Resource, Value};
use palisade_code::Argument;
use std::sync::Arc;

/// Parts of ARNs that arguments name otherwise: service, part, arguments.
const ARGUMENTS: &[(&str, &str, &[&str])] = &[
    ("s3", "BucketName", &["Bucket"]),
    ("s3", "ObjectName", &["Key"]),
    ("sqs", "QueueName", &["QueueUrl"]),
    ("sns", "TopicName", &["TopicArn", "TargetArn"]),
    (
        "ssm",
        "ParameterNameWithoutLeadingSlash",
        &["Name", "Names", "Path"],
    ),
    ("kinesis", "StreamName", &["StreamName", "StreamARN"]),
    ("states", "StateMachineName", &["stateMachineArn"]),
    ("sts", "RoleNameWithPath", &["RoleArn"]),
    ("iam", "RoleNameWithPath", &["RoleName"]),
    ("iam", "UserNameWithPath", &["UserName"]),
    ("logs", "LogGroupName", &["logGroupName"]),
    ("bedrock", "ResourceId", &["modelId"]),
    ("rds-data", "DbClusterInstanceName", &["resourceArn"]),
    ("ecs", "TaskDefinitionFamilyName", &["taskDefinition"]),
    ("codebuild", "ProjectName", &["projectName"]),
    ("cognito-identity", "IdentityPoolId", &["IdentityPoolId"]),
    ("geo", "PlaceIndexName", &["IndexName"]),
];

/// More resources than this in one call are not told apart.
const MAX_TEXTS: usize = 20;

/// Binds the arguments of one call of one function.
#[derive(Debug)]
pub(super) struct Binder<'a> {
    access: &'a Access<'a>,
    function: &'a Resource,
    variables: Option<&'a Value>,
    arguments: &'a [(Arc<str>, Argument)],
}

/// The resources of a need.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) patterns: Vec<String>,
    pub(super) why_not: Option<String>,
}

/// The texts that an argument can be.
#[derive(Debug, Default)]
struct Texts {
    known: Vec<String>,
    why_not: Option<String>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(
        access: &'a Access<'_>,
        function: &'a Resource,
        arguments: &'a [(Arc<str>, Argument)],
    ) -> Self {
        let variables = function.properties.get("Environment");
        Self {
            access,
            function,
            variables: variables.and_then(|environment| environment.get("Variables")),
            arguments,
        }
    }

    /// The resources that a call needs an action on.
    pub(super) fn resources(&self, action: &str, names: &mut Names<'_>) -> Bound {
        let everything = |why: Option<String>| Bound {
            patterns: vec!["*".to_owned()],
            why_not: why,
        };
        let service = action.split(':').next().unwrap_or_default();
        let catalogue = self.access.settings.catalogue;
        let (Some(known), Some(of)) = (catalogue.service(service), catalogue.action(action)) else {
            return everything(Some(format!("`{action}` is not in the catalogue")));
        };
        if of.resources.is_empty() {
            return everything(None);
        }
        let source = self
            .arguments
            .iter()
            .find(|(key, _)| &**key == "CopySource");
        if let Some((_, source)) = source
            && action == "s3:GetObject"
            && !matches!(source, Argument::Map(_))
        {
            return everything(Some("what is copied is not known".to_owned()));
        }
        let mut patterns: Vec<String> = Vec::new();
        let mut why_not = None;
        let kinds = of.resources.iter();
        for kind in kinds.filter_map(|resource| known.resource_type(resource)) {
            let found = self.fill(service, &kind.arn, names);
            why_not = why_not.or(found.why_not);
            for pattern in found.known {
                if !patterns.contains(&pattern) {
                    patterns.push(pattern);
                }
            }
        }
        if patterns.is_empty() {
            return everything(Some(
                why_not.unwrap_or_else(|| "no argument names the resource".to_owned()),
            ));
        }
        Bound {
            patterns,
            why_not: None,
        }
    }

    /// The ARNs of a kind of resource; none when no argument names one.
    fn fill(&self, service: &str, template: &str, names: &mut Names<'_>) -> Texts {
        let mut texts = vec![String::new()];
        let mut bound = false;
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once("${") {
            let Some((part, behind)) = behind.split_once('}') else {
                break;
            };
            texts.iter_mut().for_each(|text| text.push_str(before));
            rest = behind;
            let place = match part {
                "Partition" => Some("AWS::Partition"),
                "Region" => Some("AWS::Region"),
                "Account" => Some("AWS::AccountId"),
                _ => None,
            };
            if let Some(place) = place {
                let value = names.pseudo(place);
                texts.iter_mut().for_each(|text| text.push_str(&value));
                continue;
            }
            let values = self.part(service, part, names);
            match (values.known.is_empty(), values.why_not) {
                (false, _) => bound = true,
                // Whatever it is called: the rest of the ARN names it.
                (true, _) if bound => {}
                (true, why_not) => {
                    return Texts {
                        known: Vec::new(),
                        why_not,
                    };
                }
            }
            // A whole ARN says more than its parts.
            let arns = values
                .known
                .iter()
                .filter(|value| value.starts_with("arn:"));
            let arns: Vec<String> = arns.cloned().collect();
            if !arns.is_empty() {
                let tail = wild(rest);
                let known = arns.into_iter().map(|arn| format!("{arn}{tail}")).collect();
                return Texts {
                    known,
                    why_not: None,
                };
            }
            let values = match values.known.as_slice() {
                [] => vec!["*".to_owned()],
                known => known.to_vec(),
            };
            texts = texts
                .iter()
                .flat_map(|text| values.iter().map(move |value| format!("{text}{value}")))
                .take(MAX_TEXTS)
                .collect();
        }
        texts.iter_mut().for_each(|text| text.push_str(rest));
        Texts {
            known: if bound { texts } else { Vec::new() },
            why_not: None,
        }
    }

    /// What can stand in a part of an ARN.
    fn part(&self, service: &str, part: &str, names: &mut Names<'_>) -> Texts {
        let called = ARGUMENTS
            .iter()
            .find(|(s, p, _)| *s == service && *p == part)
            .map_or(std::slice::from_ref(&part), |(_, _, arguments)| *arguments);
        let mut texts = Texts::default();
        for name in called {
            let mut values = Vec::new();
            for (key, value) in self.arguments {
                named(key, value, name, &mut values);
                // `BatchGetItem` names its tables in the keys of a map.
                if *name == "TableName"
                    && &**key == "RequestItems"
                    && let Argument::Map(entries) = value
                {
                    values.extend(entries.iter().map(|(key, _)| key));
                }
            }
            for value in values {
                self.texts(value, names, &mut texts);
            }
            texts
                .known
                .iter_mut()
                .for_each(|text| *text = shaped(text, name));
        }
        if texts.known.is_empty() && texts.why_not.is_none() {
            texts.why_not = self.arguments.iter().find_map(|(_, value)| opaque(value));
        }
        if service == "events" && part == "EventBusName" && texts.known.is_empty() {
            // Without a name, entries go to the default bus.
            let seen = |(key, value): &(Arc<str>, Argument)| {
                &**key == "Entries"
                    && matches!(value, Argument::List(items)
                        if items.iter().any(|item| matches!(item, Argument::Map(_))))
            };
            let default = texts.why_not.is_none() && self.arguments.iter().any(seen);
            texts.known.extend(default.then(|| "default".to_owned()));
        }
        texts
    }

    fn texts(&self, argument: &Argument, names: &mut Names<'_>, into: &mut Texts) {
        match argument {
            Argument::OneOf(all) | Argument::List(all) => {
                for one in all.iter().take(MAX_TEXTS) {
                    self.texts(one, names, into);
                }
            }
            Argument::Unknown(why) => {
                into.why_not.get_or_insert_with(|| why.to_string());
            }
            _ => match self.text(argument, names) {
                Ok(texts) => into.known.extend(texts),
                Err(why) => {
                    into.why_not.get_or_insert(why);
                }
            },
        }
    }

    /// The texts of an argument that is one text.
    fn text(&self, argument: &Argument, names: &mut Names<'_>) -> Result<Vec<String>, String> {
        Ok(match argument {
            Argument::Text(text) => vec![text.to_string()],
            Argument::Environment { name, default } => {
                let value = self.variables.and_then(|variables| variables.get(name));
                match (value.map(|value| (value, &value.data)), default) {
                    (None | Some((_, Data::Absent)), Some(default)) => self.text(default, names)?,
                    (None | Some((_, Data::Absent)), None) => {
                        return Err(format!("the template does not set `{name}`"));
                    }
                    (Some((value, _)), _) => variable(value, name, names)?,
                }
            }
            Argument::Joined(parts) => {
                let mut texts = vec![String::new()];
                for part in parts {
                    // A part that is not known is any text.
                    let known = match part {
                        Argument::OneOf(_) => Err(String::new()),
                        part => self.text(part, names),
                    };
                    let values = known.unwrap_or_else(|_| vec!["*".to_owned()]);
                    texts = texts
                        .iter()
                        .flat_map(|text| values.iter().map(move |value| format!("{text}{value}")))
                        .take(MAX_TEXTS)
                        .collect();
                }
                if texts.iter().all(|text| text.chars().all(|c| c == '*')) {
                    return Err("it is put together from texts that are not known".to_owned());
                }
                texts
            }
            Argument::Unknown(why) => return Err(why.to_string()),
            Argument::Event(path) => self.of_event(path, names)?,
            Argument::OneOf(_) | Argument::List(_) | Argument::Map(_) => {
                return Err("it is not a text".to_owned());
            }
        })
    }
}

impl Binder<'_> {
    /// What an event says about its source is known: it is one of the function's triggers.
    fn of_event(&self, path: &str, names: &mut Names<'_>) -> Result<Vec<String>, String> {
        let bucket = path.ends_with("s3.bucket.name") || path == "detail.bucket.name";
        let arn = path.ends_with("eventSourceARN") || path.ends_with("s3.bucket.arn");
        let mut texts = Vec::new();
        for entry in self.access.app.graph().entries_of(&self.function.id) {
            let source = entry
                .source
                .as_deref()
                .and_then(|id| self.access.app.resource(id));
            let Some(source) = source.filter(|_| bucket || arn) else {
                continue;
            };
            let Some(text) = names.arn(source) else {
                continue;
            };
            match text.rsplit_once(":::") {
                Some((_, name)) if bucket => texts.push(name.to_owned()),
                _ if arn => texts.push(text),
                _ => {}
            }
        }
        if texts.is_empty() {
            return Err("it comes with the event".to_owned());
        }
        Ok(texts)
    }
}

/// The texts that an environment variable can have.
fn variable(value: &Value, name: &str, names: &mut Names<'_>) -> Result<Vec<String>, String> {
    match &value.data {
        Data::OneOf(alternatives) => {
            let mut texts = Vec::new();
            for alternative in alternatives {
                texts.extend(variable(&alternative.value, name, names)?);
            }
            Ok(texts)
        }
        Data::Unknown(reason) => Err(format!("`{name}`: {reason}")),
        _ => match value.parts() {
            Some(parts) => Ok(vec![names.text(&parts)]),
            None => Err(format!("`{name}` is not a text")),
        },
    }
}

/// Everything that stands under a name, at whatever depth.
fn named<'a>(key: &str, value: &'a Argument, name: &str, found: &mut Vec<&'a Argument>) {
    if key.eq_ignore_ascii_case(name) {
        found.push(value);
        return;
    }
    match value {
        Argument::List(items) | Argument::OneOf(items) => {
            for item in items {
                named("", item, name, found);
            }
        }
        Argument::Map(entries) => {
            for (key, value) in entries {
                if let Argument::Text(key) = key {
                    named(key, value, name, found);
                }
            }
        }
        _ => {}
    }
}

/// Why a list or a map may hold more than is seen.
fn opaque(value: &Argument) -> Option<String> {
    match value {
        Argument::Unknown(why) => Some(why.to_string()),
        Argument::Event(_) => Some("it comes with the event".to_owned()),
        Argument::List(items) | Argument::OneOf(items) => items.iter().find_map(opaque),
        _ => None,
    }
}

/// What an argument says, as it stands in an ARN.
fn shaped(text: &str, argument: &str) -> String {
    match argument {
        _ if text.starts_with("arn:") => text.to_owned(),
        "QueueUrl" => text.rsplit('/').next().unwrap_or(text).to_owned(),
        "Path" => format!("{}/*", text.trim_matches('/')),
        "Name" | "Names" => text.trim_start_matches('/').to_owned(),
        // The service adds a suffix to the names of secrets.
        "SecretId" => format!("{text}-??????"),
        _ => text.to_owned(),
    }
}

/// The rest of a template of an ARN, with any text in its parts.
fn wild(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("${") {
        text.push_str(before);
        text.push('*');
        rest = behind.split_once('}').map_or("", |(_, rest)| rest);
    }
    text + rest
}
