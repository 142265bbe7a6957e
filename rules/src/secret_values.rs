//! What secrets look like, which names say that something is one, and what people write where one
//! is to be filled in. Rules differ in where they look and in how sure they want to be; what a
//! secret is, is said here once.

use crate::prelude::*;
use palisade_app::value::Part;

/// Stands for a part of a text that is filled in at deployment.
pub(crate) const HOLE: char = '\u{fffc}';

/// The literal text, with [`HOLE`] for everything that is filled in at deployment.
pub(crate) fn plain(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            _ => text.push(HOLE),
        }
    }
    text
}

/// Prefix, least length of what follows, and what it is.
const PREFIXES: &[(&str, usize, &str)] = &[
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("xoxb-", 10, "a Slack token"),
    ("xoxp-", 10, "a Slack token"),
    ("xoxa-", 10, "a Slack token"),
    ("xoxr-", 10, "a Slack token"),
    ("xoxs-", 10, "a Slack token"),
    ("xapp-", 10, "a Slack token"),
    ("AIza", 35, "a Google API key"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgEIcHlwaS", 16, "a PyPI token"),
    ("palisade_", 62, "an API key of Palisade"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-proj-", 20, "an OpenAI key"),
    ("shpat_", 32, "a Shopify token"),
    ("dop_v1_", 64, "a DigitalOcean token"),
    ("da2-", 26, "an AppSync API key"),
];

/// The identifier of an AWS access key, also of one that stands in documentation.
pub(crate) fn aws_access_key_id(text: &str) -> bool {
    access_key_ids(text).next().is_some()
}

fn access_key_ids(text: &str) -> impl Iterator<Item = &str> {
    let letters = |c: char| c.is_ascii_alphanumeric();
    ["AKIA", "ASIA"]
        .into_iter()
        .flat_map(move |prefix| runs(text, prefix, letters))
        .filter(|rest| {
            rest.len() == 16
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

/// Forty characters of Base64: the secret part of an AWS access key, if the name says so.
pub(crate) fn aws_secret_key(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+' | b'='))
}

/// A private key in PEM form.
pub(crate) fn private_key(text: &str) -> bool {
    text.split("-----BEGIN ").skip(1).any(|rest| {
        rest.split("-----")
            .next()
            .is_some_and(|label| label.ends_with("PRIVATE KEY"))
    })
}

/// The shortest word that is a key of known shape: prefix and what must follow.
const SHORTEST: usize = 15;

/// Whether a text may hold something of known shape. One pass, without false noes: nearly every
/// text of a template ends here. A key is a long word with a digit in it; the rest have marks.
fn may_hold_secret(text: &str) -> bool {
    if text.len() < "s://:p@".len() {
        return false;
    }
    let (mut length, mut digit, mut dashes) = (0, false, 0);
    let (mut at, mut semicolon, mut equals, mut slashes) = (false, false, false, 0);
    for b in text.bytes() {
        dashes = if b == b'-' { dashes + 1 } else { 0 };
        slashes += usize::from(b == b'/');
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => {
                length += 1;
                digit |= b.is_ascii_digit();
                if (digit && length >= SHORTEST) || dashes >= 5 {
                    return true;
                }
                continue;
            }
            b'@' => at = true,
            b';' => semicolon = true,
            b'=' => equals = true,
            _ => {}
        }
        (length, digit) = (0, false);
    }
    (at && slashes >= 2)
        || (semicolon && equals)
        || (slashes >= 3 && text.contains("hooks.slack.com/"))
}

/// Secrets that are known by their shape.
pub(crate) fn known(text: &str) -> Option<&'static str> {
    if !may_hold_secret(text) {
        return None;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    for (prefix, least, what) in PREFIXES {
        // Nearly every text of a template is too short for a key.
        let fits = text.len() >= prefix.len() + least;
        if fits
            && runs(text, prefix, word)
                .any(|rest| rest.len() >= *least && varied(rest) && !documented(rest))
        {
            return Some(what);
        }
    }
    let path = |c: char| c.is_ascii_alphanumeric() || c == '/';
    if runs(text, "hooks.slack.com/services/T", path).any(|rest| rest.len() >= 20) {
        return Some("a Slack webhook");
    }
    let dotted = |c: char| word(c) || c == '.';
    if runs(text, "SG.", dotted).any(|rest| rest.len() >= 60 && rest.contains('.')) {
        return Some("a SendGrid key");
    }
    if runs(text, "eyJ", dotted).any(is_jwt) {
        return Some("a signed token (JWT)");
    }
    connection(text).then_some("a connection string with its password")
}

/// A key, a token or a connection string of known shape, but not one that documents it
/// (`AKIAIOSFODNN7EXAMPLE`).
pub(crate) fn credential(text: &str) -> Option<&'static str> {
    if !may_hold_secret(text) {
        return None;
    }
    if private_key(text) {
        return Some("a private key");
    }
    if access_key_ids(text).any(|key| !documented(key)) {
        return Some("an AWS access key id");
    }
    known(text)
}

/// Stands in documentation.
fn documented(key: &str) -> bool {
    key.to_ascii_lowercase().contains("example")
}

/// Digits and letters, as keys have both.
fn varied(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// What follows each place where `prefix` begins a word, as far as its characters are allowed.
fn runs<'a>(
    text: &'a str,
    prefix: &'a str,
    allowed: impl Fn(char) -> bool + Copy + 'a,
) -> impl Iterator<Item = &'a str> {
    text.match_indices(prefix).filter_map(move |(at, _)| {
        let begins = text
            .get(..at)?
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_ascii_alphanumeric());
        let rest = text.get(at + prefix.len()..)?;
        let end = rest.find(|c| !allowed(c)).unwrap_or(rest.len());
        begins.then(|| rest.get(..end)).flatten()
    })
}

fn is_jwt(rest: &str) -> bool {
    let parts: Vec<&str> = rest.split('.').collect();
    matches!(parts.as_slice(), [head, body, signature]
        if head.len() >= 10 && body.starts_with("eyJ") && body.len() >= 10 && signature.len() >= 20)
}

/// `scheme://user:password@host`, or `Password=…` among semicolons.
fn connection(text: &str) -> bool {
    let literal = |password: &str| {
        !password.is_empty() && !password.contains(HOLE) && !is_placeholder(password)
    };
    let in_authority = text.split("://").skip(1).any(|rest| {
        let end = rest
            .find(|c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace())
            .unwrap_or(rest.len());
        rest.get(..end)
            .and_then(|authority| authority.rsplit_once('@'))
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| literal(password))
    });
    let in_settings = text.contains(';')
        && text.split(';').any(|setting| {
            setting.split_once('=').is_some_and(|(key, value)| {
                let key = key.trim().to_ascii_lowercase();
                let keys = ["password", "pwd", "accountkey", "sharedaccesskey"];
                keys.contains(&key.as_str()) && literal(value.trim())
            })
        });
    in_authority || in_settings
}

