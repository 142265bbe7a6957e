//! Repositories whose image tags can be moved.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "mutable-image-tags",
    title: "image tags can be moved to another image",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-15.2", "SCSP-17.1"],
    cwe: Some(494),
    aliases: &[
        "CKV_AWS_51",
        "ECR.2",
        "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::ECR::Repository"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let verdict = Verdict::of(&resource.at("ImageTagMutability"), |leaf| {
        leaf.text(Some("MUTABLE"), |text| text.starts_with("IMMUTABLE"))
    });
    let runs = cx
        .app
        .attached("AWS::Lambda::Function", "Code", &resource.id)
        .next()
        .is_some();
    let (message, profile, severity) = if runs {
        (
            "a function runs images of this repository by tag: whoever can push can put other code under a reviewed tag",
            Profile::Default,
            Severity::Medium,
        )
    } else {
        (
            "tags can be moved: the image that was reviewed need not be the one that runs",
            Profile::All,
            Severity::Low,
        )
    };
    sink.finding(resource)
        .property("ImageTagMutability")
        .message(message)
        .help("set `ImageTagMutability: IMMUTABLE`")
        .aliases(&[
            "CKV_AWS_51",
            "ECR.2",
            "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED",
        ])
        .profile(profile)
        .severity(severity)
        .judge(verdict);
}
