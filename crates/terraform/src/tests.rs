//! Configurations in memory, and what comes of them.

use crate::{Options, calls, read};
use palisade_app::cfn::Outcome;
use palisade_app::{Application, Data, Existence, FileError, Files, Value};
use palisade_core::Problem;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct Memory(pub(crate) BTreeMap<String, String>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.0.get(path).ok_or(FileError::Missing)?;
        Ok(text.as_bytes().to_vec())
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let inside = |path: &String| {
            let name = match folder {
                "" => Some(path.as_str()),
                folder => path.strip_prefix(folder)?.strip_prefix('/'),
            };
            name.filter(|name| !name.contains('/')).map(str::to_owned)
        };
        Some(self.0.keys().filter_map(inside).collect())
    }

    fn folders(&self, folder: &str) -> Option<Vec<String>> {
        let inside = |path: &String| {
            let below = match folder {
                "" => path.as_str(),
                folder => path.strip_prefix(folder)?.strip_prefix('/')?,
            };
            Some(below.split_once('/')?.0.to_owned())
        };
        let names: BTreeSet<String> = self.0.keys().filter_map(inside).collect();
        Some(names.into_iter().collect())
    }
}

pub(crate) fn application(files: &[(&str, &str)]) -> (Application, Vec<Problem>) {
    given(files, &Options::default())
}

fn given(files: &[(&str, &str)], options: &Options) -> (Application, Vec<Problem>) {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).into(), (*text).into()));
    match read("", &Memory(files.collect()), options) {
        Outcome::Application(application, problems) => (*application, problems),
        other => panic!("{other:?}"),
    }
}

/// A value, short.
pub(crate) fn shown(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(shown).collect::<Vec<_>>().join(", ");
    let dots = |open: bool| if open { " …" } else { "" };
    match &value.data {
        Data::Null => "null".into(),
        Data::Absent => "-".into(),
        Data::Text(text) => format!("{text:?}"),
        Data::Bool(_) | Data::Number(_) => value.display(),
        Data::Symbolic(_) => format!("<{}>", value.display()),
        Data::List(inner) => format!("[{}{}]", list(&inner.items), dots(inner.open.is_some())),
        Data::Map(inner) => {
            let entries = inner
                .entries
                .iter()
                .map(|e| format!("{}: {}", e.key, shown(&e.value)));
            let entries = entries.collect::<Vec<_>>().join(", ");
            format!("{{{entries}{}}}", dots(inner.open.is_some()))
        }
        Data::OneOf(all) => {
            let all = all
                .iter()
                .map(|a| format!("{} => {}", a.when, shown(&a.value)));
            format!("({})", all.collect::<Vec<_>>().join(" | "))
        }
        Data::Unknown(reason) => format!("?{}", reason.detail),
    }
}

/// The argument `v` of each resource `test_x`, by address.
pub(crate) fn values(files: &[(&str, &str)]) -> Vec<String> {
    let (application, _) = application(files);
    of(&application)
}

fn of(application: &Application) -> Vec<String> {
    let resources = application.resources();
    let one = |resource: &palisade_app::Resource| {
        let when = match &resource.exists {
            Existence::Always => String::new(),
            Existence::Never => " never".into(),
            Existence::When(when) => {
                let when: Vec<String> = when.iter().map(ToString::to_string).collect();
                format!(" when {}", when.join(" and "))
            }
        };
        let value = resource
            .properties
            .get("v")
            .or_else(|| resource.properties.get("V"));
        format!("{}{when} {}", resource.id, value.map_or("".into(), shown))
    };
    resources.map(one).collect()
}

/// The value of one expression, with some declarations beside it.
fn check(beside: &str, expression: &str, expected: &str) {
    let text = format!("{beside}\nresource \"test_x\" \"x\" {{\n  v = {expression}\n}}\n");
    let all = values(&[("main.tf", &text)]);
    let own = all
        .iter()
        .find(|line| line.starts_with("test_x.x "))
        .expect("the resource");
    assert_eq!(
        own,
        &format!("test_x.x {expected}"),
        "{beside}\n{expression}"
    );
}

