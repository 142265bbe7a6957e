//! Clusters that no backup plan covers.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-backup-plan",
    title: "no backup plan covers the cluster",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &["CKV2_AWS_8"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::RDS::DBCluster"],
        check,
    },
};

fn check(cluster: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let covered = cx
        .app
        .of_kind("AWS::Backup::BackupSelection")
        .any(|selection| {
            let listed = selection.at("BackupSelection.Resources[]");
            let all = listed.iter().any(|leaf| match leaf.value.as_text() {
                Some(text) => text.contains('*'),
                None => matches!(leaf.value.data, Data::Unknown(_)),
            });
            let tagged = ["BackupSelection.ListOfTags", "BackupSelection.Conditions"]
                .iter()
                .any(|path| {
                    selection
                        .at(path)
                        .iter()
                        .any(|leaf| leaf.present() != Answer::No)
                });
            all || tagged || selection.refers_to("BackupSelection.Resources", &cluster.id)
        });
    sink.finding(cluster)
        .message("no backup plan covers the cluster: its automatic backups go when it goes")
        .help("add the cluster to the `Resources` of an `AWS::Backup::BackupSelection`")
        .aliases(&["CKV2_AWS_8"])
        .judge(Verdict::always(covered.into(), &cluster.origin));
}
