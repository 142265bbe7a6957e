//! From whom a statement could be used from outside: of everybody whom it names, those who are not
//! in the zone of trust.

use super::asker::Outsider;
use crate::access::Access;
use palisade_core::FileId;
use palisade_iam::condition::Operand;
use palisade_iam::{Caller, Policy, Principal, Statement, arn_part, is_symbol, read_policy};
use std::sync::{Arc, LazyLock};

/// Somebody outside of the zone of trust, the worst first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Anybody, also without an account of the provider.
    Anyone,
    /// Anybody who has an account of the provider.
    AnyAccount,
    /// Anybody who has an account of an identity provider that everybody can use; its name.
    Users(Arc<str>),
    /// Another organisation.
    Organization(Arc<str>),
    /// Another account.
    Account(Arc<str>),
    /// A service of the provider, which others can make act for them.
    Service(Arc<str>),
    /// Somebody whose name only deployment knows.
    Unknown,
}

impl Who {
    /// Whether it is everybody.
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(self, Self::Anyone | Self::AnyAccount | Self::Users(_))
    }

    /// Whether it is somebody who acts for themselves. A service acts for others only where it is
    /// made to, and of a name that is not known nobody knows that it is an outsider's.
    pub(crate) fn is_somebody(&self) -> bool {
        !matches!(self, Self::Service(_) | Self::Unknown)
    }

    /// Whether all of the others are among these.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match self {
            Self::Anyone => true,
            Self::AnyAccount => matches!(
                other,
                Self::AnyAccount | Self::Organization(_) | Self::Account(_)
            ),
            _ => self == other,
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::AnyAccount => f.write_str("anyone with an AWS account"),
            Self::Users(provider) => write!(f, "any user of {provider}"),
            Self::Organization(id) => write!(f, "organisation {id}"),
            Self::Account(id) => write!(f, "account {id}"),
            Self::Service(name) => write!(f, "{name} on behalf of other accounts"),
            Self::Unknown => f.write_str("somebody"),
        }
    }
}

/// Somebody to ask the policies about.
pub(super) struct Candidate {
    pub(super) who: Who,
    pub(super) outsider: Outsider,
    /// Why it is not known whether they are outsiders.
    pub(super) unknown: Option<String>,
}

const ORGANIZATION: &str = "o-anybody000";

/// Accounts of the provider that write logs of load balancers (Elastic Load Balancing user guide,
/// "Enable access logs", 2026).
pub const LOG_WRITERS: &[&str] = &[
    "009996457667",
    "027434742980",
    "033677994240",
    "037604701340",
    "048591011584",
    "054676820928",
    "076674570225",
    "098369216593",
    "114774131450",
    "127311923021",
    "156460612806",
    "190560391635",
    "383597477331",
    "507241528517",
    "582318560864",
    "589379963580",
    "600734575887",
    "635631232127",
    "638102146993",
    "652711504416",
    "718504428378",
    "754344448648",
    "783225319266",
    "797873946194",
    "897822967062",
    "985666609251",
];

/// Identity providers that anybody can get an account of: what they call themselves in tokens, and
/// the name that people know.
const OPEN_PROVIDERS: &[(&str, &str)] = &[
    ("token.actions.githubusercontent.com", "GitHub Actions"),
    ("gitlab.com", "GitLab.com"),
    ("app.terraform.io", "HCP Terraform"),
    ("agent.buildkite.com", "Buildkite"),
    ("accounts.google.com", "Google"),
    ("www.amazon.com", "Amazon"),
    ("graph.facebook.com", "Facebook"),
    ("cognito-identity.amazonaws.com", "Cognito identity pools"),
];

/// The outsiders that a statement could be about.
pub(super) fn of(access: &Access<'_>, statement: &Statement) -> Vec<Candidate> {
    let finder = Finder { access, statement };
    let mut found: Vec<Candidate> = Vec::new();
    let Some(principals) = &statement.principals else {
        // Nothing is known of the statement, or it is about nobody.
        if let Some(hole) = statement.uncertain {
            let mut candidate = finder.stranger(Who::Unknown);
            candidate.unknown = finder.reason(hole);
            found.push(candidate);
        }
        return found;
    };
    if principals.except {
        finder.everyone(&mut found);
        return found;
    }
    for item in &principals.items {
        match &item.who {
            Principal::Everyone => finder.everyone(&mut found),
            Principal::Account(text) | Principal::Arn(text) => {
                found.extend(finder.principal(text));
            }
            Principal::Service(name) => found.extend(finder.service(name)),
            Principal::Federated(name) => found.extend(finder.users(name)),
            Principal::Unknown(hole) => {
                let mut candidate = finder.stranger(Who::Unknown);
                candidate.unknown = finder.reason(*hole);
                found.push(candidate);
            }
            // Names of accounts that nobody can tell from one's own, and of what is deleted.
            Principal::Id(_) | Principal::CanonicalUser(_) => {}
        }
    }
    found.sort_by(|a, b| a.who.cmp(&b.who));
    found
}

struct Finder<'a> {
    access: &'a Access<'a>,
    statement: &'a Statement,
}

