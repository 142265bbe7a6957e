//! Folders of Terraform that call each other: each finding is told once, and none is lost.

use crate::Folder;

const QUEUE: &str =
    "resource \"aws_sqs_queue\" \"orders\" {\n  sqs_managed_sse_enabled = false\n}\n";

/// Places of the findings of `unencrypted-queue`.
fn places(folder: &Folder) -> Vec<String> {
    let report = folder.scan(&["--select", "unencrypted-queue"]).json();
    let findings = report["findings"].as_array().unwrap().iter();
    let queues = findings.filter(|finding| finding["rule"] == "unencrypted-queue");
    queues
        .map(|finding| {
            let (place, address) = (&finding["location"], &finding["resource"]["address"]);
            format!(
                "{}:{} {}",
                place["file"].as_str().unwrap(),
                place["line"],
                address.as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn a_called_module_is_judged_for_its_calls() {
    let folder = Folder::new("modules-called")
        .with(
            "main.tf",
            "module \"inner\" {\n  source = \"./modules/queue\"\n}\n",
        )
        .with("modules/queue/main.tf", QUEUE)
        .with(
            "examples/a/main.tf",
            "module \"a\" {\n  source = \"../../\"\n}\n",
        )
        .with(
            "examples/b/main.tf",
            "module \"b\" {\n  source = \"../../\"\n}\n",
        );
    assert_eq!(
        places(&folder),
        [
            "modules/queue/main.tf:2 module.a.module.inner.aws_sqs_queue.orders",
            "modules/queue/main.tf:2 module.b.module.inner.aws_sqs_queue.orders",
        ]
    );
    let report = folder.scan(&[]).json();
    assert_eq!(report["stats"]["files"], 4);
    assert_eq!(report["stats"]["templates"], 4);
}

#[test]
fn a_module_that_no_call_brings_in_is_judged_by_itself() {
    let by_itself = "modules/queue/main.tf:2 aws_sqs_queue.orders";
    let switched_off = Folder::new("modules-off")
        .with(
            "main.tf",
            "module \"inner\" {\n  count  = 0\n  source = \"./modules/queue\"\n}\n",
        )
        .with("modules/queue/main.tf", QUEUE);
    assert_eq!(places(&switched_off), [by_itself]);
    let uncalled = Folder::new("modules-uncalled")
        .with("main.tf", "locals {}\n")
        .with("modules/queue/main.tf", QUEUE);
    assert_eq!(places(&uncalled), [by_itself]);
    // Of folders that call each other, the first is the root.
    let round = Folder::new("modules-round")
        .with("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n")
        .with(
            "b/main.tf",
            format!("{QUEUE}module \"a\" {{\n  source = \"../a\"\n}}\n"),
        );
    let found = places(&round);
    assert!(found[0].starts_with("b/main.tf:2 module.b."), "{found:?}");
}