#[test]
fn expressions_are_evaluated() {
    for (expression, expected) in [
        ("1 + 2 * 3", "7"),
        ("7 % 4 == 3 && !(1 > 2)", "true"),
        ("\"a${1 + 1}b\"", "\"a2b\""),
        ("true ? \"a\" : \"b\"", "\"a\""),
        ("[for x in [1, 2, 3] : x * 2 if x != 2]", "[2, 6]"),
        (
            "{for k, v in {a = 1, b = 2} : v => k}",
            "{1: \"a\", 2: \"b\"}",
        ),
        (
            "{for v in [\"a\", \"b\", \"a\"] : v => 1...}",
            "{a: [1, 1], b: [1]}",
        ),
        ("[{a = 1}, {a = 2}].*.a", "[1, 2]"),
        ("[{a = [5]}][*].a[0]", "[5]"),
        ("{a = {b = 1}}.a[\"b\"]", "1"),
        ("[1, 2][1]", "2"),
        ("{a = 1}.b", "?there is no `b` in it"),
        ("try({a = 1}.b, 3)", "3"),
        ("can({a = 1}.b)", "false"),
        ("\"%{for x in [1, 2]}<${x}>%{endfor}\"", "\"<1><2>\""),
        ("\"%{if false}a%{else}b%{endif}\"", "\"b\""),
        ("null == null", "true"),
        ("1 / 0", "?division by zero"),
        ("nothing.here", "?`nothing.here` is not declared"),
        ("terraform.workspace", "<${terraform.workspace}>"),
        ("path.module", "\".\""),
    ] {
        check("", expression, expected);
    }
}

#[test]
fn what_is_not_known_stays_symbolic_or_open() {
    let beside = r#"
variable "a" {}
variable "flag" { type = bool }
variable "env" { default = "dev" }
variable "size" { default = 3 }
variable "names" { type = list(string) }
variable "set" { type = object({ a = string, b = optional(number, 4) }) }
variable "secret" { sensitive = true }
data "aws_vpc" "main" {}
data "aws_caller_identity" "me" {}
locals {
  sizes = { dev = 1, prod = 2 }
  loop  = local.loop2
  loop2 = local.loop
}
"#;
    for (expression, expected) in [
        ("var.a", "<${var.a}>"),
        ("\"x-${var.a}\"", "<x-${var.a}>"),
        (
            "var.flag ? 1 : 2",
            "(var.flag is true => 1 | var.flag is false => 2)",
        ),
        (
            "!var.flag",
            "(var.flag is true => false | var.flag is false => true)",
        ),
        ("var.size == 3", "true"),
        ("var.env", "\"dev\""),
        (
            "var.env == \"prod\" ? 1 : 2",
            "(var.env == \"prod\" is true => 1 | var.env == \"prod\" is false => 2)",
        ),
        (
            "local.sizes[var.env]",
            "(var.env is dev => 1 | var.env is prod => 2)",
        ),
        ("var.names", "[ …]"),
        (
            "var.names[0]",
            "?given as `var.names`, which has no default",
        ),
        ("var.set.a", "<${var.set.a}>"),
        (
            "data.aws_vpc.main.cidr_block",
            "<${data.aws_vpc.main.cidr_block}>",
        ),
        (
            "data.aws_caller_identity.me.account_id",
            "<${AWS::AccountId}>",
        ),
        ("local.loop", "?`loop` refers to itself"),
        ("var.missing", "?`var.missing` is not declared"),
    ] {
        check(beside, expression, expected);
    }
}

