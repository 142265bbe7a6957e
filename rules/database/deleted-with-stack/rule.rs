//! Data that goes when its stack goes.

use crate::prelude::*;
use palisade_app::lookup::leaves;

pub(crate) static RULE: Rule = Rule {
    id: "deleted-with-stack",
    title: "the data is deleted with the stack",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::DynamoDB::Table",
            "AWS::DynamoDB::GlobalTable",
            "AWS::EFS::FileSystem",
            "AWS::RDS::DBInstance",
            "AWS::RDS::DBCluster",
            "AWS::DocDB::DBCluster",
            "AWS::Neptune::DBCluster",
            "AWS::Redshift::Cluster",
        ],
        check,
    },
};

/// Makes a snapshot by itself when nothing is said.
const SNAPSHOT: &[&str] = &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let member = Want::present("DBClusterIdentifier").judge(resource);
    if *resource.kind == *"AWS::RDS::DBInstance" && member.passes() {
        return;
    }
    let default = SNAPSHOT.contains(&&*resource.kind).then_some("Snapshot");
    let policy = leaves(&resource.attributes, "DeletionPolicy", &resource.origin);
    let verdict = Verdict::of(&policy, |leaf| {
        leaf.text(default, |text| {
            ["Retain", "Snapshot", "RetainExceptOnCreate"]
                .iter()
                .any(|keeps| text.eq_ignore_ascii_case(keeps))
        })
    });
    sink.finding(resource)
        .property("DeletionPolicy")
        .message("the data is deleted, without a snapshot, when the resource leaves the template")
        .help("set `DeletionPolicy` and `UpdateReplacePolicy` to `Retain` or `Snapshot`")
        .in_terraform("set `prevent_destroy = true` in its `lifecycle` block; a database can also leave a last snapshot (`skip_final_snapshot = false`)")
        .judge(verdict);
}
