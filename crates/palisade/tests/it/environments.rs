//! One tree, scanned for several environments that are named in `palisade.toml`.

use super::Folder;
use serde_json::Value;

const TEMPLATE: &str = "\
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: !If [IsProd, true, false]
  Audit:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: false
";

const TERRAFORM: &str = "\
variable \"encrypted\" {
  type = bool
}

resource \"aws_sqs_queue\" \"orders\" {
  name                    = \"orders\"
  sqs_managed_sse_enabled = var.encrypted
}
";

/// A template that is deployed twice. The configuration lies above it.
fn project(name: &str) -> Folder {
    Folder::new(name)
        .with("app/t.yaml", TEMPLATE)
        .with("prod.json", r#"{"Stage": "prod"}"#)
        .with(
            "palisade.toml",
            "[environments.dev]\n\
             stage = \"dev\"\n\
             parameters = { Stage = \"dev\" }\n\
             [environments.prod]\n\
             parameter-files = [\"prod.json\"]\n",
        )
}

/// The same with a folder of Terraform.
fn terraform(name: &str) -> Folder {
    project(name)
        .with("infra/main.tf", TERRAFORM)
        .with("infra/dev.tfvars", "encrypted = false\n")
        .with("infra/prod.tfvars", "encrypted = true\n")
        .with(
            "palisade.toml",
            "[environments.dev]\n\
             var-files = [\"infra/dev.tfvars\"]\n\
             [environments.prod]\n\
             var-files = [\"infra/prod.tfvars\"]\n",
        )
}

/// What is understood of Terraform's queue in each environment.
fn encrypted(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let run = folder.run(&[&["scan", "--dump-model", "."], arguments].concat());
    let model = run.json();
    let applications = model["applications"].as_array().unwrap().iter();
    applications
        .filter(|app| app["language"] == "terraform")
        .map(|app| {
            let text = app["resources"].to_string();
            let truth = ["true", "false"]
                .into_iter()
                .find(|truth| text.contains(&format!("\"state\":\"known\",\"value\":{truth}")));
            format!("{} {}", app["environment"], truth.unwrap_or("?"))
        })
        .collect()
}

/// `resource: environments` of the queues without encryption.
fn queues(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let mut told: Vec<String> = findings
        .filter(|finding| finding["rule"] == "unencrypted-queue")
        .map(|finding| {
            let address = finding["resource"]["address"].as_str().unwrap();
            format!("{address}: {}", finding["environments"])
        })
        .collect();
    told.sort();
    told
}

#[test]
fn findings_tell_in_which_environments_they_hold() {
    let folder = project("environments");
    let run = folder.scan(&["--select", "unencrypted-queue"]);
    assert_eq!(run.code(), 1, "{}", run.err());
    let report = run.json();
    assert_eq!(report["environments"], serde_json::json!(["dev", "prod"]));
    assert_eq!(
        queues(&report),
        [r#"Audit: ["dev","prod"]"#, r#"Orders: ["dev"]"#,]
    );
    assert_eq!(report["problems"], serde_json::json!([]));
    // The tree is counted once.
    assert_eq!(report["stats"]["templates"], 1);
    let text = folder.run(&["scan", "--select", "unencrypted-queue"]).out();
    assert!(
        text.contains("Environments dev, prod: 1 finding only in dev\n"),
        "{text}"
    );
}

#[test]
fn one_environment_is_chosen() {
    let folder = project("one-environment");
    let told = |arguments: &[&str]| {
        let arguments = [&["--select", "unencrypted-queue"], arguments].concat();
        queues(&folder.scan(&arguments).json())
    };
    assert_eq!(told(&["--environment", "prod"]), [r#"Audit: ["prod"]"#]);
    // The command line beats what is named.
    assert_eq!(
        told(&["--environment", "prod", "--var", "Stage=dev"]),
        [r#"Audit: ["prod"]"#, r#"Orders: ["prod"]"#]
    );
    assert_eq!(
        told(&["--environment=dev", "--environment=prod"]),
        told(&[])
    );
    let model = folder.run(&["scan", "--dump-model", "app"]).json();
    let applications = model["applications"].as_array().unwrap().iter();
    let names: Vec<_> = applications.map(|app| &app["environment"]).collect();
    assert_eq!(names, ["dev", "prod"]);
}

#[test]
fn files_of_variables_decide() {
    let folder = terraform("variable-files");
    assert_eq!(encrypted(&folder, &[]), ["\"dev\" false", "\"prod\" true"]);
    // The command line beats what is named, and a value a file.
    let file = ["--environment=dev", "--var-file=infra/prod.tfvars"];
    assert_eq!(encrypted(&folder, &file), ["\"dev\" true"]);
    let both = [&file[..], &["--var", "encrypted=false"]].concat();
    assert_eq!(encrypted(&folder, &both), ["\"dev\" false"]);
}

#[test]
fn findings_of_terraform_tell_in_which_environments_they_hold() {
    let folder = terraform("terraform-environments");
    let run = folder.scan(&["infra", "--select", "unencrypted-queue"]);
    assert_eq!(run.code(), 1, "{}", run.err());
    assert_eq!(queues(&run.json()), [r#"aws_sqs_queue.orders: ["dev"]"#]);
    let at = &run.json()["findings"][0]["location"];
    assert_eq!(
        (&at["file"], &at["line"]),
        (&"dev.tfvars".into(), &1.into())
    );
    let told = |arguments: &[&str]| folder.run(&[&["scan", "infra"], arguments].concat());
    let text = told(&["--select", "unencrypted-queue"]).out();
    assert!(text.contains("note: only in dev\n"), "{text}");
    assert!(
        text.contains("Environments dev, prod: 1 finding only in dev\n"),
        "{text}"
    );
    let prod = told(&["--select", "unencrypted-queue", "--environment=prod"]);
    assert_eq!(prod.code(), 0, "{}", prod.out());
    let markdown = told(&["--select", "unencrypted-queue", "--format=markdown"]).out();
    assert!(markdown.contains("Holds only in dev"), "{markdown}");
    let sarif = told(&["--select", "unencrypted-queue", "--format=sarif"]).json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        result["properties"]["environments"],
        serde_json::json!(["dev"])
    );
}

#[test]
fn what_two_files_of_variables_say_is_one_finding() {
    let folder = terraform("two-values").with("infra/prod.tfvars", "\nencrypted = false\n");
    let run = folder.run(&["scan", "infra", "--select", "unencrypted-queue"]);
    let text = run.out();
    assert!(text.contains("infra/dev.tfvars:1:13"), "{text}");
    assert!(
        text.contains("in prod, the value stands here (infra/prod.tfvars:2)"),
        "{text}"
    );
    assert!(
        text.contains("Environments dev, prod: the same findings in each"),
        "{text}"
    );
}

#[test]
fn what_decides_nothing_is_told() {
    let folder = project("useless")
        .with("palisade.toml", "")
        .with("app/dev.tfvars", "a = 1\n")
        .with("infra/main.tf", TERRAFORM)
        .with("infra/dev.tfvars", "encrypted = false\n")
        .with(
            "svc/serverless.yml",
            "service: a\nprovider: {name: aws, runtime: nodejs22.x, region: '${opt:region, \"eu-west-1\"}'}\n",
        );
    let check = |arguments: &[&str], expected: &[&str]| {
        let run = folder.scan(arguments);
        let told: Vec<String> = run
            .err()
            .lines()
            .filter_map(|line| Some(line.strip_prefix("warning: ")?.to_owned()))
            .collect();
        assert_eq!(told, expected, "{arguments:?}");
    };
    let service = "decides nothing: no service of the Serverless Framework was read";
    check(&["app", "--stage=prod"], &[&format!("`--stage` {service}")]);
    check(&["app", "--opt=a=b"], &[&format!("`--opt a` {service}")]);
    check(
        &["app", "--env=Stage=b"],
        &[&format!("`--env Stage` {service}")],
    );
    check(
        &["app", "--var-file=app/dev.tfvars"],
        &["`--var-file` decides nothing: no Terraform was read"],
    );
    check(
        &["app", "--parameter=Stagee=prod"],
        &["`--parameter Stagee` decides nothing: nothing that was read mentions `Stagee`"],
    );
    check(
        &["svc", "--opt=regoin=x"],
        &["`--opt regoin` decides nothing: nothing that was read mentions `regoin`"],
    );
    check(&["app", "--parameter=Stage=prod"], &[]);
    check(
        &[
            "infra",
            "--var=encrypted=true",
            "--var-file=infra/dev.tfvars",
        ],
        &[],
    );
    check(
        &["svc", "--opt=region=x", "--opt=stage=x", "--stage=x"],
        &[],
    );
}

#[test]
fn commands_about_permissions_ask_for_one() {
    let folder = project("iam-environment");
    let run = folder.run(&["iam", "access"]);
    assert_eq!(run.code(), 2);
    assert!(
        run.err().contains("choose one of `dev`, `prod`"),
        "{}",
        run.err()
    );
    for command in ["access", "shrink", "no-public-access"] {
        let run = folder.run(&["iam", command, "--environment", "prod"]);
        assert_eq!(run.code(), 0, "{command}: {}", run.err());
    }
}

#[test]
fn a_suppression_that_one_environment_needs_is_not_idle() {
    let comment = "  # palisade: ignore[unencrypted-queue] short-lived test data\n";
    let (before, after) = TEMPLATE.split_once("      SqsManagedSse").unwrap();
    let text = format!("{before}    {comment}      SqsManagedSse{after}");
    let folder = project("needed-suppression").with("app/t.yaml", text);
    let run = folder.scan(&["app", "--select", "unencrypted-queue", "--environment=prod"]);
    assert_eq!(run.problems("warning").len(), 1);
    let run = folder.scan(&["app", "--select", "unencrypted-queue"]);
    assert_eq!(run.problems("warning"), [""; 0]);
    assert_eq!(run.rules().len(), 1);
}

#[test]
fn mistakes_are_told() {
    let folder = terraform("environment-mistakes")
        .with("lonely/t.yaml", TEMPLATE)
        .with("lonely/palisade.toml", "");
    let check = |arguments: &[&str], expected: &str| {
        let run = folder.scan(arguments);
        assert_eq!(run.code(), 2, "{arguments:?}");
        assert!(run.err().contains(expected), "{arguments:?}: {}", run.err());
    };
    check(
        &["--environment", "prd"],
        "no environment `prd`; did you mean `prod`?",
    );
    check(
        &["lonely", "--environment", "prod"],
        "write `[environments.NAME]`",
    );
    check(
        &["--var", "a"],
        "`--parameter a` has no `=`; write --parameter KEY=VALUE",
    );
    check(&["--opt", "=a"], "`--opt =a` names nothing before `=`");
    check(&["--env", "a"], "`--env a` has no `=`");
    check(&["--stage", ""], "`--stage` is empty");
    check(
        &["--var-file", "missing.tfvars"],
        "`missing.tfvars` is not read",
    );
    check(&["--var-file", "infra"], "`infra` is not a file");
    check(
        &["lonely", "--var-file", "infra/dev.tfvars"],
        "`infra/dev.tfvars` lies outside of the tree that is read",
    );
}

#[test]
fn a_part_of_the_project_is_scanned_without_the_files_beside_it() {
    let folder = terraform("part-of-environments");
    let report = folder
        .scan(&["app", "--select", "unencrypted-queue"])
        .json();
    assert_eq!(queues(&report).len(), 2);
    let left_out = report["stats"]["left_out"].as_array().unwrap().iter();
    let paths: Vec<_> = left_out.map(|left| &left["path"]).collect();
    assert_eq!(paths, ["infra/dev.tfvars", "infra/prod.tfvars"]);
}
