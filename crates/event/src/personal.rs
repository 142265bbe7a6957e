//! Which parts of an event are personal: they can be erased for one person without breaking a
//! proof. Everything else is never erased.
//!
//! What is personal is fixed here, per type and per attribute; nobody can choose at run time. An
//! attribute belongs to the person of the nearest `user` object around it, and outside of one to
//! the event's own person: `actor.user`, or `user` where no actor is named. Below an *impersonal*
//! attribute (the server that was called, the product that reports) nothing is about a person
//! until somebody is named there.
//!
//! What has no fixed form (`json_t`, `unmapped`) is personal everywhere: nobody can say what is in
//! it.

/// Whether an attribute is personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Personal {
    /// Never erased.
    Never,
    /// Personal where a person is spoken of.
    Field,
    /// Personal, and what a person can be asked for by.
    Name,
    /// Of no fixed form: personal wherever it stands.
    Free,
}

/// The object that names a person.
pub(crate) const PERSON: &str = "user";

/// Types whose values tell of a person.
const TYPES: [&str; 6] = [
    "email_t",
    "hostname_t",
    "ip_t",
    "mac_t",
    "subnet_t",
    "username_t",
];

/// Types whose values tell of a person only where [`ATTRIBUTES`] says so.
#[cfg(test)]
const OTHER_TYPES: [&str; 17] = [
    "boolean_t",
    "bytestring_t",
    "clause_t",
    "datetime_t",
    "file_hash_t",
    "file_name_t",
    "file_path_t",
    "float_t",
    "integer_t",
    "long_t",
    "port_t",
    "process_name_t",
    "resource_uid_t",
    "string_t",
    "timestamp_t",
    "url_t",
    "uuid_t",
];

/// Attributes that are personal though their type does not say so. `*` is every class.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    // Free text that may speak of anybody. What is decided on stands in codes beside it.
    ("*", &["comment", "message", "raw_data", "status_detail"]),
    ("palisade_grant", &["reason"]),
    (
        "user",
        &[
            "account",
            "credential_uid",
            "display_name",
            "full_name",
            "ldap_person",
            "phone_number",
            "programmatic_credentials",
            "uid_alt",
        ],
    ),
    (
        "session",
        &["credential_uid", "terminal", "uid", "uid_alt", "uuid"],
    ),
    ("auth_factor", &["phone_number", "security_questions"]),
    ("authentication_token", &["uid"]),
    ("token", &["uid"]),
    (
        "device",
        &[
            "eid",
            "iccid",
            "imei",
            "imei_list",
            "location",
            "meid",
            "name",
            "os_machine_uuid",
            "udid",
            "uid",
            "uid_alt",
        ],
    ),
    ("network_endpoint", &["location", "name", "uid"]),
    ("network_proxy", &["location", "name", "uid"]),
    (
        "location",
        &["coordinates", "geohash", "lat", "long", "postal_code"],
    ),
    (
        "http_request",
        &["args", "http_headers", "referrer", "user_agent"],
    ),
    ("http_response", &["http_headers"]),
    ("http_cookie", &["value"]),
    ("url", &["path", "query_string", "url_string"]),
    ("query_info", &["query_string"]),
    ("observable", &["value"]),
    ("enrichment", &["value"]),
    ("note", &["comment"]),
    ("response", &["error_message", "message"]),
    (
        "process",
        &["cmd_line", "environment_variables", "working_directory"],
    ),
    ("process_entity", &["cmd_line"]),
    (
        "email",
        &[
            "bcc_mailboxes",
            "cc_mailboxes",
            "from_mailbox",
            "http_headers",
            "raw_header",
            "reply_to_mailboxes",
            "sender_mailbox",
            "subject",
            "to_mailboxes",
        ],
    ),
    ("packet", &["value"]),
    ("long_string", &["value"]),
];

/// By what a person can be asked for.
const NAMES: [&str; 3] = ["email_addr", "name", "uid"];

/// Attributes below which nothing tells of a person, until one is named.
const IMPERSONAL: [&str; 14] = [
    "app",
    "cloud",
    "database",
    "databucket",
    "dst_endpoint",
    "metadata",
    "network_observation_point",
    "org",
    "product",
    "proxy",
    "resource",
    "resources",
    "service",
    "table",
];

/// What is about a server or a question, though its type would make it personal.
const KEPT: [(&str, &str); 2] = [("dns_query", "hostname"), ("url", "hostname")];

/// Whether an attribute of an object (`*` is every class) is personal.
pub(crate) fn of(object: &str, name: &str, type_name: &str) -> Personal {
    let is_listed = || {
        let mut rows = ATTRIBUTES.iter();
        rows.any(|(of, names)| *of == object && names.contains(&name))
    };
    match type_name {
        "json_t" | "object" => Personal::Free,
        _ if object == PERSON && NAMES.contains(&name) => Personal::Name,
        _ if KEPT.contains(&(object, name)) => Personal::Never,
        _ if TYPES.contains(&type_name) || is_listed() => Personal::Field,
        _ => Personal::Never,
    }
}

/// Whether what stands below an attribute of this name tells of no person by itself.
pub(crate) fn is_impersonal(name: &str) -> bool {
    IMPERSONAL.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{self, Kind};

    #[test]
    fn every_type_is_classified_one_way_or_the_other() {
        for object in schema::builtin().all() {
            for attribute in &object.attributes {
                let is_scalar = !matches!(attribute.kind, Kind::Object(_));
                let free = matches!(attribute.kind, Kind::Json | Kind::AnyObject);
                let ways = [
                    TYPES.contains(&attribute.type_name),
                    OTHER_TYPES.contains(&attribute.type_name),
                    free,
                ];
                let ways = ways.iter().filter(|way| **way).count();
                assert_eq!(
                    ways,
                    usize::from(is_scalar),
                    "{}.{}",
                    object.name,
                    attribute.name
                );
                assert_eq!(free, attribute.personal == Personal::Free);
            }
        }
    }

    #[test]
    fn the_tables_name_only_what_there_is() {
        let schema = schema::builtin();
        let has = |object: &str, name: &str| {
            let class = crate::Class::ALL.iter().any(|class| class.name() == object);
            let mut all = schema.all();
            all.any(|o| (o.name == object || object == "*") && o.attribute(name).is_some())
                && !class
        };
        for (object, names) in ATTRIBUTES {
            assert!(names.is_sorted(), "{object}");
            for name in *names {
                assert!(has(object, name), "{object}.{name}");
                assert_ne!(of(object, name, "string_t"), Personal::Never);
            }
        }
        assert!(IMPERSONAL.iter().all(|name| has("*", name)));
        assert!(KEPT.iter().all(|(object, name)| has(object, name)));
    }

    #[test]
    fn nothing_but_the_top_has_an_attribute_called_palisade() {
        let mut objects = schema::builtin().all().skip(crate::Class::ALL.len());
        assert!(objects.all(|object| object.attribute("palisade").is_none()));
    }
}
