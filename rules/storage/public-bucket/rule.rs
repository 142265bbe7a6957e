//! Buckets that anyone can read or write.

use crate::prelude::*;
use crate::strangers::{blocked, blocks_public_policy, open_to_anyone};
use palisade_app::graph::{Effect, Grant};
use palisade_rule::FindingBuilder;

pub(crate) static RULE: Rule = Rule {
    id: "public-bucket",
    title: "anyone can use the bucket",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "BPSS-1.2", "SCSP-12.1"],
    cwe: Some(732),
    aliases: &[
        "CKV2_AWS_43",
        "CKV_AWS_20",
        "CKV_AWS_283",
        "CKV_AWS_375",
        "CKV_AWS_57",
        "CKV_AWS_70",
        "S3.2",
        "S3.3",
        "S3_BUCKET_PUBLIC_READ_PROHIBITED",
        "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for bucket in cx.app.of_kind("AWS::S3::Bucket") {
        acl(bucket, sink);
    }
    for grant in &cx.app.graph().grants {
        let written_in = cx.app.resource(&grant.written_in);
        if let Some(policy) = written_in.filter(|r| *r.kind == *"AWS::S3::BucketPolicy")
            && grant.effect == Effect::Allow
        {
            public(cx, grant, bucket_of(grant, cx), policy, sink);
        }
    }
}

/// The bucket that a statement is about.
fn bucket_of<'a>(grant: &Grant, cx: &Context<'a>) -> Option<&'a Resource> {
    let targets = grant.targets.iter().filter_map(|id| cx.app.resource(id));
    targets
        .into_iter()
        .find(|target| *target.kind == *"AWS::S3::Bucket")
}

fn acl(bucket: &Resource, sink: &mut Sink<'_>) {
    let held = blocked(
        bucket,
        [
            "PublicAccessBlockConfiguration.BlockPublicAcls",
            "PublicAccessBlockConfiguration.IgnorePublicAcls",
        ],
    );
    let counts = Want::one_of(
        "OwnershipControls.Rules[].ObjectOwnership",
        &["ObjectWriter", "BucketOwnerPreferred"],
    );
    let void = held.as_ref().is_some_and(Verdict::passes);
    let in_effect = held.is_some() && !void && counts.judge(bucket).passes();
    for (acl, ids, real, reach, severity) in [
        (
            "PublicRead",
            &["CKV_AWS_20"] as &[&str],
            &["S3.2", "S3_BUCKET_PUBLIC_READ_PROHIBITED"] as &[&str],
            "anyone read the bucket",
            Severity::High,
        ),
        (
            "PublicReadWrite",
            &["CKV_AWS_20", "CKV_AWS_57"],
            &[
                "S3.2",
                "S3.3",
                "S3_BUCKET_PUBLIC_READ_PROHIBITED",
                "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
            ],
            "anyone read and write the bucket",
            Severity::Critical,
        ),
        (
            "AuthenticatedRead",
            &["CKV2_AWS_43"],
            &["S3.2", "S3_BUCKET_PUBLIC_READ_PROHIBITED"],
            "everyone with an AWS account read the bucket",
            Severity::High,
        ),
    ] {
        let leaves = bucket.at("AccessControl");
        let verdict = Verdict::of(&leaves, |leaf| {
            leaf.text(Some("Private"), |text| !text.eq_ignore_ascii_case(acl))
        });
        let builder = sink
            .finding(bucket)
            .property("AccessControl")
            .item(acl)
            .help("remove `AccessControl`, and name who may use the bucket in its policy")
            .aliases(ids);
        let builder = builder.aliases(if in_effect { real } else { &[] });
        let builder = told(builder, in_effect, void, reach, severity);
        match &held {
            // Public where the list is there and the block is not.
            Some(held) if in_effect => builder.judge(verdict.or(held.clone())),
            _ => builder.judge(verdict),
        }
    }
    for grant in bucket.at("AccessControlPolicy.Grants[]") {
        let Some((who, everyone, permission)) = given(&grant) else {
            continue;
        };
        let Some((_, ids, real, what, severity)) =
            GRANTS.iter().find(|(name, ..)| *name == permission)
        else {
            continue;
        };
        let builder = sink
            .finding(bucket)
            .property("AccessControlPolicy.Grants")
            .item(format!("{permission} {who}"))
            .help("remove the grant, and name who may use the bucket in its policy")
            .aliases(if everyone { ids } else { &["CKV2_AWS_43"] })
            .aliases(if in_effect { real } else { &[] });
        let builder = told(builder, in_effect, void, &format!("{who} {what}"), *severity);
        let verdict = Verdict::of(&[grant], |_| Answer::No);
        match &held {
            Some(held) if in_effect => builder.judge(verdict.or(held.clone())),
            _ => builder.judge(verdict),
        }
    }
}

