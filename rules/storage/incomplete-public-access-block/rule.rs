//! Public access blocks that are missing, or have a gap.

use crate::prelude::*;

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
    message: &'static str,
}

const SETTINGS: &[Setting] = &[
    Setting {
        path: "PublicAccessBlockConfiguration.BlockPublicAcls",
        about_acls: true,
        ids: &["CKV_AWS_53", "CKV2_AWS_6"],
        message: "access control lists that make objects public are accepted",
    },
    Setting {
        path: "PublicAccessBlockConfiguration.BlockPublicPolicy",
        about_acls: false,
        ids: &["CKV_AWS_54", "CKV2_AWS_6"],
        message: "a policy that makes the bucket public is accepted",
    },
    Setting {
        path: "PublicAccessBlockConfiguration.IgnorePublicAcls",
        about_acls: true,
        ids: &["CKV_AWS_55"],
        message: "access control lists that make objects public take effect",
    },
    Setting {
        path: "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        about_acls: false,
        ids: &["CKV_AWS_56"],
        message: "a policy that makes the bucket public takes effect",
    },
];

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
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
    for setting in SETTINGS {
        let ids: &[&str] = match &*resource.kind {
            BUCKET => setting.ids,
            "AWS::S3::AccessPoint" => &[
                "CKV_AWS_392",
                "S3.19",
                "S3_ACCESS_POINT_PUBLIC_ACCESS_BLOCKS",
            ],
            _ => &["S3.24"],
        };
        // An access point keeps the default, which blocks, for what is left out.
        let want = Want {
            path: setting.path,
            is: Is::True { default: !bucket },
        };
        let mut builder = sink
            .finding(resource)
            .property(setting.path)
            .message(setting.message)
            .help("set all four settings of `PublicAccessBlockConfiguration` to `true`")
            .aliases(ids);
        if bucket {
            builder = builder.aliases(&["S3.8", "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"]);
        }
        if setting.about_acls && !acls {
            builder = builder.profile(Profile::All);
        }
        builder.judge(want.judge(resource));
    }
}

fn absent(bucket: &Resource) -> bool {
    let leaves = bucket.at(BLOCK);
    leaves.iter().all(|leaf| leaf.present() == Answer::No)
}