#[test]
fn resources_refer_to_each_other() {
    let beside = r#"
resource "test_y" "one" {
  size = 5
  tags = { a = "b" }
  nested { z = 1 }
}
resource "test_y" "two" { count = 2 }
resource "test_y" "three" { for_each = { k = "v" } }
resource "test_y" "none" { count = 0 }
variable "make" { type = bool }
resource "test_y" "maybe" { count = var.make ? 1 : 0 }
"#;
    for (expression, expected) in [
        ("test_y.one.arn", "<${test_y.one.arn}>"),
        ("test_y.one.size", "5"),
        ("test_y.one.tags.a", "\"b\""),
        ("test_y.one.nested[0].z", "1"),
        ("test_y.two[1].arn", "<${test_y.two[1].arn}>"),
        (
            "test_y.two[*].arn",
            "[<${test_y.two[0].arn}>, <${test_y.two[1].arn}>]",
        ),
        ("test_y.three[\"k\"].id", "<${test_y.three[\"k\"].id}>"),
        (
            "[for k, r in test_y.three : \"${k}${r.id}\"]",
            "[<k${test_y.three[\"k\"].id}>]",
        ),
        ("try(test_y.none[0].arn, \"x\")", "\"x\""),
        (
            "try(test_y.maybe[0].arn, \"x\")",
            "(var.make is true => <${test_y.maybe[0].arn}> | var.make is false => \"x\")",
        ),
        (
            "var.make ? test_y.maybe[0].arn : \"none\"",
            // Within the branch, the resource is there.
            "(var.make is true => <${test_y.maybe[0].arn}> | var.make is false => \"none\")",
        ),
    ] {
        check(beside, expression, expected);
    }
    let all = values(&[("main.tf", beside)]);
    assert_eq!(
        all,
        [
            "test_y.maybe[0] when var.make is true ",
            "test_y.one ",
            "test_y.three[\"k\"] ",
            "test_y.two[0] ",
            "test_y.two[1] ",
        ]
    );
}

#[test]
fn modules_are_called() {
    let root = r#"
module "m" {
  source = "./m"
  for_each = { a = 1, b = 2 }
  name = "n-${each.key}"
}
resource "test_x" "x" { v = [module.m["a"].out, module.m["b"].name, [for k, m in module.m : m.name]] }
module "gone" { source = "hashicorp/consul/aws" }
resource "test_x" "y" { v = module.gone.arn }
"#;
    let inner = r#"
variable "name" { type = string }
variable "size" { default = 1 }
resource "test_z" "z" { v = "${var.name}-${var.size}" }
output "out" { value = test_z.z.arn }
output "name" { value = var.name }
"#;
    let (application, problems) = application(&[("main.tf", root), ("m/main.tf", inner)]);
    assert_eq!(
        of(&application),
        [
            "test_x.x [<${module.m[\"a\"].test_z.z.arn}>, \"n-b\", [\"n-a\", \"n-b\"]]",
            "test_x.y <${module.gone.arn}>",
            "module.m[\"a\"].test_z.z \"n-a-1\"",
            "module.m[\"b\"].test_z.z \"n-b-1\"",
        ]
    );
    assert_eq!(&*application.nested[0], "m");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].message.contains("terraform init"));
    // The place is where the text was written, and the call is a step on its way.
    let resource = application
        .resource("module.m[\"a\"].test_z.z")
        .expect("it");
    let file = application.sources.path(resource.extent.file);
    assert_eq!(&*file, "m/main.tf");
}

#[test]
fn values_are_given_by_files_and_by_the_command_line() {
    let main = r#"
variable "a" { type = string }
variable "n" { type = number }
variable "l" { type = list(string) }
resource "test_x" "x" { v = [var.a, var.n, var.l] }
"#;
    let files = [
        ("main.tf", main),
        ("terraform.tfvars", "a = \"one\"\nn = 1\nl = []"),
        ("b.auto.tfvars.json", "{\"n\": 2}"),
        ("prod.tfvars", "a = \"three\""),
    ];
    let (plain, _) = application(&files);
    assert_eq!(of(&plain), ["test_x.x [\"one\", 2, []]"]);
    let options = Options {
        variables: BTreeMap::from([("l".into(), "[\"x\"]".into())]),
        files: vec!["prod.tfvars".into()],
    };
    let (chosen, _) = given(&files, &options);
    assert_eq!(of(&chosen), ["test_x.x [\"three\", 2, [\"x\"]]"]);
}

