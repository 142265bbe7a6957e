//! The numbers and words of the policy that an organisation may set for itself: lowest TLS version,
//! retention, key lifetime, review intervals.
//!
//! Names, defaults, units and meanings are data (`catalogue/parameters.toml`); the types stand here,
//! so that a rule asks for `parameters.tls_floor` and cannot misspell it. The file is read on its
//! own: a scan needs the parameters and not the clauses.

use crate::error::did_you_mean;
use crate::read::{Reader, Table, Value};
use palisade_core::Severity;
use std::fmt;
use std::sync::LazyLock;

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        })
    }
}

/// What the catalogue says about a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterInfo {
    /// Its name in files.
    pub name: String,
    /// Its default, as it would be written in TOML.
    pub default: String,
    /// What it counts.
    pub unit: String,
    /// What it means.
    pub meaning: String,
    /// Whether zero is a meaningful value.
    pub zero: bool,
}

macro_rules! parameters {
    ($($field:ident: $type:ty = $name:literal,)*) => {
        /// The values of all parameters. `default()` gives those of the catalogue.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Parameters {
            $(#[doc = concat!("`", $name, "`; unit and meaning stand in the catalogue.")]
            pub $field: $type,)*
        }

        /// Values that a file gives to parameters; the others stay as they are.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct ParameterChanges {
            $(#[doc = concat!("The new value of `", $name, "`.")]
            pub $field: Option<$type>,)*
        }

        impl Parameters {
            /// The names of all parameters.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// These values with the changes of a file.
            #[must_use]
            pub fn with(mut self, changes: &ParameterChanges) -> Self {
                $(if let Some(value) = &changes.$field {
                    self.$field = value.clone();
                })*
                self
            }

            /// Name and value of every parameter, the value as it would be written in TOML.
            #[must_use]
            pub fn entries(&self) -> Vec<(&'static str, String)> {
                vec![$(($name, Parameter::write(&self.$field))),*]
            }

            fn from_changes(changes: ParameterChanges) -> Option<Self> {
                Some(Self { $($field: changes.$field?),* })
            }
        }

        impl ParameterChanges {
            /// Names of the parameters that are changed.
            #[must_use]
            pub fn names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field.is_some() {
                    names.push($name);
                })*
                names
            }

            /// Reads one value; tells whether there is a parameter of that name.
            fn set<'t>(&mut self, reader: &mut Reader<'t>, name: &str, value: &Value<'t>) -> bool {
                match name {
                    $($name => self.$field = Parameter::read(reader, value, name),)*
                    _ => return false,
                }
                true
            }
        }
    };
}

parameters! {
    tls_floor: TlsVersion = "tls-floor",
    log_retention_days: u32 = "log-retention-days",
    key_lifetime_days: u32 = "key-lifetime-days",
    key_rotation_days: u32 = "key-rotation-days",
    secret_rotation_days: u32 = "secret-rotation-days",
    credential_lifetime_minutes: u32 = "credential-lifetime-minutes",
    token_lifetime_minutes: u32 = "token-lifetime-minutes",
    password_min_length: u32 = "password-min-length",
    password_max_age_days: u32 = "password-max-age-days",
    customer_managed_keys: bool = "customer-managed-keys",
    data_classification_tag: String = "data-classification-tag",
    trusted_accounts: Vec<String> = "trusted-accounts",
    permitted_regions: Vec<String> = "permitted-regions",
    max_body_bytes: u32 = "max-body-bytes",
    default_rate_per_second: u32 = "default-rate-per-second",
    default_burst: u32 = "default-burst",
    max_concurrency: u32 = "max-concurrency",
    vulnerability_threshold: Severity = "vulnerability-threshold",
    gate_threshold: Severity = "gate-threshold",
    required_reviews: u32 = "required-reviews",
    exception_max_days: u32 = "exception-max-days",
    alert_delay_seconds: u32 = "alert-delay-seconds",
    evidence_max_age_days: u32 = "evidence-max-age-days",
    critical_response_minutes: u32 = "critical-response-minutes",
    high_response_minutes: u32 = "high-response-minutes",
    medium_response_minutes: u32 = "medium-response-minutes",
    low_response_minutes: u32 = "low-response-minutes",
    recovery_drill_days: u32 = "recovery-drill-days",
    audit_interval_days: u32 = "audit-interval-days",
    access_review_days: u32 = "access-review-days",
    policy_review_days: u32 = "policy-review-days",
    vendor_review_days: u32 = "vendor-review-days",
    training_interval_days: u32 = "training-interval-days",
    threat_model_max_age_days: u32 = "threat-model-max-age-days",
    scan_max_age_days: u32 = "scan-max-age-days",
    penetration_test_interval_days: u32 = "penetration-test-interval-days",
    review_sample_percent: u32 = "review-sample-percent",
    security_contact: String = "security-contact",
    serverless_security_contact: String = "serverless-security-contact",
    incident_contact: String = "incident-contact",
}

impl ParameterChanges {
    /// Reads a `[parameters]` table.
    pub(crate) fn read<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Self {
        let mut changes = Self::default();
        for (key, value) in table.entries {
            let name: &str = key.get_ref();
            if !changes.set(reader, name, value) {
                let help = did_you_mean(name, Parameters::NAMES.iter().copied());
                reader.error(key.span(), format!("unknown parameter `{name}`"), help);
            } else if value
                .get_ref()
                .as_integer()
                .is_some_and(|n| n.as_str() == "0")
                && !parameter_info()
                    .iter()
                    .any(|info| info.name == name && info.zero)
            {
                let message = format!("parameter `{name}` must be at least 1");
                reader.error(value.span(), message, None);
            }
        }
        changes
    }
}

