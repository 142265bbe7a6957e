//! The table the other way round: what people who write Terraform call a property of AWS's own schema,
//! so that a finding in their files speaks of what they can write there.
//!
//! Invariant: a word is translated only where the table has one answer; else it stays as it is.

use super::table::{Convert, Form, Row, To, Type, table};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How one path of a kind is written.
#[derive(Debug)]
struct Said {
    path: String,
    /// The type that has it.
    of: &'static str,
    /// The arguments that lead to it; none for the whole of a type.
    name: String,
    /// The type is a part of what the kind is.
    joined: bool,
    convert: Option<&'static Convert>,
}

/// Of each kind, how its paths are written; and of each kind, the types that become it.
#[derive(Debug, Default)]
struct Index {
    paths: BTreeMap<&'static str, Vec<Said>>,
    types: BTreeMap<&'static str, Vec<&'static str>>,
}

/// What is a word of templates, and what says the same in Terraform.
const WORDS: &[(&str, &str)] = &[
    (
        "!Ref AWS::AccountId",
        "data.aws_caller_identity.current.account_id",
    ),
    (
        "{{resolve:secretsmanager:…}}",
        "data.aws_secretsmanager_secret_version",
    ),
];

/// What a word of AWS's schema is called by who wrote a resource of this type, which became this kind:
/// a property (`StorageEncrypted: true`, as `storage_encrypted = true`) or a kind.
#[must_use]
pub fn spoken(written: &str, kind: &str, word: &str) -> Option<String> {
    // Most ask about templates, for which the table need not be read.
    let index = written.starts_with("aws_").then(index)?;
    if let Some((_, said)) = WORDS.iter().find(|(known, _)| *known == word) {
        return Some((*said).to_owned());
    }
    if let Some(types) = index.types.get(word) {
        return match types.as_slice() {
            [only] => Some((*only).to_owned()),
            _ => None,
        };
    }
    let (path, value) = match word.split_once(": ") {
        Some((path, value)) => (path, Some(value)),
        None => (word, None),
    };
    let path = path.replace("[]", "");
    let mut known = Vec::new();
    for said in index.paths.get(kind)? {
        if said.joined || said.of == written {
            known.push(said);
        }
    }
    // What stands in a block of its own is written there, where the older way is in the table too.
    let all = |joined: bool, fits: &dyn Fn(&Said) -> bool| {
        let found = known
            .iter()
            .filter(|said| said.joined == joined && fits(said));
        found.copied().collect::<Vec<&Said>>()
    };
    // A whole part has no value.
    let exact = |said: &Said| said.path == path && (value.is_none() || !said.name.is_empty());
    let within = |said: &Said| {
        let rest = said.path.strip_suffix(path.as_str());
        rest.is_some_and(|above| above.ends_with('.'))
    };
    let last = |said: &Said| said.name.rsplit('.').next().unwrap_or_default().to_owned();
    for (joined, fits) in [
        (true, &exact as &dyn Fn(&Said) -> bool),
        (false, &exact),
        (true, &within),
        (false, &within),
    ] {
        let found = all(joined, fits);
        let Some(first) = found.first() else { continue };
        let name = if found.iter().all(|said| said.display() == first.display()) {
            first.display()
        } else if found
            .iter()
            .all(|s| last(s) == last(first) && s.convert == first.convert)
        {
            last(first)
        } else if found
            .iter()
            .all(|said| said.path == path && said.of == first.of)
        {
            let said = found.iter().min_by_key(|said| said.name.len())?;
            return with_value(&said.display(), said, value);
        } else {
            return None;
        };
        return with_value(&name, first, value);
    }
    value.is_none().then(|| around(&known, &path))?
}

/// The block that all of a property is written in.
fn around(known: &[&Said], path: &str) -> Option<String> {
    let (first, further) = (format!("{path}."), format!(".{path}."));
    let inside = |said: &&&Said| said.path.starts_with(&first) || said.path.contains(&further);
    let names = known.iter().filter(inside).map(|said| said.display());
    let names: Vec<String> = names.collect();
    let block = names.iter().min_by_key(|name| name.len())?;
    let all = names.iter().all(|name| name.starts_with(block.as_str()));
    all.then(|| block.clone())
}

impl Said {
    fn display(&self) -> String {
        match (self.joined, self.name.as_str()) {
            (true, "") => self.of.to_owned(),
            (true, name) => format!("{}.{name}", self.of),
            (false, name) => name.to_owned(),
        }
    }
}

