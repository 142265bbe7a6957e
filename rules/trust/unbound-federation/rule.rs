//! Roles that everybody whom a public identity provider vouches for may take.

use crate::permissions::{Proved, filled, note_values};
use crate::prelude::*;
use crate::strangers::{Claims, Door, Doors, texts};
use palisade_app::graph::{Effect, Grant, Principal};
use palisade_iam::{Caller, Text, Token};
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "unbound-federation",
    title: "a role trusts everybody of an identity provider",
    severity: Severity::Critical,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-17.1", "SCSP-1.2", "BPSS-2.4"],
    cwe: Some(284),
    aliases: &["CKV_AWS_358", "CKV_AWS_393"],
    since: "0.1.0",
    check: Check::Application(check),
};

/// An identity provider that vouches for many who have nothing to do with each other.
#[derive(Debug)]
struct Issuer {
    domain: &'static str,
    name: &'static str,
    /// Whom it vouches for, for messages.
    everybody: &'static str,
    /// The claim that says whose token it is, as a stranger has it.
    owner: &'static str,
    strangers: &'static str,
    /// What stands behind the owner's name in that claim, and how often it does until there.
    end: (char, usize),
    /// How the claim begins when it names the owner; else strangers can have the same.
    names_owner: &'static [&'static str],
    /// Claims that strangers choose.
    free: &'static [&'static str],
    help: &'static str,
}

const ISSUERS: &[Issuer] = &[
    Issuer {
        domain: "token.actions.githubusercontent.com",
        name: "GitHub Actions",
        everybody: "a workflow of any repository on GitHub",
        owner: "sub",
        strangers: "repo:any-owner/any-repository:ref:refs/heads/main",
        end: ('/', 1),
        names_owner: &[
            "repo:",
            "repository:",
            "repository_id:",
            "repository_owner:",
            "repository_owner_id:",
            "job_workflow_ref:",
            "enterprise",
        ],
        free: &["aud", "base_ref", "environment", "event_name", "head_ref", "ref", "ref_type", "workflow"],
        help: "add `token.actions.githubusercontent.com:sub` with `repo:OWNER/REPOSITORY:…` to `Condition`",
    },
    Issuer {
        domain: "gitlab.com",
        name: "GitLab",
        everybody: "a pipeline of any project on gitlab.com",
        owner: "sub",
        strangers: "project_path:any-group/any-project:ref_type:branch:ref:main",
        end: ('/', 1),
        names_owner: &[""],
        free: &["aud", "ref", "ref_type", "ref_protected"],
        help: "add `gitlab.com:sub` with `project_path:GROUP/PROJECT:…` to `Condition`",
    },
    Issuer {
        domain: "app.terraform.io",
        name: "HCP Terraform",
        everybody: "a run of any organisation of HCP Terraform",
        owner: "sub",
        strangers: "organization:any:project:any:workspace:any:run_phase:apply",
        end: (':', 2),
        names_owner: &[""],
        free: &["aud", "terraform_run_phase"],
        help: "add `app.terraform.io:sub` with `organization:NAME:…` to `Condition`",
    },
    Issuer {
        domain: "agent.buildkite.com",
        name: "Buildkite",
        everybody: "a build of any organisation of Buildkite",
        owner: "sub",
        strangers: "organization:any:pipeline:any:ref:refs/heads/main:commit:any:step:any",
        end: (':', 2),
        names_owner: &[""],
        free: &["aud"],
        help: "add `agent.buildkite.com:sub` with `organization:NAME:…` to `Condition`",
    },
    Issuer {
        domain: "cognito-identity.amazonaws.com",
        name: "Cognito",
        everybody: "a user of any identity pool of any AWS customer",
        owner: "aud",
        strangers: "us-east-1:any-identity-pool",
        end: (':', 1),
        names_owner: &[""],
        free: &["amr", "sub"],
        help: "add `cognito-identity.amazonaws.com:aud` with the id of your identity pool to `Condition`",
    },
    Issuer {
        domain: "accounts.google.com",
        name: "Google",
        everybody: "a user of any application that signs in with Google",
        owner: "aud",
        strangers: "any-client.apps.googleusercontent.com",
        end: ('.', 1),
        names_owner: &[""],
        free: &["oaud"],
        help: "add `accounts.google.com:aud` with the id of your client to `Condition`",
    },
    Issuer {
        domain: "graph.facebook.com",
        name: "Facebook",
        everybody: "a user of any application that signs in with Facebook",
        owner: "app_id",
        strangers: "any-application",
        end: (':', 9),
        names_owner: &[""],
        free: &[],
        help: "add `graph.facebook.com:app_id` with the id of your application to `Condition`",
    },
    Issuer {
        domain: "www.amazon.com",
        name: "Amazon",
        everybody: "a user of any application that signs in with Amazon",
        owner: "app_id",
        strangers: "any-application",
        end: (':', 9),
        names_owner: &[""],
        free: &[],
        help: "add `www.amazon.com:app_id` with the id of your application to `Condition`",
    },
];

/// A provider of one owner: those whom it vouches for know each other.
const PRIVATE: Issuer = Issuer {
    domain: "",
    name: "",
    everybody: "everybody whom the identity provider vouches for",
    owner: "sub",
    strangers: "any-subject",
    end: (':', 9),
    names_owner: &[""],
    free: &[],
    help: "add the provider's `aud` and `sub` to `Condition`",
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for grant in &cx.app.graph().grants {
        let role = cx.app.resource(&grant.written_in);
        if let Some(role) = role.filter(|r| &*r.kind == "AWS::IAM::Role")
            && grant.effect == Effect::Allow
        {
            for principal in &grant.principals {
                if let Principal::Federated(provider) = principal {
                    judge(cx, grant, role, provider, sink);
                }
            }
        }
    }
}