impl Finder<'_> {
    fn reason(&self, hole: char) -> Option<String> {
        let reason = self.access.symbols.reason(hole);
        Some(reason.map_or_else(|| "not known".to_owned(), ToString::to_string))
    }

    /// An account that is nobody's here.
    fn account(&self) -> Arc<str> {
        let taken = |account: &&str| {
            self.access.account == **account
                || self.access.settings.zone.accounts.contains(*account)
        };
        let accounts = ["999988887777", "888877776666", "777766665555"];
        let free = accounts.into_iter().find(|account| !taken(account));
        Arc::from(free.unwrap_or("666655554444"))
    }

    fn with_account(&self, who: Who, account: Arc<str>) -> Candidate {
        let arn = format!("arn:aws:iam::{account}:role/any");
        Candidate {
            outsider: Outsider {
                caller: Caller::Principal(Arc::from(arn)),
                account,
                organization: Arc::from(ORGANIZATION),
                acquainted: !who.is_public(),
            },
            who,
            unknown: None,
        }
    }

    fn stranger(&self, who: Who) -> Candidate {
        self.with_account(who, self.account())
    }

    /// Everybody, and those whom the conditions name.
    fn everyone(&self, found: &mut Vec<Candidate>) {
        let mut anonymous = self.stranger(Who::Anyone);
        anonymous.outsider.caller = Caller::Anonymous;
        found.push(anonymous);
        found.push(self.stranger(Who::AnyAccount));
        for (key, text) in self.named_in_conditions() {
            match key {
                "aws:principalorgid" if self.is_foreign_organization(&text) => {
                    let mut candidate = self.stranger(Who::Organization(text.clone()));
                    candidate.outsider.organization = text;
                    found.push(candidate);
                }
                "aws:principalaccount" | "aws:principalarn" => {
                    found.extend(self.principal(&text));
                }
                "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceowner" => {
                    let name = arn_part(&text, 2).unwrap_or("sns");
                    let name = format!("{name}.amazonaws.com");
                    found.extend(self.service(&Arc::from(name)));
                }
                _ => {}
            }
        }
    }

    /// The texts that the conditions compare keys with.
    fn named_in_conditions(&self) -> Vec<(&str, Arc<str>)> {
        let mut named: Vec<(&str, Arc<str>)> = Vec::new();
        for test in &self.statement.conditions {
            for operand in &test.operands {
                if let Operand::Text(text) = operand {
                    let one = (&*test.key, text.written.clone());
                    if !named.contains(&one) {
                        named.push(one);
                    }
                }
            }
        }
        named
    }

    /// Without a list of own organisations every one that is written down may be the own one.
    fn is_foreign_organization(&self, id: &str) -> bool {
        let own = &self.access.settings.zone.organizations;
        id.starts_with("o-") && !id.contains(['*', '?']) && !own.is_empty() && !own.contains(id)
    }

    /// An account, a role or a user that is named.
    fn principal(&self, text: &Arc<str>) -> Option<Candidate> {
        let account = arn_part(text, 4).unwrap_or(text);
        if account == self.access.account {
            return None;
        }
        if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) {
            let known = self.access.settings.zone.accounts.contains(account)
                || LOG_WRITERS.contains(&account);
            if known {
                return None;
            }
            let account: Arc<str> = Arc::from(account);
            let mut candidate = self.with_account(Who::Account(account.clone()), account);
            if arn_part(text, 5).is_some_and(|name| name != "root" && !name.contains('*')) {
                candidate.outsider.caller = Caller::Principal(text.clone());
            }
            return Some(candidate);
        }
        // Decided at deployment: what the application declares itself is no outsider.
        let symbol = account.chars().find(|c| is_symbol(*c))?;
        let name = self.access.symbols.name(symbol)?;
        let inner = name.trim_start_matches("${").trim_end_matches('}');
        let inner = inner.split('.').next().unwrap_or_default();
        if self.access.app.resource(inner).is_some() || inner.starts_with("AWS::") {
            return None;
        }
        let mut candidate = self.stranger(Who::Unknown);
        candidate.outsider.caller = Caller::Principal(text.clone());
        candidate.outsider.account = Arc::from(account);
        candidate.unknown = Some(format!("`{name}` decides who"));
        Some(candidate)
    }

    /// A service that others can use: roles are handed to services by those who may pass them.
    fn service(&self, name: &Arc<str>) -> Option<Candidate> {
        if self.is_trust() {
            return None;
        }
        let mut candidate = self.stranger(Who::Service(Arc::clone(name)));
        candidate.outsider.caller = Caller::Service(Arc::clone(name));
        Some(candidate)
    }

    fn is_trust(&self) -> bool {
        let actions = &self.statement.actions.patterns;
        actions
            .iter()
            .any(|action| action.written.starts_with("sts:"))
    }

    /// The users of an identity provider that is not the owner's own.
    fn users(&self, name: &Arc<str>) -> Option<Candidate> {
        let domain = name.rsplit("-provider/").next().unwrap_or(name);
        let (_, known) = OPEN_PROVIDERS.iter().find(|(d, _)| *d == domain)?;
        let mut candidate = self.stranger(Who::Users(Arc::from(*known)));
        candidate.outsider.caller = Caller::Federated(name.clone());
        Some(candidate)
    }
}

/// The policy of somebody who may do everything in an own account.
#[must_use]
pub fn everything() -> Arc<Policy> {
    static EVERYTHING: LazyLock<Arc<Policy>> = LazyLock::new(|| {
        let text = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let read = palisade_syntax::parse_json(FileId::NONE, text);
        Arc::new(read.map(|d| read_policy(&d.root).0).unwrap_or_default())
    });
    EVERYTHING.clone()
}