#[test]
fn overrides_are_worked_in() {
    let main = "resource \"test_x\" \"x\" {\n  v = 1\n  w = 2\n}\nresource \"test_x\" \"x\" {}";
    let files = [
        ("main.tf", main),
        ("x_override.tf", "resource \"test_x\" \"x\" { v = 3 }"),
    ];
    let (application, problems) = application(&files);
    assert_eq!(of(&application), ["test_x.x 3"]);
    assert!(
        problems[0].message.contains("declared twice"),
        "{problems:?}"
    );
}

#[test]
fn what_an_unknown_map_may_replace_counts_until_then() {
    let more = "variable \"more\" { type = map(string) }";
    check(
        more,
        "keys(merge({ A = \"a\" }, var.more, { B = \"b\" }))",
        "[\"A\", \"B\" …]",
    );
    let why = "`A` replaced: given as `var.more`, which has no default";
    check(
        more,
        "merge({ A = \"a\" }, var.more).A",
        &format!(
            "({why} is false => \"a\" | {why} is true => ?given as `var.more`, which has no default)"
        ),
    );
    check(
        "variable \"all\" { type = list(map(string)) }",
        "keys(merge({ A = \"a\" }, [for one in concat([{ B = \"b\" }], var.all) : one]...))",
        "[\"A\", \"B\" …]",
    );
    check(
        more,
        "{ for k, v in merge(var.more, { A = \"a\" }) : k => upper(v) }",
        "{A: \"A\" …}",
    );
}

#[test]
fn dynamic_blocks_are_unfolded() {
    let text = r#"
variable "more" { type = list(object({ p = number })) }
variable "on" { type = bool }
resource "test_x" "x" {
  dynamic "v" {
    for_each = [{ p = 1 }, { p = 2 }]
    content { port = v.value.p }
  }
}
resource "test_x" "y" {
  dynamic "v" {
    for_each = var.more
    iterator = it
    content { port = it.value.p }
  }
}
resource "test_x" "z" {
  dynamic "v" {
    for_each = var.on ? [1] : []
    content { port = 5 }
  }
}
"#;
    assert_eq!(
        values(&[("main.tf", text)]),
        [
            "test_x.x [{port: 1}, {port: 2}]",
            "test_x.y [ …]",
            "test_x.z [(var.on is true => {port: 5} | var.on is false => -)]",
        ]
    );
}

#[test]
fn nothing_is_worked_out_without_end() {
    let wide = (1..40).map(|n| format!("a{n} = [local.a{}, local.a{}]\n", n - 1, n - 1));
    let wide = format!("locals {{\na0 = [1]\n{}}}", wide.collect::<String>());
    let deep = (1..5_000).map(|n| format!("b{n} = local.b{}\n", n - 1));
    let deep = format!("locals {{\nb0 = 1\n{}}}", deep.collect::<String>());
    let many = "resource \"test_x\" \"many\" { count = 1000000 }\nmodule \"m\" { source = \"./\" }";
    let ask = "resource \"test_x\" \"x\" { v = [local.a39, local.b4999] }";
    let files = [
        ("a.tf", &*wide),
        ("b.tf", &*deep),
        ("c.tf", many),
        ("d.tf", ask),
    ];
    let (application, problems) = application(&files);
    assert!(application.resources().count() >= 200);
    assert!(
        problems
            .iter()
            .any(|p| p.message.contains("1000000 instances"))
    );
    assert!(
        problems
            .iter()
            .any(|p| p.message.contains("deeper than is followed"))
    );
}

#[test]
fn a_broken_file_does_not_hide_the_others() {
    let files = [
        ("a.tf", "resource \"test_x\" {"),
        ("b.tf", "resource \"test_x\" \"x\" { v = 1 }"),
    ];
    let (application, problems) = application(&files);
    assert_eq!(of(&application), ["test_x.x 1"]);
    assert_eq!(problems.len(), 1);
    assert_eq!(&*problems[0].file, "a.tf");
}