/// The domain of a provider, from its ARN, its resource, or the keys that are asked about.
fn domain(cx: &Context<'_>, provider: &str, doors: &Doors<'_>) -> Option<String> {
    if let Some((_, domain)) = provider.split_once("oidc-provider/") {
        return Some(domain.to_owned());
    }
    if !provider.contains([':', '$']) {
        return Some(provider.to_owned());
    }
    let id = provider.strip_prefix("${")?.strip_suffix('}')?;
    let id = id.strip_suffix(".Arn").unwrap_or(id);
    let resource = cx.app.resource(id);
    let url = resource.and_then(|r| r.text("Url"));
    if let Some(url) = url {
        return Some(url.trim_start_matches("https://").trim_end_matches('/').to_owned());
    }
    let tests = doors.all.iter().flat_map(|door| &door.statement.conditions);
    let mut keys = tests.filter_map(|test| test.key.rsplit_once(':'));
    keys.find(|(_, claim)| matches!(*claim, "aud" | "sub"))
        .map(|(domain, _)| domain.to_owned())
}

fn judge(cx: &Context<'_>, grant: &Grant, role: &Resource, provider: &str, sink: &mut Sink<'_>) {
    let doors = Doors::of(cx, grant);
    if provider.contains("saml-provider/") {
        return;
    }
    let Some(domain) = domain(cx, provider, &doors) else {
        return;
    };
    let issuer = ISSUERS.iter().find(|issuer| issuer.domain == domain);
    let of = issuer.unwrap_or(&PRIVATE);
    let held = doors.held(cx, &grant.principal_at, |door| {
        let claims = claims(of, &domain, door);
        let named = door.statement.principals.iter().flat_map(|p| &p.items);
        let callers = named.filter_map(|item| match &item.who {
            palisade_iam::Principal::Federated(text) => Some(Caller::Federated(text.clone())),
            _ => None,
        });
        Proved::any(callers.map(|caller| {
            door.lets(cx, &caller, "sts:AssumeRoleWithWebIdentity", &claims)
        }))
    });
    let who = match issuer {
        Some(issuer) => issuer.everybody.to_owned(),
        None => format!("everybody whom `{domain}` vouches for"),
    };
    let github = issuer.is_some_and(|issuer| issuer.name == "GitHub Actions");
    let ids: &[&'static str] = if github { &["CKV_AWS_358", "CKV_AWS_393"] } else { &[] };
    let asked = doors.all.iter().flat_map(|door| &door.statement.conditions);
    let owner = format!("{domain}:{}", of.owner);
    let asked = asked.into_iter().any(|test| *test.key == *owner);
    let why = if asked {
        format!("the condition on `{}` fits others too", of.owner)
    } else {
        format!("no condition asks for `{}`", of.owner)
    };
    sink.finding(role)
        .property("AssumeRolePolicyDocument")
        .item(domain.clone())
        .at(&grant.principal_at)
        .aliases(ids)
        .severity(if issuer.is_some() { Severity::Critical } else { Severity::Medium })
        .message(format!("{who} may take role `{}`: {why}", role.id))
        .help(of.help)
        .witness(held.witness.as_ref(), &cx.access().symbols)
        .judge(held.verdict);
}

/// The claims of a stranger's token.
fn claims(issuer: &Issuer, domain: &str, door: &Door<'_>) -> Claims {
    let mut claims = Claims::new();
    let owner: Arc<str> = Arc::from(format!("{domain}:{}", issuer.owner).to_ascii_lowercase());
    claims.insert(owner.clone(), vec![Some(issuer.strangers.to_owned())]);
    let prefix = format!("{domain}:").to_ascii_lowercase();
    for test in &door.statement.conditions {
        let Some(claim) = test.key.strip_prefix(&prefix) else {
            continue;
        };
        let values = claims.entry(test.key.clone()).or_default();
        if issuer.free.contains(&claim) {
            note_values(values, test);
        } else if test.key == owner {
            values.extend(texts(test).filter_map(|text| issuer.of_stranger(text)).map(Some));
        } else {
            values.push(Some("any".to_owned()));
            let wild = texts(test).filter(|text| {
                matches!(text.widest().tokens(), [Token::Run, ..])
            });
            values.extend(wild.filter_map(|text| filled(text.widest().tokens(), "any")).map(Some));
        }
    }
    claims
}

impl Issuer {
    /// A value of a stranger's claim that fits a pattern, when it leaves room for one.
    fn of_stranger(&self, text: &Text) -> Option<String> {
        let pattern = text.widest();
        let tokens = pattern.tokens();
        let fixed = tokens.iter().take_while(|token| matches!(token, Token::Char(_)));
        let fixed: String = fixed
            .filter_map(|token| match token {
                Token::Char(c) => Some(*c),
                _ => None,
            })
            .collect();
        let (mark, times) = self.end;
        let begins = |start: &&str| fixed.starts_with(*start);
        let whole = fixed.chars().count() == tokens.len();
        if self.names_owner.iter().any(begins) {
            // The owner's name is complete, or there is no room at all.
            if whole || fixed.matches(mark).count() >= times {
                return None;
            }
        }
        filled(tokens, "any/any:any")
    }
}
