//! Container images that are named by something that can be moved.

use crate::prelude::*;
use palisade_app::Part;

pub(crate) static RULE: Rule = Rule {
    id: "unpinned-image",
    title: "a container image is named by a tag that can be moved",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-17.2", "SCSP-15.2"],
    cwe: Some(829),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::AppRunner::Service",
            "AWS::Batch::JobDefinition",
            "AWS::ECS::TaskDefinition",
            "AWS::Lambda::Function",
            "AWS::SageMaker::Model",
        ],
        check,
    },
};

const PATHS: &[(&str, &str)] = &[
    (
        "AWS::AppRunner::Service",
        "SourceConfiguration.ImageRepository.ImageIdentifier",
    ),
    ("AWS::Batch::JobDefinition", "ContainerProperties.Image"),
    ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].Image"),
    ("AWS::Lambda::Function", "Code.ImageUri"),
    ("AWS::SageMaker::Model", "PrimaryContainer.Image"),
];

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let paths = PATHS.iter().filter(|(kind, _)| *kind == &*resource.kind);
    for (_, path) in paths {
        for leaf in resource.at(path) {
            let Some(parts) = leaf.value.parts() else {
                continue;
            };
            // Only a text whose end is literal tells its tag.
            let Some(Part::Literal(end)) = parts.last() else {
                continue;
            };
            if end.contains("@sha256:") || end.starts_with("s3://") {
                continue;
            }
            let text = leaf.value.display();
            let private = text.contains(".dkr.ecr.") || parts.len() > 1;
            let tag = end
                .rsplit('/')
                .next()
                .and_then(|last| last.rsplit_once(':'))
                .map(|(_, tag)| tag);
            // A function's image always lies in a private registry of the same region.
            let elsewhere = !private && &*resource.kind != "AWS::Lambda::Function";
            let moving = matches!(tag, None | Some("" | "latest"));
            let message = match (elsewhere, moving) {
                (true, true) => format!(
                    "image `{text}` is whatever its publisher pushed last: nobody reviewed what will run"
                ),
                (false, true) => format!("image `{text}` is whatever was pushed last"),
                _ => format!("image `{text}` is named by a tag, which can be moved to other code"),
            };
            sink.finding(resource)
                .property(path)
                .item(text)
                .profile(if elsewhere && moving {
                    Profile::Default
                } else {
                    Profile::All
                })
                .severity(if moving {
                    Severity::Low
                } else {
                    Severity::Info
                })
                .message(message)
                .help("name the image by its digest: `repository@sha256:…`")
                .judge(Verdict::of(&[leaf], |_| Answer::No));
        }
    }
}