/// Names a secret instead of being one, or is no text of the template at all.
pub(crate) fn is_reference(value: &str) -> bool {
    let starts = [
        "arn:",
        "/",
        "http://",
        "https://",
        "s3://",
        "ssm:",
        "{{resolve",
        "${",
        "$(",
    ];
    value.contains(HOLE)
        || value.contains("${")
        || value.contains("{{resolve:")
        || starts.iter().any(|start| value.starts_with(start))
        // An address, unless its password is in it.
        || (value.contains("://") && !connection(value))
}

/// Stands where somebody is to put a value.
pub(crate) fn is_placeholder(value: &str) -> bool {
    const WHOLE: &[&str] = &[
        "",
        "none",
        "null",
        "nil",
        "n/a",
        "na",
        "empty",
        "unset",
        "true",
        "false",
        "string",
        "undefined",
        "default",
    ];
    const WITHIN: &[&str] = &[
        "example",
        "dummy",
        "placeholder",
        "changeme",
        "changethis",
        "replace",
        "your-",
        "your_",
        "your ",
        "yourp",
        "youra",
        "yours",
        "yourt",
        "yourk",
        "<",
        "fixme",
        "insert",
        "redacted",
        "updateme",
        "setme",
        "set-me",
        "set_me",
        "not-set",
        "not_set",
        "to be ",
        "to-be-",
        "to_be_",
        "tobe",
        "xxx",
        "***",
        "....",
    ];
    const WORDS: &[&str] = &["CHANGE", "UPDATE", "FILL", "ENTER", "TBD", "TODO"];
    let value = value.trim().to_ascii_lowercase();
    let first = value.chars().next();
    WHOLE.contains(&value.as_str())
        || WITHIN.iter().any(|part| value.contains(part))
        || words(&value)
            .iter()
            .any(|word| WORDS.contains(&word.as_str()))
        || (value.len() <= 4 && value.bytes().all(|b| b.is_ascii_digit()))
        || value.chars().all(|c| Some(c) == first)
        || value
            .chars()
            .all(|c| matches!(c, '*' | 'x' | '.' | '-' | '_' | '0'))
}