/// `name = value`, as Terraform writes the value; nothing when it is none that can be written there.
fn with_value(name: &str, said: &Said, value: Option<&str>) -> Option<String> {
    let Some(value) = value else {
        return Some(name.to_owned());
    };
    if value == "!Ref AWS::AccountId" {
        return Some(format!(
            "{name} = data.aws_caller_identity.current.account_id"
        ));
    }
    let value = match said.convert {
        None => value,
        Some(Convert::Values(pairs)) => {
            let is = |to: &serde_json::Value| match to {
                serde_json::Value::String(text) => text == value,
                other => {
                    let text = other.to_string();
                    text == value
                }
            };
            pairs.iter().find(|(_, to)| is(to))?.0
        }
        Some(_) => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    let list = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let written = |item: &str| match item {
        "true" | "false" => item.to_owned(),
        _ if item.parse::<f64>().is_ok() => item.to_owned(),
        _ => format!("\"{item}\""),
    };
    let items: Vec<&str> = list.unwrap_or(value).split(", ").collect();
    if items
        .iter()
        .any(|item| item.is_empty() || !item.chars().all(plain))
    {
        return None;
    }
    let items: Vec<String> = items.into_iter().map(written).collect();
    Some(match list {
        Some(_) => format!("{name} = [{}]", items.join(", ")),
        None => format!("{name} = {}", items.join(", ")),
    })
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index::default();
        for (name, found) in &table().types {
            note(name, found, &mut index);
        }
        index
    })
}

fn note(name: &'static str, found: &'static Type, index: &mut Index) {
    for form in &found.forms {
        let (kinds, joined) = match &form.to {
            To::Kind(kind) => {
                let types = index.types.entry(kind).or_default();
                if !types.contains(&name) {
                    types.push(name);
                }
                (vec![*kind], false)
            }
            To::Join(joins) => (joins.iter().map(|join| join.kind).collect(), true),
        };
        for kind in kinds {
            if joined && form.item && has_list(kind, form.under) {
                continue;
            }
            let mut walk = Walk {
                of: name,
                kind,
                joined,
                index,
            };
            let above = if form.item { form.under } else { "" };
            walk.rows(&form.rows, above, "");
            if joined {
                walk.whole(form);
            }
        }
    }
}

/// Whether what becomes a kind has a list of its own for what parts are items of: that is the usual way.
fn has_list(kind: &str, path: &str) -> bool {
    let mut forms = table().types.values().flat_map(|found| &found.forms);
    forms.any(|form| {
        let takes = |row: &Row| matches!(row, Row::Take { target, .. } if target == path);
        matches!(form.to, To::Kind(own) if own == kind) && form.rows.iter().any(takes)
    })
}

struct Walk<'i> {
    of: &'static str,
    kind: &'static str,
    joined: bool,
    index: &'i mut Index,
}

