//! Exit codes, the JSON of findings, what is walked, configuration, suppressions, exceptions.

use crate::{FINE, Folder, OPEN_QUEUE};

#[test]
fn exit_codes() {
    let bad = Folder::new("exit-bad").with("t.yaml", OPEN_QUEUE);
    assert_eq!(bad.scan(&["."]).code(), 1);
    assert_eq!(bad.scan(&[".", "--exit-zero"]).code(), 0);
    assert_eq!(bad.scan(&[".", "--fail-on", "high"]).code(), 0);
    assert_eq!(bad.scan(&[".", "--fail-on", "medium"]).code(), 1);
    let good = Folder::new("exit-good").with("t.yaml", FINE);
    assert_eq!(good.scan(&["."]).code(), 0);
    assert_eq!(good.scan(&["nowhere"]).code(), 2);
    assert_eq!(good.scan(&["--no-such-option"]).code(), 2);
    assert_eq!(good.scan(&["--parameter", "novalue"]).code(), 2);
    let broken = Folder::new("exit-broken")
        .with(
            "a.yaml",
            "AWSTemplateFormatVersion: '2010-09-09'\nResources: [",
        )
        .with("b.yaml", OPEN_QUEUE);
    let run = broken.scan(&["."]);
    assert_eq!(run.code(), 3, "unreadable input wins over findings");
    assert_eq!(broken.scan(&[".", "--exit-zero"]).code(), 3);
    assert_eq!(
        run.rules(),
        ["unencrypted-queue"],
        "the others are still scanned"
    );
}

#[test]
fn a_finding_in_json_has_its_members() {
    let folder = Folder::new("json").with("app/t.yaml", OPEN_QUEUE);
    let json = folder.scan(&["app"]).json();
    assert_eq!(json["schema"], "palisade.scan/1");
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "unencrypted-queue");
    assert_eq!(finding["aliases"][0], "CKV_AWS_27");
    assert_eq!(finding["severity"], "medium");
    assert_eq!(finding["confidence"], "high");
    assert_eq!(finding["clauses"][0], "SCSP-3.1");
    assert_eq!(finding["resource"]["address"], "Orders");
    assert_eq!(finding["resource"]["type"], "AWS::SQS::Queue");
    assert_eq!(finding["resource"]["provider"], "aws");
    let location = &finding["location"];
    assert_eq!(location["file"], "t.yaml", "relative to the scanned root");
    assert_eq!(
        (location["line"].as_u64(), location["column"].as_u64()),
        (Some(5), Some(29))
    );
    assert_eq!(
        (
            location["end_line"].as_u64(),
            location["end_column"].as_u64()
        ),
        (Some(5), Some(34))
    );
    assert!(finding["message"].as_str().is_some_and(|m| !m.is_empty()));
    assert!(finding["help"].as_str().is_some_and(|m| !m.is_empty()));
    assert!(finding["related"].as_array().is_some());
    assert_eq!(finding["fingerprint"].as_str().map(str::len), Some(32));
    for member in ["unresolved", "problems", "stats"] {
        assert!(json.get(member).is_some(), "{member}");
    }
}

