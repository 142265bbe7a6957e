use crate::read_plan;
use crate::tests::{application, shown};
use palisade_app::cfn::Outcome;

/// The tags of each resource that has some.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let (application, problems) = application(files);
    assert!(problems.is_empty(), "{problems:?}");
    let tags: Vec<String> = (application.resources())
        .filter(|resource| !resource.kind.starts_with("provider"))
        .filter_map(|resource| {
            let tags = resource.properties.get("Tags")?;
            Some(format!("{} {}", resource.id, shown(tags)))
        })
        .collect();
    assert_eq!(tags, expected);
}

#[test]
fn tags_of_providers_reach_their_resources() {
    check(
        &[(
            "main.tf",
            r#"
variable "more" { type = map(string) }
provider "aws" {
  default_tags {
    tags = { team = "orders", class = "internal" }
  }
}
provider "aws" {
  alias = "west"
  default_tags {
    tags = merge({ team = "west" }, { class = "public" })
  }
}
provider "aws" {
  alias = "plain"
}
resource "aws_sqs_queue" "default" {}
resource "aws_sqs_queue" "own" {
  tags = { class = "secret" }
}
resource "aws_sqs_queue" "open" {
  tags = var.more
}
resource "aws_sqs_queue" "null" {
  tags = null
}
resource "aws_sqs_queue" "plain" {
  provider = aws.plain
}
resource "aws_sqs_queue" "west" {
  provider = aws.west
}
resource "aws_sqs_queue" "which" {
  for_each = toset(["a"])
  provider = aws.by_region[each.key]
}
resource "aws_sqs_queue_policy" "no_tags" {
  queue_url = "https://q"
}
resource "aws_iam_role_policy_attachment" "part" {
  role       = "r"
  policy_arn = "arn:p"
}
"#,
        )],
        &[
            r#"aws_sqs_queue.default [{Key: "team", Value: "orders"}, {Key: "class", Value: "internal"}]"#,
            r#"aws_sqs_queue.null [{Key: "team", Value: "orders"}, {Key: "class", Value: "internal"}]"#,
            r#"aws_sqs_queue.open [{Key: "team", Value: (`team` replaced: given as `var.more`, which has no default is false => "orders" | `team` replaced: given as `var.more`, which has no default is true => ?given as `var.more`, which has no default)}, {Key: "class", Value: (`class` replaced: given as `var.more`, which has no default is false => "internal" | `class` replaced: given as `var.more`, which has no default is true => ?given as `var.more`, which has no default)} …]"#,
            r#"aws_sqs_queue.own [{Key: "team", Value: "orders"}, {Key: "class", Value: "secret"}]"#,
            r#"aws_sqs_queue.west [{Key: "team", Value: "west"}, {Key: "class", Value: "public"}]"#,
            r#"aws_sqs_queue.which["a"] ?which provider is not known"#,
        ],
    );
}

#[test]
fn modules_are_passed_their_providers() {
    check(
        &[
            (
                "main.tf",
                r#"
provider "aws" {
  default_tags {
    tags = { at = "root" }
  }
}
provider "aws" {
  alias = "west"
  default_tags {
    tags = { at = "west" }
  }
}
module "inherits" {
  source = "./queue"
}
module "passed" {
  source    = "./queue"
  providers = { aws = aws.west }
}
module "renamed" {
  source    = "./both"
  providers = {
    aws       = aws
    aws.other = aws.west
  }
}
module "own" {
  source = "./own"
}
"#,
            ),
            ("queue/main.tf", r#"resource "aws_sqs_queue" "q" {}"#),
            (
                "both/main.tf",
                r#"
provider "aws" {
  alias = "other"
}
resource "aws_sqs_queue" "q" {}
resource "aws_sqs_queue" "r" { provider = aws.other }
"#,
            ),
            (
                "own/main.tf",
                r#"
provider "aws" {
  region = "eu-west-1"
}
resource "aws_sqs_queue" "q" {}
"#,
            ),
        ],
        &[
            r#"module.inherits.aws_sqs_queue.q [{Key: "at", Value: "root"}]"#,
            r#"module.passed.aws_sqs_queue.q [{Key: "at", Value: "west"}]"#,
            r#"module.renamed.aws_sqs_queue.q [{Key: "at", Value: "root"}]"#,
            r#"module.renamed.aws_sqs_queue.r [{Key: "at", Value: "west"}]"#,
        ],
    );
}

#[test]
fn provider_blocks_are_looked_at() {
    let (application, _) = application(&[
        (
            "main.tf",
            r#"
variable "key" { default = "k" }
terraform {
  required_version = ">= 1.5"
  backend "s3" { bucket = "state" }
}
provider "aws" {
  alias      = "west"
  access_key = var.key
}
module "m" { source = "./m" }
"#,
        ),
        ("m/main.tf", r#"provider "github" { token = "t" }"#),
    ]);
    let found: Vec<String> = (application.resources())
        .map(|r| format!("{} {} {}", r.id, r.kind, shown(&r.properties)))
        .collect();
    assert_eq!(
        found,
        [
            r#"provider.aws.west provider.aws {alias: "west", access_key: "k"}"#,
            r#"provider.backend.s3 provider.backend {bucket: "state"}"#,
            r#"module.m.provider.github provider.github {token: "t"}"#,
        ]
    );
}

#[test]
fn plans_tell_tags_and_providers() {
    let text = r#"{
        "terraform_version": "1.11.0",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "values": {
                "name": "q", "tags": {"a": "1"}, "tags_all": {"a": "1", "team": "orders"}
            }}
        ]}},
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}},
                "module.m:aws.west": {"name": "aws", "alias": "west", "expressions": {
                    "access_key": {"constant_value": "k"}, "token": {"references": ["var.token"]}
                }}
            },
            "root_module": {}
        }
    }"#;
    let Outcome::Application(application, problems) = read_plan("plan.json", text.as_bytes())
    else {
        panic!("no plan");
    };
    assert_eq!(problems, []);
    let found: Vec<String> = (application.resources())
        .map(|r| format!("{} {} {}", r.id, r.kind, shown(&r.properties)))
        .collect();
    assert_eq!(
        found,
        [
            r#"provider.aws provider.aws {region: "eu-west-1"}"#,
            r#"provider.module.m:aws.west provider.aws {access_key: "k"}"#,
            r#"aws_sqs_queue.q AWS::SQS::Queue {QueueName: "q", Tags: [{Key: "a", Value: "1"}, {Key: "team", Value: "orders"}]}"#,
        ]
    );
}
