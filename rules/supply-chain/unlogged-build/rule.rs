//! Builds that leave no log.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unlogged-build",
    title: "builds leave no log",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.1", "SCSP-17.1"],
    cwe: Some(778),
    aliases: &[
        "CKV_AWS_314",
        "CodeBuild.4",
        "CODEBUILD_PROJECT_LOGGING_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::CodeBuild::Project"],
        check,
    },
};

const IDS: &[&str] = &[
    "CKV_AWS_314",
    "CodeBuild.4",
    "CODEBUILD_PROJECT_LOGGING_ENABLED",
];

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let status = |path: &str, default| {
        Verdict::of(&resource.at(path), |leaf| {
            leaf.text(Some(default), |text| text == "ENABLED")
        })
    };
    let verdict = |default| {
        status("LogsConfig.CloudWatchLogs.Status", default)
            .or(status("LogsConfig.S3Logs.Status", "DISABLED"))
    };
    // Logs go to CloudWatch unless that is switched off.
    let decided = verdict("ENABLED");
    let finding = sink.finding(resource).property("LogsConfig").aliases(IDS);
    if decided.passes() && !verdict("DISABLED").passes() {
        finding
            .message("logging is left to the provider's default (a log group of the project)")
            .help("set `LogsConfig.CloudWatchLogs.Status: ENABLED` to say so")
            .severity(Severity::Info)
            .profile(Profile::All)
            .judge(verdict("DISABLED"));
    } else {
        finding
            .message("builds leave no log: what a build did to the code that you deploy cannot be found out")
            .help("set `LogsConfig.CloudWatchLogs.Status: ENABLED`")
            .judge(decided);
    }
}
