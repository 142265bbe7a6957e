//! Repositories whose images nobody scans.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unscanned-images",
    title: "images are not scanned when they are pushed",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.2", "SCSP-14.4"],
    cwe: Some(1395),
    aliases: &["CKV_AWS_163", "ECR.1", "ECR_PRIVATE_IMAGE_SCANNING_ENABLED"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::ECR::Repository"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    // A scanning configuration of the registry takes the place of the repositories' own.
    if cx
        .app
        .of_kind("AWS::ECR::RegistryScanningConfiguration")
        .next()
        .is_some()
    {
        return;
    }
    let leaves = resource.at("ImageScanningConfiguration.ScanOnPush");
    let written = leaves.iter().any(|leaf| leaf.value.data != Data::Absent);
    let verdict = Verdict::of(&leaves, |leaf| leaf.bool(false));
    let (message, profile) = if written {
        (
            "scanning is switched off: images with known holes are deployed without anybody knowing",
            Profile::Default,
        )
    } else {
        (
            "images are not scanned on push unless the registry says so: known holes in them go unnoticed",
            Profile::All,
        )
    };
    sink.finding(resource)
        .property("ImageScanningConfiguration.ScanOnPush")
        .message(message)
        .help("set `ImageScanningConfiguration.ScanOnPush: true`, or configure scanning for the registry")
        .aliases(&["CKV_AWS_163", "ECR.1", "ECR_PRIVATE_IMAGE_SCANNING_ENABLED"])
        .profile(profile)
        .judge(verdict);
}
