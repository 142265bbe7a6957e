//! Secrets that stay the same for good, or for longer than 90 days.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unrotated-secret",
    title: "the secret is not rotated",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-2.4", "SCSP-5.1"],
    cwe: Some(324),
    aliases: &[
        "CKV2_AWS_57",
        "CKV_AWS_304",
        "SecretsManager.1",
        "SECRETSMANAGER_ROTATION_ENABLED_CHECK",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::SecretsManager::Secret",
            "AWS::SecretsManager::RotationSchedule",
        ],
        check,
    },
};

/// The most days that a secret may live.
const MOST_DAYS: f64 = 90.0;

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    if &*resource.kind == "AWS::SecretsManager::RotationSchedule" {
        return schedule(resource, sink);
    }
    let schedules = "AWS::SecretsManager::RotationSchedule";
    let targets = "AWS::SecretsManager::SecretTargetAttachment";
    let scheduled = |id: &str| cx.app.attached(schedules, "SecretId", id).next().is_some();
    // The schedule may name the attachment, whose reference is the secret's ARN.
    let through_target = cx
        .app
        .attached(targets, "SecretId", &resource.id)
        .any(|target| scheduled(&target.id));
    if scheduled(&resource.id) || through_target {
        return;
    }
    sink.finding(resource)
        .property("RotationSchedule")
        .message("nothing rotates this secret: a copy that leaks once stays valid until somebody notices")
        .help("add an `AWS::SecretsManager::RotationSchedule` for it")
        .aliases(&["CKV2_AWS_57", "SecretsManager.1", "SECRETSMANAGER_ROTATION_ENABLED_CHECK"])
        .report();
}

fn schedule(resource: &Resource, sink: &mut Sink<'_>) {
    let days = Verdict::of(
        &resource.at("RotationRules.AutomaticallyAfterDays"),
        |leaf| leaf.number(None, |days| days <= MOST_DAYS),
    );
    let expression = Verdict::of(&resource.at("RotationRules.ScheduleExpression"), |leaf| {
        // A calendar expression can't leave out more than a year; those that name months are
        // left to the reader.
        leaf.text(None, |text| {
            text.starts_with("cron") || rate_days(text).is_some_and(|d| d <= MOST_DAYS)
        })
    });
    sink.finding(resource)
        .property("RotationRules.AutomaticallyAfterDays")
        .message("the secret is rotated less often than every 90 days")
        .help("set `RotationRules.AutomaticallyAfterDays` to 90 or less")
        .aliases(&["CKV_AWS_304"])
        .judge(days.or(expression));
}

/// The days of a rate expression: `rate(30 days)`.
fn rate_days(text: &str) -> Option<f64> {
    let inner = text.trim().strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inner.trim().split_once(' ')?;
    let count: f64 = count.parse().ok()?;
    Some(if unit.starts_with("hour") {
        count / 24.0
    } else {
        count
    })
}
