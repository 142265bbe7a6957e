//! Databases that accept connections without TLS.

use crate::prelude::*;
use palisade_app::lookup::leaves;
use palisade_app::{Reason, ReasonKind};

pub(crate) static RULE: Rule = Rule {
    id: "unforced-database-tls",
    title: "the database accepts connections without TLS",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.3"],
    cwe: Some(319),
    aliases: &[
        "CKV2_AWS_69",
        "CKV_AWS_90",
        "RDS.38",
        "RDS.39",
        "Redshift.2",
        "REDSHIFT_REQUIRE_TLS_SSL",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::RDS::DBInstance",
            "AWS::RDS::DBCluster",
            "AWS::DocDB::DBClusterParameterGroup",
            "AWS::Redshift::ClusterParameterGroup",
        ],
        check,
    },
};

/// What an engine does when nobody tells it.
struct Engine {
    parameter: &'static str,
    /// Whether it forces TLS by itself; nothing when that can't be told.
    forces: Option<bool>,
    ids: &'static [&'static str],
}

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    match &*resource.kind {
        "AWS::DocDB::DBClusterParameterGroup" => documents(resource, sink),
        "AWS::Redshift::ClusterParameterGroup" => warehouse(resource, sink),
        _ => relational(resource, cx, sink),
    }
}

fn documents(group: &Resource, sink: &mut Sink<'_>) {
    let want = Want {
        path: "Parameters.tls",
        is: Is::NotIn {
            texts: &["disabled"],
        },
    };
    sink.finding(group)
        .property("Parameters.tls")
        .message("TLS is switched off for every cluster of this group")
        .help("remove `tls: disabled`")
        .aliases(&["CKV_AWS_90"])
        .judge(want.judge(group));
}

fn warehouse(group: &Resource, sink: &mut Sink<'_>) {
    let parameters = group.at("Parameters[]");
    let named = |leaf: &&Leaf<'_>| {
        let name = leaf.value.get("ParameterName").and_then(Value::as_text);
        name == Some("require_ssl")
    };
    let verdict = match parameters.iter().find(named) {
        Some(leaf) => Verdict::of(&leaves(leaf.value, "ParameterValue", leaf.at), |leaf| {
            leaf.bool(false)
        }),
        None => match parameters
            .iter()
            .find(|leaf| matches!(leaf.value.data, Data::Unknown(_)))
        {
            Some(leaf) => Verdict::always(leaf.undecided(), leaf.at),
            None => Verdict::always(Answer::No, &group.origin),
        },
    };
    sink.finding(group)
        .property("Parameters.require_ssl")
        .message("clusters of this group accept connections without TLS")
        .help("set the parameter `require_ssl` to `true`")
        .aliases(&["Redshift.2", "REDSHIFT_REQUIRE_TLS_SSL"])
        .judge(verdict);
}