/// Names a key instead of being one: `MyApiKey`.
pub(crate) fn names_itself(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    ["key", "token"].iter().any(|word| lower.contains(word))
        && !value.bytes().any(|b| b.is_ascii_digit())
}

/// The fields of a text of JSON, or of what it says, whose values are literal, at any depth; nothing
/// when it is no object.
pub(crate) fn fields(value: &Value) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    match &value.data {
        Data::Map(_) => collect(value, &mut found),
        _ => collect(&palisade_app::json_text::parse(value)?, &mut found),
    }
    Some(found)
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    for item in match &value.data {
        Data::List(list) => &list.items[..],
        _ => &[],
    } {
        collect(item, found);
    }
    for entry in value.entries() {
        match &entry.value.data {
            Data::Text(_) | Data::Number(_) => found.push((
                entry.key.to_string(),
                entry.value.as_text().unwrap_or_default().to_owned(),
            )),
            _ => collect(&entry.value, found),
        }
    }
}

/// Made by a machine, or meant to look so.
pub(crate) fn is_random(value: &str) -> bool {
    if value.len() < 8 || value.contains(char::is_whitespace) {
        return false;
    }
    let any = |test: fn(char) -> bool| value.chars().any(test);
    let digit = any(|c| c.is_ascii_digit());
    let (lower, upper) = (
        any(|c| c.is_ascii_lowercase()),
        any(|c| c.is_ascii_uppercase()),
    );
    let odd = any(|c| matches!(c, '!' | '@' | '#' | '$' | '%' | '^' | '&' | '*' | '+' | '='));
    let mut letters: Vec<char> = value.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let varied = letters.len() >= 8;
    varied
        && ((digit && lower && upper)
            || (odd && (digit || upper))
            || (value.len() >= 16 && digits * 6 >= value.len() && (lower || upper)))
}

/// Words of which one says that this is the secret.
pub(crate) fn is_wordy_secret(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.len() >= 6
        && !value.contains(char::is_whitespace)
        && ["secret", "key", "token", "pass"]
            .iter()
            .any(|word| value.contains(word))
}

/// What the name of a variable or parameter promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Any value is a password.
    Password,
    /// A key or token.
    Key,
    /// May as well name the place where the secret is kept.
    Secret,
}

