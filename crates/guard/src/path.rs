//! The path of a request, in the one form in which it is matched, authorised and forwarded: what a
//! function sees is what was decided about.
//!
//! A path that two programs may read differently is refused rather than repaired.

use crate::percent;

/// Longer paths are refused; what AWS gateways take, too.
pub const LONGEST: usize = 10_240;

/// A path that everybody reads alike (RFC 3986, section 3.3, less what is ambiguous).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Decoded, beginning with a slash.
    decoded: String,
    /// Encoded again, each character in one way.
    encoded: String,
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("the path does not begin with a slash")]
    Relative,
    /// It is too long.
    #[error("the path is longer than {LONGEST} bytes")]
    Long,
    /// A segment is `.` or `..`, plain or encoded.
    #[error("the path has a dot segment")]
    DotSegment,
    /// Two slashes follow each other.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// A slash or backslash is encoded, or a backslash stands in it.
    #[error("the path has an encoded slash or a backslash")]
    HiddenSlash,
    /// A percent sign is encoded in front of two hexadecimal digits: it would be decoded twice.
    #[error("the path is encoded twice")]
    EncodedTwice,
    /// A percent sign without two hexadecimal digits behind it.
    #[error("the path is not encoded properly")]
    Encoding,
    /// A control character, a space, or bytes that are no UTF-8.
    #[error("the path has characters that no path has")]
    Character,
    /// A semicolon: some servers cut a segment there.
    #[error("the path has a semicolon, which servers read differently")]
    Parameter,
}

impl PathError {
    /// How records name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Relative => "path-relative",
            Self::Long => "path-too-long",
            Self::DotSegment => "path-dot-segment",
            Self::EmptySegment => "path-empty-segment",
            Self::HiddenSlash => "path-hidden-slash",
            Self::EncodedTwice => "path-encoded-twice",
            Self::Encoding => "path-encoding",
            Self::Character => "path-character",
            Self::Parameter => "path-parameter",
        }
    }
}

impl Path {
    /// Reads a path as it was received, without query.
    ///
    /// # Errors
    /// When it could be read in two ways.
    pub fn parse(raw: &str) -> Result<Self, PathError> {
        if raw.len() > LONGEST {
            return Err(PathError::Long);
        }
        if !raw.starts_with('/') {
            return Err(PathError::Relative);
        }
        let decoded = decode(raw)?;
        let mut segments = decoded.split('/').skip(1).peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "." | ".." => return Err(PathError::DotSegment),
                // A slash at the end is a part of the path.
                "" if segments.peek().is_some() => return Err(PathError::EmptySegment),
                _ => {}
            }
        }
        Ok(Self {
            encoded: encode(&decoded),
            decoded,
        })
    }

    /// Of a request that has none that can be read: no route matches it.
    #[must_use]
    pub const fn unreadable() -> Self {
        Self {
            decoded: String::new(),
            encoded: String::new(),
        }
    }

    /// Decoded: what routes are matched with and policies see.
    #[must_use]
    pub fn decoded(&self) -> &str {
        &self.decoded
    }

    /// As it is forwarded.
    #[must_use]
    pub fn encoded(&self) -> &str {
        &self.encoded
    }
}

fn decode(raw: &str) -> Result<String, PathError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'%' => {
                let (byte, behind) = percent::byte(rest).ok_or(PathError::Encoding)?;
                rest = behind;
                match byte {
                    b'/' | b'\\' => return Err(PathError::HiddenSlash),
                    b';' => return Err(PathError::Parameter),
                    0..=0x1f | 0x7f => return Err(PathError::Character),
                    decoded => bytes.push(decoded),
                }
            }
            b'\\' => return Err(PathError::HiddenSlash),
            b';' => return Err(PathError::Parameter),
            // A query or fragment is cut off before; more of them here would be read differently.
            0..=0x20 | 0x7f.. | b'?' | b'#' => return Err(PathError::Character),
            plain => bytes.push(plain),
        }
    }
    let twice = |at: &[u8]| matches!(at, [b'%', rest @ ..] if percent::byte(rest).is_some());
    if bytes.windows(3).any(twice) {
        return Err(PathError::EncodedTwice);
    }
    String::from_utf8(bytes).map_err(|_| PathError::Character)
}

/// RFC 3986's `pchar` and the slash stay as they are.
fn encode(decoded: &str) -> String {
    let mut encoded = String::with_capacity(decoded.len());
    let stays = |byte| percent::is_unreserved(byte) || b"!$&'()*+,=:@/".contains(&byte);
    percent::encode(decoded, stays, &mut encoded);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_has_one_form() {
        for (raw, decoded, encoded) in [
            ("/", "/", "/"),
            ("/orders/7", "/orders/7", "/orders/7"),
            ("/orders/", "/orders/", "/orders/"),
            ("/%6frders", "/orders", "/orders"),
            ("/a%20b", "/a b", "/a%20b"),
            ("/caf%C3%A9", "/café", "/caf%C3%A9"),
            ("/100%25", "/100%", "/100%25"),
            ("/a:b@c,d", "/a:b@c,d", "/a:b@c,d"),
            ("/...", "/...", "/..."),
            ("/.hidden", "/.hidden", "/.hidden"),
        ] {
            let path = Path::parse(raw).unwrap();
            assert_eq!((path.decoded(), path.encoded()), (decoded, encoded));
        }
    }

    #[test]
    fn what_two_programs_may_read_differently_is_refused() {
        for (raw, error) in [
            ("", PathError::Relative),
            ("orders", PathError::Relative),
            ("*", PathError::Relative),
            ("http://example.com/", PathError::Relative),
            ("/a/../b", PathError::DotSegment),
            ("/a/%2e%2E/b", PathError::DotSegment),
            ("/a/.%2e", PathError::DotSegment),
            ("/./a", PathError::DotSegment),
            ("/a//b", PathError::EmptySegment),
            ("//a", PathError::EmptySegment),
            ("/a%2fb", PathError::HiddenSlash),
            ("/a%5Cb", PathError::HiddenSlash),
            ("/a\\b", PathError::HiddenSlash),
            ("/a%252fb", PathError::EncodedTwice),
            ("/%25%32%66", PathError::EncodedTwice),
            ("/%252e%252e/b", PathError::EncodedTwice),
            ("/a%", PathError::Encoding),
            ("/a%2", PathError::Encoding),
            ("/a%zz", PathError::Encoding),
            ("/a%u002f", PathError::Encoding),
            ("/a%00", PathError::Character),
            ("/a%0d%0a", PathError::Character),
            ("/a b", PathError::Character),
            ("/caf\u{e9}", PathError::Character),
            ("/%c0%af", PathError::Character),
            ("/a?b", PathError::Character),
            ("/a#b", PathError::Character),
            ("/admin;x=1", PathError::Parameter),
            ("/admin%3bx", PathError::Parameter),
        ] {
            assert_eq!(Path::parse(raw).err(), Some(error), "{raw}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        assert_eq!(Path::parse(&long).err(), Some(PathError::Long));
    }

    proptest! {
        #[test]
        fn the_one_form_is_read_as_itself(raw in "/[ -~]{0,40}") {
            if let Ok(path) = Path::parse(&raw) {
                prop_assert_eq!(Path::parse(path.encoded()), Ok(path));
            }
        }

        #[test]
        fn any_text_is_answered(raw in ".{0,80}") {
            let _ = Path::parse(&raw);
        }
    }
}