#[test]
fn policy_documents_are_made_of_blocks() {
    let beside = r#"
resource "test_y" "b" {}
variable "more" { type = bool }
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "one"
    actions   = ["s3:Get*"]
    resources = ["${test_y.b.arn}/&{aws:username}"]
  }
  statement {
    sid     = "two"
    actions = ["s3:List*"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "all" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid    = "two"
    effect = "Deny"
    not_actions = ["s3:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["1", "2"]
    }
    principals {
      type        = "AWS"
      identifiers = ["3"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:x"
      values   = ["y"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:z"
      values   = ["w"]
    }
  }
  dynamic "statement" {
    for_each = var.more ? [1] : []
    content {
      actions = ["a:b"]
      resources = ["*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}
"#;
    check(
        beside,
        "data.aws_iam_policy_document.all.json",
        "{Version: \"2012-10-17\", Statement: [\
         {Sid: \"one\", Effect: \"Allow\", Action: [\"s3:Get*\"], Resource: [<${test_y.b.arn}/${aws:username}>]}, \
         {Sid: \"two\", Effect: \"Deny\", NotAction: [\"s3:*\"], Resource: [\"*\"], Principal: {AWS: [\"1\", \"2\", \"3\"]}, Condition: {StringEquals: {aws:x: [\"y\"], aws:z: [\"w\"]}}}, \
         (var.more is true => {Effect: \"Allow\", Action: [\"a:b\"], Resource: [\"*\"], Principal: \"*\"} | var.more is false => -)]}",
    );
}

#[test]
fn policies_that_aws_manages_are_known_by_name() {
    let beside = r#"
data "aws_iam_policy" "admin" { name = "AdministratorAccess" }
data "aws_iam_policy" "basic" { name = "AWSLambdaBasicExecutionRole" }
data "aws_iam_policy" "arn" { arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
data "aws_iam_policy" "own" { name = "orders" }
"#;
    for (expression, expected) in [
        (
            "data.aws_iam_policy.admin.arn",
            "<arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess>",
        ),
        (
            "data.aws_iam_policy.basic.arn",
            "<arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole>",
        ),
        (
            "data.aws_iam_policy.arn.arn",
            "\"arn:aws:iam::aws:policy/ReadOnlyAccess\"",
        ),
        (
            "jsondecode(data.aws_iam_policy.admin.policy).Statement[0].Action",
            "[\"*\"]",
        ),
        (
            "data.aws_iam_policy.own.arn",
            "<${data.aws_iam_policy.own.arn}>",
        ),
    ] {
        check(beside, expression, expected);
    }
}

#[test]
fn data_sources_tell_what_they_are_asked_with() {
    let beside = r#"
data "archive_file" "code" {
  source_dir  = "${path.module}/src"
  output_path = "build/code.zip"
}
data "archive_file" "one" {
  source_file = "src/one.py"
  output_path = "one.zip"
}
data "archive_file" "texts" { output_path = "texts.zip" }
data "aws_ssm_parameter" "p" { name = "/a/b" }
data "template_file" "t" {
  template = "x-$${y}"
  vars = { y = "z" }
}
data "aws_iam_role" "r" { name = "n" }
"#;
    for (expression, expected) in [
        ("data.archive_file.code.source_dir", "\"./src\""),
        ("data.archive_file.code.output_path", "\"src\""),
        ("data.archive_file.one.output_path", "\"src\""),
        ("data.archive_file.texts.output_path", "\"texts.zip\""),
        ("data.aws_ssm_parameter.p.value", "<{{resolve:ssm:/a/b}}>"),
        ("data.template_file.t.rendered", "\"x-z\""),
        ("data.aws_iam_role.r.arn", "<${data.aws_iam_role.r.arn}>"),
    ] {
        check(beside, expression, expected);
    }
}

/// What `of` gives of a plan or state.
fn planned(text: &str) -> Vec<String> {
    assert!(crate::looks_like_plan(text.as_bytes()));
    match crate::read_plan("plan.json", text.as_bytes()) {
        Outcome::Application(application, _) => of(&application),
        other => panic!("{other:?}"),
    }
}

#[test]
fn plans_and_states_are_read() {
    let plan = r#"{"format_version": "1.2", "terraform_version": "1.11.4",
      "planned_values": {"root_module": {
        "resources": [
          {"address": "test_x.x", "mode": "managed", "type": "test_x", "name": "x", "values": {"v": [{"a": 1, "b": null}], "w": ""}},
          {"address": "data.test_d.d", "mode": "data", "type": "test_d", "name": "d", "values": {}}],
        "child_modules": [{"address": "module.m[0]", "resources": [
          {"address": "module.m[0].test_x.y", "mode": "managed", "type": "test_x", "name": "y", "values": {}},
          {"address": "module.m[0].test_x.z", "mode": "managed", "type": "test_x", "name": "z", "values": {}}]}]}},
      "configuration": {"root_module": {
        "resources": [{"address": "test_x.x", "expressions": {"v": [{"b": {"references": ["var.in"]}}]}}],
        "module_calls": {"m": {"module": {"resources": [
          {"address": "test_x.y", "expressions": {"v": {"references": ["test_x.z.arn", "test_x.z"]}}},
          {"address": "test_x.z", "expressions": {"v": {"references": ["test_x.y.arn", "test_x.y", "var.k"]}}}]}}}}}}"#;
    assert_eq!(
        planned(plan),
        [
            "test_x.x [{a: 1, b: <${var.in}>}]",
            "module.m[0].test_x.y <${module.m[0].test_x.z.arn}>",
            "module.m[0].test_x.z <${?}>",
        ]
    );
    let state = r#"{"version": 4, "terraform_version": "1.11.4", "lineage": "x", "resources": [
      {"mode": "managed", "type": "test_x", "name": "x", "module": "module.m",
       "instances": [{"index_key": 0, "attributes": {"v": 1}}, {"index_key": "k", "attributes": {"v": 2}}]}]}"#;
    assert_eq!(
        planned(state),
        ["module.m.test_x.x[0] 1", "module.m.test_x.x[\"k\"] 2"]
    );
}

#[test]
fn inputs_are_converted_to_their_types() {
    let main = r#"
module "m" {
  source = "./m"
  text   = 5
  truth  = "true"
  set    = ["a", "b", "a"]
  object = { a = 1, extra = 2 }
  kept   = null
}
"#;
    let inner = r#"
variable "text" { type = string }
variable "truth" { type = bool }
variable "set" { type = set(string) }
variable "object" {
  type = object({
    a = string
    b = optional(number, 4)
    c = optional(string)
  })
}
variable "kept" {
  default  = "default"
  nullable = false
}
resource "test_x" "x" { v = [var.text, var.truth, var.set, var.object, var.kept] }
"#;
    assert_eq!(
        values(&[("main.tf", main), ("m/main.tf", inner)]),
        ["module.m.test_x.x [\"5\", true, [\"a\", \"b\"], {a: \"1\", b: 4, c: null}, \"default\"]"]
    );
}

#[test]
fn files_of_folders_are_told() {
    let main = r#"
resource "test_x" "x" {
  for_each = fileset("${path.module}/data", "**/*.json")
  v        = jsondecode(file("${path.module}/data/${each.value}")).a
}
resource "test_x" "here" { v = fileset(path.module, "*.tf") }
resource "test_x" "none" { v = fileset("../outside", "*") }
"#;
    let files = [
        ("m/main.tf", main),
        ("m/data/a.json", "{\"a\": 1}"),
        ("m/data/deep/er/b.json", "{\"a\": 2}"),
        ("m/data/c.txt", ""),
        ("main.tf", "module \"m\" { source = \"./m\" }"),
    ];
    assert_eq!(
        values(&files),
        [
            "module.m.test_x.here [\"main.tf\"]",
            "module.m.test_x.none ?what is in `../outside` is not known",
            "module.m.test_x.x[\"a.json\"] 1",
            "module.m.test_x.x[\"deep/er/b.json\"] 2",
        ]
    );
}

#[test]
fn templates_are_filled() {
    let main = r#"
resource "test_y" "y" {}
resource "test_x" "x" {
  v = [
    templatefile("${path.module}/t.tftpl", { name = test_y.y.arn, all = ["a", "b"] }),
    templatestring("<$${z}>", { z = 1 }),
    jsonencode({ a = test_y.y.arn }),
    "${jsonencode({ a = [1, true] })}!",
  ]
}
"#;
    let template = "n=${name}%{ for x in all };${x}%{ endfor }";
    assert_eq!(
        values(&[("main.tf", main), ("t.tftpl", template)])[0],
        "test_x.x [<n=${test_y.y.arn};a;b>, \"<1>\", {a: <${test_y.y.arn}>}, \"{\\\"a\\\":[1,true]}!\"]"
    );
}

#[test]
fn blocks_that_declare_nothing_are_passed_over() {
    let main = r#"
terraform { required_version = ">= 1.5" }
provider "aws" { region = "eu-west-1" }
moved {
  from = test_x.a
  to   = test_x.x
}
import {
  to = test_x.x
  id = "i"
}
removed { from = test_x.b }
check "c" {
  data "http" "h" { url = "https://example.com" }
  assert {
    condition     = data.http.h.status_code == 200
    error_message = "down"
  }
}
resource "test_x" "x" { v = data.http.h.url }
"#;
    let (application, problems) = application(&[("main.tf", main)]);
    assert_eq!(
        of(&application),
        ["provider.aws ", "test_x.x \"https://example.com\""]
    );
    assert_eq!(problems, []);
}

mod properties {
    use super::Memory;
    use crate::{Options, read};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const SEEDS: &str = r#"variable "a" { default = { k = [1, 2] } }
locals { l = [for x in var.a.k : "${x}-${local.m}"], m = try(var.a.z, data.aws_region.r.name) }
data "aws_iam_policy_document" "d" { statement { actions = ["*"] principals { type = "AWS" identifiers = ["*"] } } }
resource "aws_s3_bucket" "b" { for_each = toset(local.l) bucket = each.key }
resource "aws_lambda_function" "f" { count = length(local.l) role = aws_s3_bucket.b["1-x"].arn environment { variables = { A = jsonencode(var.a) } } }
module "m" { source = "./m" x = aws_lambda_function.f[*].arn }
output "o" { value = module.m }
"#;

    proptest! {
        #[test]
        fn no_configuration_breaks_it(cuts in prop::collection::vec((0..SEEDS.len(), 0..20_usize, "[a-z\"${}().\\[\\]=,*? \n]{0,6}"), 0..6)) {
            let mut text = SEEDS.to_owned();
            for (at, length, with) in cuts {
                let at = at.min(text.len());
                let end = (at + length).min(text.len());
                text.replace_range(at..end, &with);
            }
            let files = BTreeMap::from([("main.tf".to_owned(), text.clone()), ("m/main.tf".to_owned(), text)]);
            let _ = read("", &Memory(files), &Options::default());
        }
    }
}

#[test]
fn calls_are_told_without_evaluating() {
    let files = [
        (
            "examples/a/main.tf",
            "module \"root\" {\n  source = \"../../\"\n}\nmodule \"far\" {\n  source = \"acme/x/aws\"\n}",
        ),
        (
            "examples/a/more.tf.json",
            r#"{"module": {"queue": {"source": "./queue"}}}"#,
        ),
        ("examples/a/broken.tf", "module \"../b\" {"),
        (
            "examples/a/out.tf",
            "module \"out\" {\n  source = \"../../../x\"\n}",
        ),
        ("examples/b/main.tf", "# \"../a\"\nlocals {}"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let files = Memory(files.into());
    let called = |folder| calls(folder, &files).into_iter().collect::<Vec<_>>();
    assert_eq!(called("examples/a"), ["", "examples/a/queue"]);
    assert!(called("examples/b").is_empty());
    assert!(called("nowhere").is_empty());
}