/// Words that make a name one of something else than the secret itself.
const ABOUT: &[&str] = &[
    "NAME",
    "ARN",
    "ID",
    "IDS",
    "PATH",
    "PARAM",
    "PARAMETER",
    "PARAMETERS",
    "URL",
    "URI",
    "ENDPOINT",
    "HOST",
    "PORT",
    "TABLE",
    "BUCKET",
    "REGION",
    "TTL",
    "EXPIRY",
    "EXPIRES",
    "EXPIRE",
    "EXPIRATION",
    "LIFETIME",
    "VALIDITY",
    "LENGTH",
    "TYPE",
    "ALGORITHM",
    "ALG",
    "HEADER",
    "FIELD",
    "ENABLED",
    "COUNT",
    "LIMIT",
    "MAX",
    "MIN",
    "TIMEOUT",
    "VERSION",
    "PREFIX",
    "SUFFIX",
    "LOCATION",
    "FILE",
    "STORE",
    "POLICY",
    "ISSUER",
    "AUDIENCE",
    "QUEUE",
    "TOPIC",
    "FUNCTION",
    "ROTATION",
    "EXTENSION",
    "CACHE",
    "USERNAME",
    "ALIAS",
    "REF",
    "STACK",
    "PROVIDER",
    "DAYS",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "PATTERN",
    "REGEX",
    "FORMAT",
    "PUBLIC",
    "PUBLISHABLE",
    "MANAGER",
    "ADDRESS",
    "LOG",
    "LEVEL",
    "LAMBDA",
    "ROLE",
];

/// Pairs of words that name a key.
const KEYS: &[(&str, &str)] = &[
    ("API", "KEY"),
    ("ACCESS", "KEY"),
    ("PRIVATE", "KEY"),
    ("AUTH", "KEY"),
    ("ENCRYPTION", "KEY"),
    ("SIGNING", "KEY"),
    ("SECRET", "KEY"),
    ("MASTER", "KEY"),
    ("LICENSE", "KEY"),
    ("CLIENT", "SECRET"),
    ("APP", "SECRET"),
    ("JWT", "SECRET"),
    ("SIGNING", "SECRET"),
    ("SESSION", "SECRET"),
    ("WEBHOOK", "SECRET"),
];

