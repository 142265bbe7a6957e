//! Public access blocks that are missing, or have a gap.

use crate::prelude::*;
use palisade_app::graph::{Effect, Principal};

pub(crate) static RULE: Rule = Rule {
    id: "incomplete-public-access-block",
    title: "the block against public access is missing or incomplete",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "BPSS-1.2"],
    cwe: Some(732),
    aliases: &[
        "CKV2_AWS_6",
        "CKV_AWS_53",
        "CKV_AWS_54",
        "CKV_AWS_55",
        "CKV_AWS_56",
        "CKV_AWS_392",
        "S3.8",
        "S3.19",
        "S3.24",
        "S3_ACCESS_POINT_PUBLIC_ACCESS_BLOCKS",
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::S3::Bucket",
            "AWS::S3::AccessPoint",
            "AWS::S3::MultiRegionAccessPoint",
        ],
        check,
    },
};

const BLOCK: &str = "PublicAccessBlockConfiguration";
const BUCKET: &str = "AWS::S3::Bucket";

struct Setting {
    path: &'static str,
    about_acls: bool,
    ids: &'static [&'static str],
}

const SETTINGS: &[Setting] = &[
    Setting {
        path: "PublicAccessBlockConfiguration.BlockPublicPolicy",
        about_acls: false,
        ids: &["CKV_AWS_54", "CKV2_AWS_6"],
    },
    Setting {
        path: "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        about_acls: false,
        ids: &["CKV_AWS_56"],
    },
    Setting {
        path: "PublicAccessBlockConfiguration.BlockPublicAcls",
        about_acls: true,
        ids: &["CKV_AWS_53", "CKV2_AWS_6"],
    },
    Setting {
        path: "PublicAccessBlockConfiguration.IgnorePublicAcls",
        about_acls: true,
        ids: &["CKV_AWS_55"],
    },
];

/// The settings that are off under the same conditions.
struct Gap<'a> {
    when: Vec<String>,
    settings: Vec<&'a Setting>,
    verdict: Verdict,
}

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let bucket = *resource.kind == *BUCKET;
    if bucket && absent(resource) {
        let ids = [
            "CKV_AWS_53",
            "CKV_AWS_54",
            "CKV_AWS_55",
            "CKV_AWS_56",
            "CKV2_AWS_6",
        ];
        sink.finding(resource)
            .property(BLOCK)
            .message("the block against public access is left to the provider's default")
            .help("set all four settings of `PublicAccessBlockConfiguration` to say so")
            .aliases(&ids)
            .severity(Severity::Info)
            .profile(Profile::All)
            .report();
        return;
    }
    let acls = Want::one_of(
        "OwnershipControls.Rules[].ObjectOwnership",
        &["ObjectWriter", "BucketOwnerPreferred"],
    );
    let acls = bucket && acls.judge(resource).passes();
    let mut gaps: Vec<Gap<'_>> = Vec::new();
    for setting in SETTINGS {
        // An access point keeps the default, which blocks, for what is left out.
        let want = Want {
            path: setting.path,
            is: Is::True { default: !bucket },
        };
        let verdict = want.judge(resource);
        if !verdict.fails() {
            // Passes, or can't be decided.
            sink.finding(resource)
                .property(setting.path)
                .aliases(ids(resource, &[setting]).as_slice())
                .judge(verdict);
            continue;
        }
        let when = verdict.failing_when();
        match gaps.iter_mut().find(|gap| gap.when == when) {
            Some(gap) => gap.settings.push(setting),
            None => gaps.push(Gap {
                when,
                settings: vec![setting],
                verdict,
            }),
        }
    }
    let public = bucket && is_public(resource, cx.app);
    for gap in gaps {
        let matters = gap.settings.iter().any(|s| !s.about_acls || acls);
        let builder = sink
            .finding(resource)
            .property(BLOCK)
            .item(gap.when.join(" and "))
            .message(message(&gap.settings, acls))
            .help("set all four settings of `PublicAccessBlockConfiguration` to `true`")
            .aliases(ids(resource, &gap.settings).as_slice());
        let builder = match resource.properties.entry(BLOCK) {
            Some(block) if gap.settings.len() > 1 => builder.at(&block.key_origin),
            _ => builder,
        };
        // Where something is public already, `public-bucket` says so.
        let builder = if matters && !public {
            builder
        } else {
            builder.profile(Profile::All)
        };
        builder.judge(gap.verdict);
    }
}

