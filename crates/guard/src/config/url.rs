//! Addresses on the web as `guard.toml` has them: of a server, without anything that two programs
//! may read differently.

/// A URL of `http` or `https`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    pub(crate) encrypted: bool,
    pub(crate) host: &'a str,
    /// With its slash and query; may be empty.
    pub(crate) path: &'a str,
}

impl<'a> Url<'a> {
    /// Nothing when it is something else, or names a user or a fragment.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (encrypted, rest) = match text.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        let unfit = |byte: u8| !byte.is_ascii_graphic() || b"\\#\"<>^`{|}@".contains(&byte);
        if rest.bytes().any(unfit) {
            return None;
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = match authority.strip_prefix('[') {
            Some(inner) => {
                let (host, port) = inner.split_once(']')?;
                host.parse::<std::net::Ipv6Addr>().ok()?;
                (host, port)
            }
            None => {
                let end = authority.find(':').unwrap_or(authority.len());
                let (host, port) = authority.split_at(end);
                let proper = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
                if host.is_empty() || !host.bytes().all(proper) {
                    return None;
                }
                (host, port)
            }
        };
        let proper = match port.strip_prefix(':') {
            Some(port) => {
                let digits = port.bytes().all(|b| b.is_ascii_digit());
                digits && port.parse::<u16>().is_ok_and(|port| port > 0)
            }
            None => port.is_empty(),
        };
        proper.then_some(Self {
            encrypted,
            host,
            path,
        })
    }

    /// Whether it leads to this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Whether nobody on the way can read or change what is said.
    pub(crate) fn is_safe(&self) -> bool {
        self.encrypted || self.is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (text, host, path, safe) in [
            ("https://example.com", "example.com", "", true),
            ("https://example.com:8443/a?b", "example.com", "/a?b", true),
            ("http://example.com/", "example.com", "/", false),
            ("http://localhost:8080", "localhost", "", true),
            ("http://127.0.0.9", "127.0.0.9", "", true),
            ("http://[::1]:1/x", "::1", "/x", true),
            ("http://[2001:db8::1]", "2001:db8::1", "", false),
            (
                "http://localhost.example.com",
                "localhost.example.com",
                "",
                false,
            ),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.host, url.path, url.is_safe()), (host, path, safe));
        }
        for text in [
            "",
            "example.com",
            "ftp://example.com",
            "HTTPS://example.com",
            "https://",
            "https:///a",
            "https://user@example.com",
            "https://user:secret@example.com",
            "https://example.com#a",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:+80",
            "https://[::1",
            "https://[example.com]",
            "https://[::1]x",
            "https://exa mple.com",
            "https://example.com\\@evil",
            "https://{host}",
            "https://*.example.com",
        ] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }
}
