//! What secrets look like, whatever the name in front of them.

/// Stands for a part of a text that is filled in at deployment.
pub(super) const HOLE: char = '\u{fffc}';

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
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-proj-", 20, "an OpenAI key"),
    ("shpat_", 32, "a Shopify token"),
    ("dop_v1_", 64, "a DigitalOcean token"),
];

/// The identifier of an AWS access key.
pub(super) fn aws_access_key_id(text: &str) -> bool {
    ["AKIA", "ASIA"].iter().any(|prefix| {
        runs(text, prefix, |c| c.is_ascii_alphanumeric()).any(|rest| {
            rest.len() == 16
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    })
}

/// Forty characters of Base64: the secret part of an AWS access key, if the name says so.
pub(super) fn aws_secret_key(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+' | b'='))
}

/// A private key in PEM form.
pub(super) fn private_key(text: &str) -> bool {
    text.split("-----BEGIN ").skip(1).any(|rest| {
        rest.split("-----")
            .next()
            .is_some_and(|label| label.ends_with("PRIVATE KEY"))
    })
}

/// Secrets that are known by their shape.
pub(super) fn known(text: &str) -> Option<&'static str> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    for (prefix, least, what) in PREFIXES {
        let fits = text.len() >= prefix.len() + least;
        if fits && runs(text, prefix, word).any(|rest| rest.len() >= *least) {
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
pub(super) fn is_reference(value: &str) -> bool {
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
    value.contains(HOLE) || starts.iter().any(|start| value.starts_with(start))
}

/// Stands where somebody is to put a value.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let whole = [
        "", "none", "null", "nil", "n/a", "na", "tbd", "empty", "unset", "true", "false", "string",
    ];
    let within = [
        "example",
        "dummy",
        "placeholder",
        "changeme",
        "change-me",
        "change_me",
        "change this",
        "changethis",
        "replace",
        "your-",
        "your_",
        "yourp",
        "youra",
        "yours",
        "your ",
        "<",
        "todo",
        "fixme",
        "insert",
        "redacted",
        "update_me",
        "updateme",
        "xxxx",
        "****",
        "....",
    ];
    whole.contains(&value.as_str())
        || within.iter().any(|part| value.contains(part))
        || (value.len() <= 4 && value.bytes().all(|b| b.is_ascii_digit()))
        || value
            .chars()
            .all(|c| matches!(c, '*' | 'x' | '.' | '-' | '_' | '0'))
}

/// Made by a machine, or meant to look so.
pub(super) fn is_random(value: &str) -> bool {
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
pub(super) fn is_wordy_secret(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.len() >= 6
        && !value.contains(char::is_whitespace)
        && ["secret", "key", "token", "pass"]
            .iter()
            .any(|word| value.contains(word))
}