/// A type that a parameter can have.
trait Parameter: Sized {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self>;
    fn write(&self) -> String;
}

impl Parameter for u32 {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self> {
        reader.number(value, name)
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl Parameter for bool {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self> {
        reader.truth(value, name)
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl Parameter for String {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self> {
        if value.get_ref().as_str() == Some("") {
            return Some(Self::new());
        }
        reader.text(value, name)
    }
    fn write(&self) -> String {
        format!("{self:?}")
    }
}

impl Parameter for Vec<String> {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self> {
        Some(reader.texts(value, name))
    }
    fn write(&self) -> String {
        format!("{self:?}")
    }
}

impl Parameter for Severity {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self> {
        reader.severity(value, name)
    }
    fn write(&self) -> String {
        format!("\"{self}\"")
    }
}

impl Parameter for TlsVersion {
    fn read<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Self> {
        match reader.text(value, name)?.as_str() {
            "1.2" => Some(Self::Tls12),
            "1.3" => Some(Self::Tls13),
            other => {
                let message = format!("`{other}` is not a TLS version that can be demanded");
                let help = Some("use \"1.2\" or \"1.3\"".to_owned());
                reader.error(value.span(), message, help);
                None
            }
        }
    }
    fn write(&self) -> String {
        format!("\"{self}\"")
    }
}

struct Defaults {
    values: Parameters,
    info: Vec<ParameterInfo>,
}

static DEFAULTS: LazyLock<Defaults> = LazyLock::new(|| {
    let mut reader = Reader::new(
        "catalogue/parameters.toml",
        include_str!("../catalogue/parameters.toml"),
    );
    let defaults = read_defaults(&mut reader);
    // INVARIANT: the text is compiled in, and a test reads it.
    #[expect(clippy::expect_used, reason = "see the invariant above")]
    reader
        .finish(defaults)
        .expect("the parameters of the catalogue are complete")
});

fn read_defaults(reader: &mut Reader<'_>) -> Option<Defaults> {
    let root = reader.parse()?;
    let mut changes = ParameterChanges::default();
    let mut info = Vec::new();
    for item in reader.list(root.get_ref().get("parameter")?, "parameter") {
        let table = reader.table(item, "parameter")?;
        reader.keys(table, &["name", "default", "unit", "meaning", "zero"]);
        let name = reader.required_text(table, "name")?;
        let default = table.get("default")?;
        if !changes.set(reader, &name, default) {
            reader.error(item.span(), format!("unknown parameter `{name}`"), None);
        }
        info.push(ParameterInfo {
            name,
            default: String::new(),
            unit: reader.required_text(table, "unit")?,
            meaning: reader.required_text(table, "meaning")?,
            zero: table.get("zero").is_some(),
        });
    }
    let values = Parameters::from_changes(changes)?;
    for (name, value) in values.entries() {
        if let Some(info) = info.iter_mut().find(|info| info.name == name) {
            info.default = value;
        }
    }
    Some(Defaults { values, info })
}

/// What the catalogue says about each parameter, in its order.
#[must_use]
pub fn parameter_info() -> &'static [ParameterInfo] {
    &DEFAULTS.info
}

impl Default for Parameters {
    fn default() -> Self {
        DEFAULTS.values.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ParameterChanges, String> {
        let mut reader = Reader::new("p.toml", text);
        let root = reader.parse().unwrap();
        let table = Table {
            entries: root.get_ref(),
            start: 0,
        };
        let changes = ParameterChanges::read(&mut reader, table);
        reader.finish(Some(changes)).map_err(|errors| {
            let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
            texts.join("\n")
        })
    }

    #[test]
    fn the_catalogue_gives_every_parameter_its_default() {
        let parameters = Parameters::default();
        assert_eq!(parameters.tls_floor, TlsVersion::Tls13);
        assert_eq!(parameters.log_retention_days, 365);
        assert!(parameters.trusted_accounts.is_empty());
        assert_eq!(parameters.data_classification_tag, "");
        let names: Vec<_> = parameter_info().iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, Parameters::NAMES);
        assert!(parameter_info().iter().all(|i| !i.default.is_empty()));
    }

    #[test]
    fn changes_replace_what_they_name() {
        let changes = read("tls-floor = \"1.2\"\ntrusted-accounts = [\"111122223333\"]").unwrap();
        let parameters = Parameters::default().with(&changes);
        assert_eq!(parameters.tls_floor, TlsVersion::Tls12);
        assert_eq!(parameters.trusted_accounts, ["111122223333"]);
        assert_eq!(parameters.log_retention_days, 365);
        assert_eq!(changes.names(), ["tls-floor", "trusted-accounts"]);
    }

    #[test]
    fn mistakes_have_a_place_and_a_hint() {
        for (text, expected) in [
            (
                "tls-flor = \"1.3\"",
                "p.toml:1:1: unknown parameter `tls-flor`; did you mean `tls-floor`?",
            ),
            (
                "\ntls-floor = \"1.1\"",
                "p.toml:2:13: `1.1` is not a TLS version that can be demanded; use \"1.2\" or \"1.3\"",
            ),
            (
                "log-retention-days = 0",
                "p.toml:1:22: parameter `log-retention-days` must be at least 1",
            ),
            (
                "log-retention-days = -1",
                "p.toml:1:22: `log-retention-days` must be a whole number from 0 to 4294967295, not a TOML integer",
            ),
            (
                "gate-threshold = \"hihg\"",
                "p.toml:1:18: `hihg` is not a severity; use info, low, medium, high or critical; did you mean `high`?",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), expected);
        }
        assert!(read("password-max-age-days = 0").is_ok());
    }
}