/// Whether a list lets somebody in depends on what else is said of the bucket.
fn told<'s, 'a>(
    builder: FindingBuilder<'s, 'a>,
    in_effect: bool,
    void: bool,
    reach: &str,
    severity: Severity,
) -> FindingBuilder<'s, 'a> {
    if in_effect {
        builder
            .message(format!("the access control list lets {reach}"))
            .severity(severity)
    } else if void {
        builder
            .message(format!(
                "the access control list would let {reach}; the public access block makes it void"
            ))
            .severity(Severity::Low)
            .profile(Profile::All)
    } else {
        builder
            .message(format!(
                "the access control list lets {reach}, unless the bucket was created since April 2023: \
                 then S3 refuses the list"
            ))
            .severity(Severity::Medium)
            .confidence(Confidence::Medium)
    }
}

const PUBLIC_READ: &[&str] = &["S3.2", "S3_BUCKET_PUBLIC_READ_PROHIBITED"];
const PUBLIC_WRITE: &[&str] = &["S3.3", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"];

/// What a grant lets everyone do.
type Granted = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
    Severity,
);

/// Permission, ids that read the list alone, ids of what is so, what it means, how bad it is.
const GRANTS: &[Granted] = &[
    (
        "READ",
        &["CKV_AWS_20"],
        PUBLIC_READ,
        "list the bucket",
        Severity::High,
    ),
    (
        "WRITE",
        &["CKV_AWS_57"],
        PUBLIC_WRITE,
        "write into the bucket",
        Severity::Critical,
    ),
    (
        "READ_ACP",
        &["CKV_AWS_375"],
        &[],
        "read who may use the bucket",
        Severity::Medium,
    ),
    (
        "WRITE_ACP",
        &[],
        &[],
        "change who may use the bucket",
        Severity::Critical,
    ),
    (
        "FULL_CONTROL",
        &["CKV_AWS_20", "CKV_AWS_375", "CKV_AWS_57"],
        PUBLIC_WRITE,
        "do everything with the bucket",
        Severity::Critical,
    ),
];

/// To whom a grant is given when that is everyone, whether without an account, and what.
fn given<'v>(grant: &Leaf<'v>) -> Option<(&'static str, bool, &'v str)> {
    let group = grant.value.get("Grantee")?.get("URI")?.as_text()?;
    let permission = grant.value.get("Permission")?.as_text()?;
    match group.rsplit('/').next()? {
        "AllUsers" => Some(("anyone", true, permission)),
        "AuthenticatedUsers" => Some(("everyone with an AWS account", false, permission)),
        _ => None,
    }
}

const WRITES: &[&str] = &["s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl", "s3:PutBucketPolicy"];
const READS: &[&str] = &["s3:GetObject", "s3:GetObjectVersion"];

fn public(
    cx: &Context<'_>,
    grant: &Grant,
    bucket: Option<&Resource>,
    policy: &Resource,
    sink: &mut Sink<'_>,
) {
    let open = |actions: &[&str]| open_to_anyone(cx, grant, actions);
    let (written, listed, read) = (open(WRITES), open(&["s3:ListBucket"]), open(READS));
    let (writes, lists) = (written.is_some(), listed.is_some());
    let reads = lists || read.is_some();
    let Some(open) = written.or(read).or(listed) else {
        return;
    };
    let held = bucket.and_then(blocks_public_policy);
    let website = bucket.is_some_and(|bucket| {
        Want::present("WebsiteConfiguration").judge(bucket).passes() && !writes && !lists
    });
    let ids: &[&str] = match (reads, writes) {
        (true, true) => &[
            "S3.2",
            "S3.3",
            "S3_BUCKET_PUBLIC_READ_PROHIBITED",
            "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
        ],
        (false, true) => &["S3.3", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"],
        _ => &["S3.2", "S3_BUCKET_PUBLIC_READ_PROHIBITED"],
    };
    let does = match (reads, writes) {
        (true, true) => "read and change",
        (false, true) => "change",
        _ => "read",
    };
    let help = "name who may use the bucket in `Principal`, and set all of `PublicAccessBlockConfiguration`";
    let at = &grant.principal_at;
    let about = bucket.unwrap_or(policy);
    let builder = sink
        .finding(about)
        .property("PolicyDocument.Statement[].Principal")
        .item(format!("{} {}", policy.id, grant.actions.join(" ")))
        .at(at)
        .aliases(&["CKV_AWS_283", "CKV_AWS_70"])
        .help(help);
    let builder = if website {
        builder
            .message("the website is served straight from the bucket, whose endpoint speaks plain HTTP only")
            .help("serve it through CloudFront with an origin access control, and keep the bucket private")
            .severity(Severity::Medium)
    } else if held.is_some() {
        let severity = if writes {
            Severity::Critical
        } else {
            Severity::High
        };
        builder
            .message(format!(
                "the policy lets anyone {does} the bucket's objects, and nothing blocks it"
            ))
            .aliases(ids)
            .severity(severity)
    } else {
        builder
            .message(format!(
                "the policy lets anyone {does} the bucket's objects, unless the bucket was created since \
                 April 2023: then S3 refuses the policy"
            ))
            .severity(Severity::Medium)
            .confidence(Confidence::Medium)
    };
    builder
        .witness(open.witness.as_ref(), &cx.access().symbols)
        .judge(match held {
            Some(held) => open.verdict.or(held),
            None => open.verdict,
        });
}