fn relational(database: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let (property, kind) = if *database.kind == *"AWS::RDS::DBInstance" {
        if Want::present("DBClusterIdentifier")
            .judge(database)
            .passes()
        {
            return;
        }
        ("DBParameterGroupName", "AWS::RDS::DBParameterGroup")
    } else {
        (
            "DBClusterParameterGroupName",
            "AWS::RDS::DBClusterParameterGroup",
        )
    };
    let Some(engine) = engine(database) else {
        return;
    };
    let unsure = Reason::new(
        ReasonKind::Parameter,
        "whether this engine version forces TLS by itself is not known",
    );
    let default = match engine.forces {
        Some(forces) => Answer::from(forces),
        None => Answer::Unknown(unsure),
    };
    let groups = database.references(property);
    let group = groups
        .iter()
        .filter_map(|id| cx.app.resource(id))
        .find(|group| *group.kind == *kind);
    let (verdict, stated) = match group {
        Some(group) => set(group, &engine, &default, database),
        None => {
            let named = database.at(property);
            let verdict = Verdict::of(&named, |leaf| match leaf.value.as_text() {
                Some(name) if !name.starts_with("default.") => leaf.undecided(),
                None if leaf.present() != Answer::No => leaf.undecided(),
                _ => default.clone(),
            });
            (verdict, false)
        }
    };
    // The foreign check looks at parameter groups of the template only.
    let instance = *database.kind == *"AWS::RDS::DBInstance";
    let declared: &[&str] = match group {
        Some(_) if instance => &["CKV2_AWS_69"],
        _ => &[],
    };
    let passes = verdict.passes();
    // Who says nothing leaves a door ajar; who switches it off opens it.
    let severity = if stated {
        Severity::Medium
    } else {
        Severity::Low
    };
    let help = format!(
        "set `{}` to `1` in a parameter group, and name it in `{property}`",
        engine.parameter
    );
    sink.finding(database)
        .property(property)
        .message("clients may connect without TLS: queries, results and the password can be read on the way")
        .help(help.clone())
        .aliases(engine.ids)
        .aliases(declared)
        .severity(severity)
        .judge(verdict);
    if passes && !stated && !declared.is_empty() {
        sink.finding(database)
            .property(property)
            .item("default")
            .message("that clients must use TLS is left to the engine's default")
            .help(help)
            .aliases(declared)
            .severity(Severity::Info)
            .profile(Profile::All)
            .report();
    }
}

/// What the parameter group says, and whether it says anything.
fn set(
    group: &Resource,
    engine: &Engine,
    default: &Answer,
    database: &Resource,
) -> (Verdict, bool) {
    let mut verdict = Verdict::default();
    let mut stated = false;
    for leaf in group.at("Parameters") {
        let mut part = match leaf.value.entry(engine.parameter) {
            Some(entry) => {
                stated = true;
                let found = leaves(&entry.value, "", &entry.value.origin);
                Verdict::of(&found, |leaf| {
                    leaf.text(None, |text| {
                        ["1", "on", "true"]
                            .iter()
                            .any(|on| text.eq_ignore_ascii_case(on))
                    })
                })
            }
            None => match &leaf.value.data {
                Data::Unknown(reason) => Verdict::always(Answer::Unknown(reason.clone()), leaf.at),
                _ => Verdict::always(default.clone(), &database.origin),
            },
        };
        for branch in &mut part.branches {
            branch.when.extend(leaf.when.iter().cloned());
        }
        verdict = verdict.and(part);
    }
    (verdict, stated)
}

/// The engine, unless it has no such parameter or is not known.
fn engine(database: &Resource) -> Option<Engine> {
    let name = database.text("Engine")?.to_ascii_lowercase();
    let cluster = *database.kind == *"AWS::RDS::DBCluster";
    let version = database.at("EngineVersion");
    let silent = version.iter().all(|leaf| leaf.present() == Answer::No);
    let at_least = |least: (u32, u32)| {
        let text = database.text("EngineVersion")?;
        let mut numbers = text.split('.').map_while(|part| part.parse::<u32>().ok());
        let major = numbers.next()?;
        Some((major, numbers.next().unwrap_or(u32::MAX)) >= least)
    };
    let engine = |parameter, forces, ids| Engine {
        parameter,
        forces,
        ids,
    };
    let post = "rds.force_ssl";
    let my = "require_secure_transport";
    Some(match name.as_str() {
        "postgres" if cluster => engine(post, at_least((15, 0)), &[]),
        // The default version is beyond 15 since 2024.
        "postgres" if silent => engine(post, Some(true), &["RDS.38"]),
        "postgres" => engine(post, at_least((15, 0)), &["RDS.38"]),
        "aurora-postgresql" => engine(post, at_least((17, 0)), &[]),
        "mariadb" => engine(my, at_least((11, 8)), &[]),
        "mysql" if cluster => engine(my, Some(false), &[]),
        "mysql" => engine(my, Some(false), &["RDS.39"]),
        "aurora-mysql" | "aurora" => engine(my, Some(false), &[]),
        name if name.starts_with("sqlserver-") => engine(post, Some(false), &[]),
        _ => return None,
    })
}
