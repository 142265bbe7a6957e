//! The classes of events in use.

/// What kind of thing happened: an OCSF class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A weakness of software was found.
    VulnerabilityFinding,
    /// Something was judged against a rule of a policy.
    ComplianceFinding,
    /// Something suspicious was seen.
    DetectionFinding,
    /// An incident was opened, updated or closed.
    IncidentFinding,
    /// Somebody proved, or failed to prove, who they are.
    Authentication,
    /// A session was given rights.
    AuthorizeSession,
    /// A thing that is managed was made, changed, read or removed.
    EntityManagement,
    /// A request was answered over HTTP.
    HttpActivity,
    /// A program was started, stopped, installed or changed.
    ApplicationLifecycle,
    /// An interface was called.
    ApiActivity,
    /// Stored data was read or changed.
    DatastoreActivity,
}

impl Class {
    /// Every class, by number.
    pub const ALL: [Self; 11] = [
        Self::VulnerabilityFinding,
        Self::ComplianceFinding,
        Self::DetectionFinding,
        Self::IncidentFinding,
        Self::Authentication,
        Self::AuthorizeSession,
        Self::EntityManagement,
        Self::HttpActivity,
        Self::ApplicationLifecycle,
        Self::ApiActivity,
        Self::DatastoreActivity,
    ];

    /// OCSF's `class_uid`.
    #[must_use]
    pub const fn uid(self) -> u32 {
        match self {
            Self::VulnerabilityFinding => 2002,
            Self::ComplianceFinding => 2003,
            Self::DetectionFinding => 2004,
            Self::IncidentFinding => 2005,
            Self::Authentication => 3002,
            Self::AuthorizeSession => 3003,
            Self::EntityManagement => 3004,
            Self::HttpActivity => 4002,
            Self::ApplicationLifecycle => 6002,
            Self::ApiActivity => 6003,
            Self::DatastoreActivity => 6005,
        }
    }

    /// The class with this `class_uid`.
    #[must_use]
    pub fn from_uid(uid: u64) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|class| u64::from(class.uid()) == uid)
    }

    /// OCSF's name, such as `api_activity`.
    #[must_use]
    pub fn name(self) -> &'static str {
        crate::schema::builtin().class(self).object.name
    }

    /// What people call it, such as `API Activity`.
    #[must_use]
    pub fn caption(self) -> &'static str {
        crate::schema::builtin().class(self).caption
    }
}
