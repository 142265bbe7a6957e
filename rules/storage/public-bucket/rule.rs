//! Buckets that anyone can read or write.

use crate::prelude::*;
use crate::strangers::{blocked, blocks_public_policy, open_to_anyone};
use palisade_app::graph::{Effect, Grant};

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

/// What the access control list of a bucket lets strangers do.
struct Opening {
    property: &'static str,
    item: String,
    ids: &'static [&'static str],
    /// Ids for what is really open.
    real: &'static [&'static str],
    reach: String,
    severity: Severity,
    verdict: Verdict,
}

const READ_IDS: &[&str] = &["S3.2", "S3_BUCKET_PUBLIC_READ_PROHIBITED"];
const WRITE_IDS: &[&str] = &["S3.3", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"];
const BOTH_IDS: &[&str] = &[
    "S3.2",
    "S3.3",
    "S3_BUCKET_PUBLIC_READ_PROHIBITED",
    "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
];

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
    for opening in canned(bucket).into_iter().chain(granted(bucket, sink)) {
        let Opening { reach, verdict, .. } = opening;
        let builder = sink
            .finding(bucket)
            .property(opening.property)
            .item(opening.item)
            .help(match opening.property {
                CANNED => "remove `AccessControl`, and name who may use the bucket in its policy",
                _ => "remove the grant, and name who may use the bucket in its policy",
            })
            .aliases(opening.ids);
        let builder = if in_effect {
            builder
                .message(format!("the access control list lets {reach}"))
                .aliases(opening.real)
                .severity(opening.severity)
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
        };
        match &held {
            // Public where the list is there and the block is not.
            Some(held) if in_effect => builder.judge(verdict.or(held.clone())),
            _ => builder.judge(verdict),
        }
    }
}

const CANNED: &str = "AccessControl";

/// The lists that S3 has names for.
fn canned(bucket: &Resource) -> Vec<Opening> {
    let lists: [(&str, &[&str], _, _, _); 3] = [
        (
            "PublicRead",
            &["CKV_AWS_20"],
            READ_IDS,
            "anyone read the bucket",
            Severity::High,
        ),
        (
            "PublicReadWrite",
            &["CKV_AWS_20", "CKV_AWS_57"],
            BOTH_IDS,
            "anyone read and write the bucket",
            Severity::Critical,
        ),
        (
            "AuthenticatedRead",
            &["CKV2_AWS_43"],
            READ_IDS,
            "everyone with an AWS account read the bucket",
            Severity::High,
        ),
    ];
    let leaves = bucket.at(CANNED);
    let openings = lists.into_iter().map(|(acl, ids, real, reach, severity)| Opening {
        property: CANNED,
        item: acl.to_owned(),
        ids,
        real,
        reach: reach.to_owned(),
        severity,
        verdict: Verdict::of(&leaves, |leaf| {
            leaf.text(Some("Private"), |text| !text.eq_ignore_ascii_case(acl))
        }),
    });
    openings.collect()
}

/// The grants to everyone that stand in a list of the bucket's own.
fn granted(bucket: &Resource, sink: &mut Sink<'_>) -> Vec<Opening> {
    let leaves = bucket.at("AccessControlPolicy.Grants[]");
    let mut found: Vec<Opening> = Vec::new();
    for (leaf, grant) in leaves.iter().map(|leaf| (leaf, leaf.value)) {
        let uri = grant.get("Grantee").and_then(|grantee| grantee.get("URI"));
        let (who, group) = match uri.and_then(Value::as_text) {
            Some(uri) if uri.ends_with("/global/AllUsers") => ("anyone", "AllUsers"),
            Some(uri) if uri.ends_with("/global/AuthenticatedUsers") => {
                ("everyone with an AWS account", "AuthenticatedUsers")
            }
            _ => {
                unsure(bucket, leaf, uri.unwrap_or(grant), sink);
                continue;
            }
        };
        let permission = grant.get("Permission");
        let permission = permission.and_then(Value::as_text).unwrap_or_default();
        let Some((_, ids, real, does, severity)) =
            GRANTS.iter().copied().find(|(name, ..)| *name == permission)
        else {
            unsure(bucket, leaf, grant.get("Permission").unwrap_or(grant), sink);
            continue;
        };
        let item = format!("{group} {permission}");
        if found.iter().any(|opening| opening.item == item) {
            continue;
        }
        found.push(Opening {
            property: "AccessControlPolicy.Grants",
            item,
            ids: if group == "AllUsers" { ids } else { &["CKV2_AWS_43"] },
            real,
            reach: format!("{who} {does}"),
            severity,
            verdict: Verdict::of(&leaves, |other| {
                Answer::from(!std::ptr::eq(other.value, leaf.value))
            }),
        });
    }
    found
}

/// Says so when a part of a grant is not known.
fn unsure(bucket: &Resource, leaf: &Leaf<'_>, value: &Value, sink: &mut Sink<'_>) {
    let open = matches!(value.data, Data::Unknown(_) | Data::Symbolic(_) | Data::OneOf(_));
    if let (true, Answer::Unknown(reason)) = (open, Leaf { value, ..leaf.clone() }.undecided()) {
        sink.unresolved(bucket, &reason, leaf.at);
    }
}

/// Permission, ids that read the list alone, ids of what is so, what it means, how bad it is.
type Granted = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
    Severity,
);

/// What a grant to everyone lets them do. Who may change the list may give himself the rest.
const GRANTS: &[Granted] = &[
    ("READ", &["CKV_AWS_20"], READ_IDS, "list the bucket", Severity::High),
    ("WRITE", &["CKV_AWS_57"], WRITE_IDS, "write to the bucket", Severity::Critical),
    ("READ_ACP", &["CKV_AWS_375"], &[], "read who may use the bucket", Severity::Medium),
    (
        "WRITE_ACP",
        &["CKV_AWS_57"],
        WRITE_IDS,
        "decide who may use the bucket",
        Severity::Critical,
    ),
    (
        "FULL_CONTROL",
        &["CKV_AWS_20", "CKV_AWS_375", "CKV_AWS_57"],
        BOTH_IDS,
        "do everything with the bucket",
        Severity::Critical,
    ),
];

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