/// What words promise; nothing when the value is hardly a secret.
pub(crate) fn secret_name(words: &[String]) -> Option<Name> {
    let is = |word: &String, list: &[&str]| list.contains(&word.as_str());
    if words.iter().any(|word| is(word, ABOUT)) {
        return None;
    }
    let password = &["PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "PWD"];
    if words.iter().any(|word| is(word, password))
        || words.iter().any(|word| word.ends_with("PASSWORD"))
        || (words.len() > 1 && words.last().is_some_and(|word| is(word, &["PASS", "PW"])))
    {
        return Some(Name::Password);
    }
    // `dbpassword`, `authtoken`: words that nobody keeps apart.
    let ends = |word: &String, list: &[&str]| list.iter().any(|end| word.ends_with(end));
    let key = &["APIKEY", "TOKEN", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY"];
    if words.iter().any(|word| is(word, key) || ends(word, key))
        || words
            .windows(2)
            .any(|pair| KEYS.contains(&(pair[0].as_str(), pair[1].as_str())))
    {
        return Some(Name::Key);
    }
    let secret = &["SECRET", "SECRETS", "CREDENTIAL", "CREDENTIALS"];
    words
        .iter()
        .any(|word| is(word, secret))
        .then_some(Name::Secret)
}

/// Whether the name of a variable says that its value is a secret.
pub(crate) fn names_secret(name: &str) -> bool {
    secret_name(&words(name)).is_some()
}

/// `dbPassword`, `DB_PASSWORD` and `db-password` are the same words.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (i, letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| letters.get(i));
        let after = letters.get(i + 1);
        let hump = letter.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase() || (b.is_uppercase() && after.is_some_and(|a| a.is_lowercase()))
            });
        if hump || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_look_misses_nothing() {
        let shortest = PREFIXES
            .iter()
            .map(|(prefix, least, _)| prefix.len() + least)
            .min();
        assert!(
            shortest.is_some_and(|shortest| shortest >= SHORTEST),
            "{shortest:?}"
        );
        for (prefix, least, _) in PREFIXES {
            let key = format!("x {prefix}{}7", "a".repeat(least - 1));
            assert!(may_hold_secret(&key), "{key}");
        }
        for text in [
            "-----BEGIN RSA PRIVATE KEY-----",
            "a://:p@h",
            "pwd=x;a",
            "https://hooks.slack.com/services/TABCDEFGH/ABCDEFGHIJ",
        ] {
            assert!(may_hold_secret(text), "{text}");
        }
        for text in [
            "",
            "arn:aws:sqs:eu-west-1:*:orders",
            "Handles orders",
            "2012-10-17",
        ] {
            assert!(!may_hold_secret(text), "{text}");
        }
    }

    use palisade_core::Origin;

    #[test]
    fn keys_are_known_by_their_shape() {
        let check = |text: &str, expected: bool| {
            assert_eq!(credential(text).is_some(), expected, "{text}");
        };
        // Put together here, so that no scanner takes this file for one with secrets.
        check(&format!("AKIA{}", "Q7RZ3LWM5XKD2HTB"), true);
        check(&format!("export KEY=AKIA{} now", "Q7RZ3LWM5XKD2HTB"), true);
        check("AKIAIOSFODNN7EXAMPLE", false);
        check(
            &format!("AKIA{}\ncurl https://example.org", "Q7RZ3LWM5XKD2HTB"),
            true,
        );
        check("MYAKIAQ7RZ3LWM5XKD2HTB", false);
        check("AKIA", false);
        check("AIza", false);
        check(&format!("da2-{}", "abcdefghijklm1234567890xyz"), true);
        check(&format!("ghp_{}", "x".repeat(36)), false);
        let issued = "4k0dWBpXHvNa_NmDlXs9gfybQeCKKKDPE8Yt35NagSPlaBNGZmaZwxMH4XDEPS";
        check(&format!("palisade_{issued}"), true);
        check(&format!("palisade_prod_{issued}"), true);
        check("palisade_guard_latency_seconds", false);
    }

    #[test]
    fn names_tell_secrets_from_where_they_are() {
        let check = |name, expected| assert_eq!(names_secret(name), expected, "{name}");
        for name in [
            "DB_PASSWORD",
            "dbpassword",
            "API_KEY",
            "GITHUB_TOKEN",
            "authToken",
            "JwtSecret",
            "DatabasePassword",
        ] {
            check(name, true);
        }
        for name in [
            "SECRET_NAME",
            "TOKEN_URL",
            "SECRET_ARN",
            "CACHE_KEY",
            "",
            "MAX_TOKENS",
            "TokenLambda",
            "PasswordPolicy",
        ] {
            check(name, false);
        }
    }

    #[test]
    fn placeholders_are_no_secrets() {
        for text in [
            "",
            "<token>",
            "your-token",
            "********",
            "REPLACE_ME",
            "none",
            "CHANGE_ME",
            "please-change",
            "changeme",
            "0000",
            "to be filled",
            "aaaa",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["hunter2!x", "root", "exchange9", "letmein"] {
            assert!(!is_placeholder(text), "{text}");
        }
        assert!(names_itself("MyAPIkey") && !names_itself("key-7"));
    }

    #[test]
    fn references_are_no_secrets() {
        for text in [
            "arn:aws:x",
            "/orders/token",
            "jdbc:mysql://db/orders",
            "a${B}",
            "a\u{fffc}",
        ] {
            assert!(is_reference(text), "{text}");
        }
        assert!(!is_reference("postgres://app:hunter2@db/orders"));
    }

    #[test]
    fn fields_of_json_are_read_at_any_depth() {
        let text = r#"{"a": "x", "b": {"c": 3, "d": [{"e": "y"}]}, "f": true}"#;
        let found = fields(&Value::text(text, Origin::default())).unwrap();
        let pairs: Vec<(&str, &str)> = found.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(pairs, [("a", "x"), ("c", "3"), ("e", "y")]);
        assert!(fields(&Value::text("plain", Origin::default())).is_none());
    }
}