impl Walk<'_> {
    fn rows(&mut self, rows: &'static [Row], above: &str, names: &str) {
        let below = |names: &str, name: &str| match names {
            "" => name.to_owned(),
            _ => format!("{names}.{name}"),
        };
        for row in rows {
            match row {
                Row::Take {
                    name,
                    target,
                    convert,
                    rows,
                    ..
                } if !target.starts_with('!') => {
                    let path = match (above, target.as_str()) {
                        (_, ".") => above.to_owned(),
                        ("", _) => target.replace("[]", ""),
                        _ => format!("{above}.{}", target.replace("[]", "")),
                    };
                    let name = below(names, name);
                    let says = !matches!(convert, Some(Convert::Const(_) | Convert::Itself));
                    if target != "." && says {
                        self.say(path.clone(), name.clone(), convert.as_ref());
                    }
                    self.rows(rows, &path, &name);
                }
                // What one argument says is a resource of its own there.
                Row::Split {
                    name, kind, rows, ..
                } => {
                    let mut walk = Walk {
                        of: self.of,
                        kind,
                        joined: false,
                        index: self.index,
                    };
                    walk.rows(rows, "", &below(names, name));
                }
                _ => {}
            }
        }
    }

    fn say(&mut self, path: String, name: String, convert: Option<&'static Convert>) {
        self.index.paths.entry(self.kind).or_default().push(Said {
            path,
            of: self.of,
            name,
            joined: self.joined,
            convert,
        });
    }

    /// The paths below which everything stands that a part says: those are the part itself.
    fn whole(&mut self, form: &Form) {
        let mine = |said: &&Said| said.of == self.of && said.joined;
        let said = self.index.paths.get(self.kind).into_iter().flatten();
        let paths: Vec<&str> = said.filter(mine).map(|said| said.path.as_str()).collect();
        let mut wholes: Vec<String> = Vec::new();
        let Some(first) = paths.first() else { return };
        for (end, _) in first.match_indices('.').chain([(first.len(), "")]) {
            let whole = first.get(..end).unwrap_or_default();
            let within = |path: &&str| {
                let rest = path.strip_prefix(whole);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if paths.iter().all(within) && (end < first.len() || paths.len() > 1) {
                wholes.push(whole.to_owned());
            }
        }
        if !form.under.is_empty() && !wholes.iter().any(|whole| whole == form.under) {
            wholes.push(form.under.to_owned());
        }
        // Before the arguments themselves, so that the first of a path is the whole.
        let all = self.index.paths.entry(self.kind).or_default();
        for path in wholes {
            let whole = Said {
                path,
                of: self.of,
                name: String::new(),
                joined: true,
                convert: None,
            };
            all.insert(0, whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn properties_are_called_what_people_write() {
        let check = |written, kind, word, expected: Option<&str>| {
            let found = spoken(written, kind, word);
            assert_eq!(found.as_deref(), expected, "{word} of {written}");
        };
        let bucket = |word, expected| check("aws_s3_bucket", "AWS::S3::Bucket", word, expected);
        bucket(
            "BucketEncryption",
            Some("aws_s3_bucket_server_side_encryption_configuration"),
        );
        bucket(
            "PublicAccessBlockConfiguration",
            Some("aws_s3_bucket_public_access_block"),
        );
        bucket("AccessControl", Some("aws_s3_bucket_acl.acl"));
        bucket(
            "VersioningConfiguration.Status: Enabled",
            Some("aws_s3_bucket_versioning.versioning_configuration.status = \"Enabled\""),
        );
        bucket("Principal", None);
        bucket(
            "DaysAfterInitiation",
            Some(
                "aws_s3_bucket_lifecycle_configuration.rule.abort_incomplete_multipart_upload.days_after_initiation",
            ),
        );
        check(
            "aws_iam_user",
            "AWS::IAM::User",
            "LoginProfile",
            Some("aws_iam_user_login_profile"),
        );
        check(
            "aws_wafv2_web_acl",
            "AWS::WAFv2::WebACL",
            "Rules",
            Some("rule"),
        );
        check(
            "aws_security_group",
            "AWS::EC2::SecurityGroup",
            "SourceSecurityGroupId",
            Some("ingress.security_groups"),
        );
        let database = |word, expected| {
            check("aws_db_instance", "AWS::RDS::DBInstance", word, expected);
        };
        database("StorageEncrypted: true", Some("storage_encrypted = true"));
        database(
            "EnableCloudwatchLogsExports",
            Some("enabled_cloudwatch_logs_exports"),
        );
        database("SourceDBInstanceIdentifier", Some("replicate_source_db"));
        check(
            "aws_cloudfront_distribution",
            "AWS::CloudFront::Distribution",
            "DistributionConfig.OriginGroups",
            Some("origin_group"),
        );
        let function = |word, expected| {
            check(
                "aws_lambda_function",
                "AWS::Lambda::Function",
                word,
                expected,
            );
        };
        function(
            "TracingConfig.Mode: Active",
            Some("tracing_config.mode = \"Active\""),
        );
        function(
            "DeadLetterConfig.TargetArn",
            Some("dead_letter_config.target_arn"),
        );
        function("lambda:InvokeFunction", None);
        check(
            "aws_lambda_permission",
            "AWS::Lambda::Permission",
            "SourceAccount: !Ref AWS::AccountId",
            Some("source_account = data.aws_caller_identity.current.account_id"),
        );
        check(
            "aws_api_gateway_stage",
            "AWS::ApiGateway::Stage",
            "DataTraceEnabled: false",
            Some("aws_api_gateway_method_settings.settings.data_trace_enabled = false"),
        );
        check(
            "aws_api_gateway_stage",
            "AWS::ApiGateway::Stage",
            "AWS::WAFv2::WebACLAssociation",
            Some("aws_wafv2_web_acl_association"),
        );
        check(
            "AWS::S3::Bucket",
            "AWS::S3::Bucket",
            "BucketEncryption",
            None,
        );
    }
}