#[test]
fn fingerprints_outlive_moved_lines_and_tell_instances_apart() {
    let folder = Folder::new("fingerprints")
        .with("t.yaml", OPEN_QUEUE)
        .with("moved/t.yaml", format!("# a\n# comment\n{OPEN_QUEUE}"))
        .with(
            "two/t.yaml",
            format!("{OPEN_QUEUE}  Second:\n    Type: AWS::SQS::Queue\n    Properties: {{SqsManagedSseEnabled: false}}\n"),
        );
    let prints = |path: &str| -> Vec<String> {
        let json = folder.scan(&[path]).json();
        let findings = json["findings"].as_array().unwrap();
        let own = findings
            .iter()
            .filter(|f| f["location"]["file"] == "t.yaml");
        own.map(|f| f["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let original = prints(".");
    assert_eq!(original, prints("moved"));
    let two = prints("two");
    assert_eq!(two.len(), 2);
    assert_ne!(two[0], two[1]);
    assert!(two.contains(&original[0]));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let mut folder = Folder::new("same-bytes");
    for i in 0..20 {
        folder = folder.with(&format!("{i}/t.yaml"), OPEN_QUEUE);
    }
    let first = folder.scan(&["."]).out();
    for _ in 0..3 {
        assert_eq!(first, folder.scan(&["."]).out());
    }
}

#[test]
fn what_is_walked() {
    let folder = Folder::new("walked")
        .with("t.yaml", OPEN_QUEUE)
        .with("deep/er/t.json", r#"{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": false}}}}"#)
        .with("x.template", OPEN_QUEUE)
        .with("ignored/t.yaml", OPEN_QUEUE)
        .with(".gitignore", "ignored/\n")
        .with("node_modules/m/t.yaml", OPEN_QUEUE)
        .with(".aws-sam/build/template.yaml", OPEN_QUEUE)
        .with("cdk.out/s.template.json", OPEN_QUEUE)
        .with("values.yaml", "replicas: 2\n")
        .with("notes.txt", OPEN_QUEUE);
    let json = folder.scan(&["."]).json();
    let files: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["location"]["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["deep/er/t.json", "t.yaml", "x.template"]);
    let left_out: Vec<_> = json["stats"]["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["path"].as_str().unwrap())
        .collect();
    assert_eq!(left_out, [".aws-sam", "cdk.out", "node_modules"]);
    // Asked for by name.
    assert_eq!(folder.scan(&["cdk.out"]).rules().len(), 1);
    assert_eq!(folder.scan(&["ignored/t.yaml"]).rules().len(), 1);
    assert_eq!(folder.scan(&["deep", "x.template"]).rules().len(), 2);
}

#[test]
fn single_files_filter_the_report_and_keep_their_application() {
    let parent = "\
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: inner/child.yaml
      Parameters: {Encrypt: 'false'}
  Own: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: false}}
";
    let child = "\
Parameters:
  Encrypt: {Type: String}
Resources:
  Queue: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: !Ref Encrypt}}
";
    let folder = Folder::new("single")
        .with("parent.yaml", parent)
        .with("inner/child.yaml", child);
    let run = folder.scan(&["inner/child.yaml"]);
    let json = run.json();
    let found: Vec<_> = json["findings"].as_array().unwrap().iter().collect();
    assert_eq!(found.len(), 1, "{json:#}");
    assert_eq!(found[0]["location"]["file"], "inner/child.yaml");
    assert_eq!(found[0]["resource"]["address"], "Queue");
    // On its own nobody can tell.
    let alone = Folder::new("alone")
        .with("child.yaml", child)
        .scan(&["child.yaml"]);
    assert!(alone.rules().is_empty());
    assert_eq!(alone.json()["unresolved"][0]["rule"], "unencrypted-queue");
    assert!(
        alone.json()["unresolved"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("Encrypt")
    );
}

#[test]
fn files_outside_of_the_tree_are_not_read() {
    let folder = Folder::new("outside")
        .with("child.yaml", OPEN_QUEUE)
        .with("app/t.yaml", "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ../child.yaml}\n");
    let run = folder.scan(&["app"]);
    assert!(run.rules().is_empty());
    assert!(run.problems("warning")[0].contains("outside"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../child.yaml", folder.0.join("app/linked.yaml")).unwrap();
        let with_link = "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: linked.yaml}\n";
        std::fs::write(folder.0.join("app/t.yaml"), with_link).unwrap();
        assert!(folder.scan(&["app"]).problems("warning")[0].contains("outside"));
    }
}

#[test]
fn the_environment_is_never_read_into_templates() {
    let folder = Folder::new("environment").with(
        "t.yaml",
        "Parameters: {HOME: {Type: String}}\nResources:\n  Q: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: !Ref HOME}}\n",
    );
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["scan", "--format", "json", "."])
        .current_dir(&folder.0)
        .env("HOME", "false")
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0);
    assert_eq!(json["unresolved"].as_array().unwrap().len(), 1);
}

#[test]
fn template_parameters_are_given() {
    let text = "Parameters: {Encrypt: {Type: String}}\nResources:\n  Q: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: !Ref Encrypt}}\n";
    let folder = Folder::new("given")
        .with("t.yaml", text)
        .with(
            "no.json",
            r#"[{"ParameterKey": "Encrypt", "ParameterValue": "false"}]"#,
        )
        .with("map.yaml", "Parameters: {Encrypt: false}")
        .with("list.json", r#"["Encrypt=false"]"#)
        .with("wrong.json", "7");
    assert_eq!(
        folder
            .scan(&["t.yaml", "--parameter", "Encrypt=false"])
            .rules()
            .len(),
        1
    );
    assert_eq!(
        folder
            .scan(&["t.yaml", "--parameter", "Encrypt=true"])
            .rules()
            .len(),
        0
    );
    for file in ["no.json", "map.yaml", "list.json"] {
        assert_eq!(
            folder
                .scan(&["t.yaml", "--parameter-file", file])
                .rules()
                .len(),
            1,
            "{file}"
        );
    }
    assert_eq!(
        folder
            .scan(&["t.yaml", "--parameter-file", "wrong.json"])
            .code(),
        2
    );
}

#[test]
fn configuration_is_found_by_walking_up() {
    let folder = Folder::new("config")
        .with("palisade.toml", "fail-on = \"high\"\n[[paths]]\npath = \"quiet/**\"\nrules = { unencrypted-queue = \"off\" }\n")
        .with("quiet/t.yaml", OPEN_QUEUE)
        .with("loud/t.yaml", OPEN_QUEUE);
    let run = folder.scan(&["loud"]);
    assert_eq!((run.rules().len(), run.code()), (1, 0));
    assert_eq!(folder.scan(&["quiet"]).rules().len(), 0);
    assert_eq!(
        folder.scan(&["loud", "--fail-on", "low"]).code(),
        1,
        "the command line wins"
    );
    let severe = folder.with(
        "palisade.toml",
        "[rules]\nunencrypted-queue = \"critical\"\n",
    );
    let json = severe.scan(&["loud"]).json();
    assert_eq!(json["findings"][0]["severity"], "critical");
    let excluded = severe.with("palisade.toml", "exclude = [\"loud\"]\n");
    let json = excluded.scan(&["."]).json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    assert_eq!(json["stats"]["left_out"][0]["path"], "loud");
}

#[test]
fn unknown_keys_are_errors_with_a_place_and_a_suggestion() {
    let folder = Folder::new("unknown-keys")
        .with("t.yaml", FINE)
        .with("palisade.toml", "\nprofil = \"all\"\n");
    let run = folder.scan(&["."]);
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("palisade.toml:2:1"), "{}", run.err());
    assert!(
        run.err().contains("did you mean `profile`"),
        "{}",
        run.err()
    );
    let folder = folder.with("palisade.toml", "[rules]\nunencrypted-queu = \"off\"\n");
    assert!(
        folder
            .scan(&["."])
            .err()
            .contains("did you mean `unencrypted-queue`")
    );
    assert_eq!(folder.scan(&[".", "--select", "nothing-known"]).code(), 2);
}

#[test]
fn inline_suppressions() {
    let at = |comment: &str| OPEN_QUEUE.replace("false", &format!("false # {comment}"));
    let check = |name: &str, text: String, rules: usize, code: i32| {
        let run = Folder::new(&format!("inline-{name}"))
            .with("t.yaml", text)
            .scan(&["."]);
        assert_eq!(
            (run.rules().len(), run.code()),
            (rules, code),
            "{name}: {}",
            run.out()
        );
        run
    };
    let run = check(
        "ok",
        at("palisade: ignore[unencrypted-queue] holds no data"),
        0,
        0,
    );
    let finding = &run.json()["findings"][0];
    assert_eq!(finding["suppressed"]["reason"], "holds no data");
    assert_eq!(finding["suppressed"]["by"], "inline");
    check(
        "until",
        at("palisade: ignore[unencrypted-queue] for now until=2999-01-01"),
        0,
        0,
    );
    let run = check(
        "ended",
        at("palisade: ignore[unencrypted-queue] for now until=2020-01-01"),
        1,
        1,
    );
    assert!(!run.problems("warning").is_empty());
    let run = check("no-reason", at("palisade: ignore[unencrypted-queue]"), 1, 2);
    assert!(!run.problems("configuration").is_empty());
    let run = check("unknown", at("palisade: ignore[unencrypted-queu] x"), 1, 2);
    assert!(run.problems("configuration")[0].contains("unencrypted-queue"));
    let above = OPEN_QUEUE.replace(
        "      Sqs",
        "      # palisade: ignore[unencrypted-queue] holds no data\n      Sqs",
    );
    check("above", above, 0, 0);
    let unused = format!("# palisade: ignore[unencrypted-queue] nothing here\n{FINE}");
    let run = check("unused", unused, 0, 0);
    assert!(run.problems("warning")[0].contains("silences nothing"));
}

#[test]
fn suppressions_in_metadata() {
    let text = |metadata: &str| {
        format!(
            r#"{{"Resources": {{"Q": {{"Type": "AWS::SQS::Queue", "Metadata": {metadata}, "Properties": {{"SqsManagedSseEnabled": false}}}}}}}}"#
        )
    };
    let ours =
        text(r#"{"Palisade": {"ignore": [{"rule": "unencrypted-queue", "reason": "no data"}]}}"#);
    let run = Folder::new("metadata-ours")
        .with("t.json", ours)
        .scan(&["."]);
    assert_eq!(run.code(), 0, "{}", run.out());
    let theirs = text(r#"{"checkov": {"skip": [{"id": "CKV_AWS_27", "comment": "no data"}]}}"#);
    let run = Folder::new("metadata-theirs")
        .with("t.json", theirs)
        .scan(&["."]);
    assert_eq!(run.code(), 0, "{}", run.out());
    assert_eq!(
        run.json()["findings"][0]["suppressed"]["by"],
        "foreign-comment"
    );
}

#[test]
fn comments_of_other_tools_are_honoured_for_exactly_their_ids() {
    let at =
        |comment: &str| OPEN_QUEUE.replace("  Orders:", &format!("  Orders:\n    # {comment}"));
    let run = Folder::new("foreign")
        .with("t.yaml", at("checkov:skip=CKV_AWS_27:no data"))
        .scan(&["."]);
    assert_eq!(run.code(), 0, "{}", run.out());
    let run = Folder::new("foreign-no-reason")
        .with("t.yaml", at("checkov:skip=CKV_AWS_27"))
        .scan(&["."]);
    assert_eq!((run.code(), run.problems("warning").len()), (0, 1));
    let run = Folder::new("foreign-other")
        .with("t.yaml", at("checkov:skip=CKV_AWS_26:x"))
        .scan(&["."]);
    assert_eq!(run.code(), 1);
}

#[test]
fn exceptions_need_two_people_and_end() {
    let exception = |approver: &str, expires: &str| {
        format!(
            "[[exception]]\nrule = \"unencrypted-queue\"\nresource = \"Ord*\"\nreason = \"migration\"\n\
             compensating-control = \"payload is encrypted by the sender\"\nrequester = \"ann\"\n\
             approver = \"{approver}\"\nexpires = {expires}\n"
        )
    };
    let soon = soon();
    let folder = Folder::new("exceptions")
        .with("t.yaml", OPEN_QUEUE)
        .with("palisade.toml", "");
    let folder = folder.with("exceptions.toml", exception("bob", &soon));
    let run = folder.scan(&["."]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    assert_eq!(run.json()["findings"][0]["suppressed"]["by"], "exception");
    let folder = folder.with("exceptions.toml", exception("ann", &soon));
    let run = folder.scan(&["."]);
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("approver"), "{}", run.err());
    let folder = folder.with("exceptions.toml", exception("bob", "2024-01-01"));
    let run = folder.scan(&["."]);
    assert_eq!(run.code(), 1);
    let message = run.json()["findings"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("ended on 2024-01-01"), "{message}");
}

/// A day within the longest time that the policy allows an exception.
fn soon() -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    palisade_core::Date::from_unix_seconds(now.as_secs())
        .plus_days(10)
        .to_string()
}

#[test]
fn coverage_shows_gaps_plainly() {
    let folder = Folder::new("coverage");
    let run = folder.run(&["coverage", "--format", "json"]);
    assert_eq!(run.code(), 0);
    let json = run.json();
    assert_eq!(json["schema"], "palisade.coverage/1");
    assert_eq!(json["clauses"].as_array().unwrap().len(), 158);
    let clause = |id: &str| {
        json["clauses"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(clause("SCSP-3.1")["status"], "enforced");
    assert_eq!(
        (&clause("SCSP-9.4")["status"], &clause("SCSP-9.4")["gap"]),
        (&"planned".into(), &true.into())
    );
    assert_eq!(clause("SCSP-18.1")["status"], "attested");
    assert_eq!(folder.run(&["coverage", "--fail-on-gap"]).code(), 1);
    assert!(folder.run(&["coverage"]).out().contains("GAP"));
}

#[test]
fn manual_and_completions_come_from_the_definition() {
    let folder = Folder::new("manual");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            folder
                .run(&["completions", shell])
                .out()
                .contains("fail-on"),
            "{shell}"
        );
    }
    assert_eq!(folder.run(&["man", "pages"]).code(), 0);
    let page = std::fs::read_to_string(folder.0.join("pages/palisade-scan.1")).unwrap();
    assert!(page.contains("exit\\-zero"));
}

#[test]
fn the_model_can_be_written() {
    let folder = Folder::new("model").with("t.yaml", OPEN_QUEUE);
    let json = folder.run(&["scan", "--dump-model"]).json();
    assert_eq!(json["schema"], "palisade.model/1");
    let resource = &json["applications"][0]["resources"][0];
    assert_eq!(resource["kind"], "AWS::SQS::Queue");
    assert_eq!(
        resource["properties"]["entries"]["SqsManagedSseEnabled"]["value"],
        false
    );
}