/// The ids of other tools that fail for these settings.
fn ids(resource: &Resource, settings: &[&Setting]) -> Vec<&'static str> {
    let mut ids: Vec<&str> = match &*resource.kind {
        BUCKET => settings.iter().flat_map(|s| s.ids).copied().collect(),
        "AWS::S3::AccessPoint" => vec![
            "CKV_AWS_392",
            "S3.19",
            "S3_ACCESS_POINT_PUBLIC_ACCESS_BLOCKS",
        ],
        _ => vec!["S3.24"],
    };
    if &*resource.kind == BUCKET {
        ids.extend(["S3.8", "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"]);
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Which settings are off, and what that lets through.
fn message(settings: &[&Setting], acls: bool) -> String {
    let name = |setting: &&Setting| setting.path.rsplit('.').next().unwrap_or(BLOCK);
    let names: Vec<String> = settings
        .iter()
        .map(name)
        .map(|n| format!("`{n}`"))
        .collect();
    let names = match names.as_slice() {
        [name] => format!("{name} is"),
        [rest @ .., last] => format!("{} and {last} are", rest.join(", ")),
        [] => String::new(),
    };
    let off = |key| settings.iter().any(|s| name(s) == key);
    let policy = match (off("BlockPublicPolicy"), off("RestrictPublicBuckets")) {
        (true, true) => "the next policy that makes the bucket public is accepted and takes effect",
        (true, false) => "a policy that makes the bucket public is accepted",
        (false, true) => "a policy that makes the bucket public takes effect",
        (false, false) => "",
    };
    let lists = match (off("BlockPublicAcls"), off("IgnorePublicAcls")) {
        _ if !acls && !policy.is_empty() => "",
        (true, true) => "access control lists that make objects public are accepted and take effect",
        (true, false) => "access control lists that make objects public are accepted",
        (false, true) => "access control lists that make objects public take effect",
        (false, false) => "",
    };
    let comma = match policy.is_empty() || lists.is_empty() {
        true => "",
        false => ", and ",
    };
    format!("{names} off: {policy}{comma}{lists}")
}

/// Whether a list or a policy of the template makes the bucket public.
fn is_public(bucket: &Resource, app: &Application) -> bool {
    let list = Want {
        path: "AccessControl",
        is: Is::NotIn {
            texts: &["PublicRead", "PublicReadWrite", "AuthenticatedRead"],
        },
    };
    let name = bucket.properties.get("BucketName");
    let policies = app.of_kind("AWS::S3::BucketPolicy").filter(|policy| {
        let named = policy.properties.get("Bucket");
        policy.refers_to("Bucket", &bucket.id)
            || named
                .zip(name)
                .is_some_and(|(named, name)| named.parts().is_some() && named.data == name.data)
    });
    let ids: Vec<_> = policies.map(|policy| policy.id.clone()).collect();
    list.judge(bucket).fails()
        || app.graph().grants.iter().any(|grant| {
            ids.contains(&grant.written_in)
                && grant.effect == Effect::Allow
                && !grant.except
                && grant.conditions.is_empty()
                && grant.conditions_open.is_none()
                && grant.principals.contains(&Principal::Anyone)
        })
}

fn absent(bucket: &Resource) -> bool {
    let leaves = bucket.at(BLOCK);
    leaves.iter().all(|leaf| leaf.present() == Answer::No)
}
