//! What hyper reads in one way and another program in front of it may read in another: looked at
//! before hyper sees it, byte by byte, and refused.
//!
//! hyper 1.12 takes a line that ends with a bare line feed, drops `Content-Length` in silence when
//! there is `Transfer-Encoding`, takes a second equal `Content-Length`, chunk extensions, and cuts
//! off a fragment. Here these are the end of the connection. This must never decide what a request
//! is: it only says no. What it refuses is replaced by a byte that no request may have, so that hyper
//! answers 400 and closes the connection.

/// A line longer than this is none that says how long a body is.
const LINE: usize = 128;

/// Follows the requests of an HTTP/1 connection.
#[derive(Debug)]
pub(crate) struct Scan {
    state: State,
    /// The beginning of the line that is being read.
    line: Vec<u8>,
    /// Whether the last byte was a carriage return.
    is_after_return: bool,
    head: Head,
    /// Whether anything came before.
    is_first: bool,
    is_second: bool,
}

/// What the head that is being read said so far.
#[derive(Debug, Default)]
struct Head {
    length: Option<u64>,
    is_chunked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The line that says what is asked for.
    RequestLine,
    /// The lines behind it.
    Field,
    /// So many bytes of a body.
    Body(u64),
    /// The size of a chunk: what it is so far, and in how many digits.
    Size(u64, u8),
    /// The line feed behind it.
    SizeEnd(u64),
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The end of the line behind a chunk.
    ChunkReturn,
    ChunkEnd,
    /// Fields behind the last chunk.
    Trailer,
    /// No HTTP/1 any more.
    Other,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            state: State::RequestLine,
            line: Vec::with_capacity(LINE),
            is_after_return: false,
            head: Head::default(),
            is_first: true,
            is_second: false,
        }
    }
}

impl Scan {
    /// Whether what comes next belongs to a head that has begun.
    pub(crate) fn is_in_head(&self) -> bool {
        match self.state {
            State::RequestLine => !self.line.is_empty(),
            State::Field => true,
            _ => false,
        }
    }

    /// Whether what comes next is about a request that nobody knows yet.
    pub(crate) fn is_before_body(&self) -> bool {
        matches!(self.state, State::RequestLine | State::Field)
    }

    /// Whether the connection began as one of HTTP/2.
    pub(crate) fn is_second(&self) -> bool {
        self.is_second
    }

    /// What comes from here on is not HTTP/1: the connection was upgraded.
    pub(crate) fn stop(&mut self) {
        self.state = State::Other;
    }

    /// Follows bytes as they come. Errors with the place of the first that is refused.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Result<(), usize> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let taken = self.step(rest).map_err(|offset| at + offset)?;
            at += taken;
        }
        Ok(())
    }

    /// Takes some of the bytes, which are not none.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        let first = bytes.first().copied().unwrap_or_default();
        let most = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        match self.state {
            State::Other => return Ok(bytes.len()),
            State::RequestLine | State::Field | State::Trailer => return self.lines(bytes),
            State::Body(left) => {
                let taken = most(left);
                self.state = match left - taken as u64 {
                    0 => State::RequestLine,
                    left => State::Body(left),
                };
                return Ok(taken);
            }
            State::Chunk(left) => {
                let taken = most(left);
                self.state = match left - taken as u64 {
                    0 => State::ChunkReturn,
                    left => State::Chunk(left),
                };
                return Ok(taken);
            }
            // 15 digits are more than anything can have, and less than what overflows.
            State::Size(size, digits) => match char::from(first).to_digit(16) {
                Some(digit) if digits < 15 => {
                    self.state = State::Size(size << 4 | u64::from(digit), digits + 1);
                }
                None if first == b'\r' && digits > 0 => self.state = State::SizeEnd(size),
                _ => return Err(0),
            },
            State::SizeEnd(size) => match (first, size) {
                (b'\n', 0) => self.state = State::Trailer,
                (b'\n', _) => self.state = State::Chunk(size),
                _ => return Err(0),
            },
            State::ChunkReturn if first == b'\r' => self.state = State::ChunkEnd,
            State::ChunkEnd if first == b'\n' => self.state = State::Size(0, 0),
            State::ChunkReturn | State::ChunkEnd => return Err(0),
        }
        Ok(1)
    }

    /// Takes a line or a part of it.
    fn lines(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
        if self.state == State::RequestLine {
            // Everybody cuts off a fragment, but not everybody after having looked at it.
            if let Some(hash) = part.iter().position(|byte| *byte == b'#') {
                return Err(hash);
            }
        }
        let room = LINE.saturating_sub(self.line.len());
        self.line.extend(part.iter().take(room));
        if let Some(last) = part.last() {
            self.is_after_return = *last == b'\r';
        }
        let Some(end) = end else {
            return Ok(bytes.len());
        };
        let ends_well = std::mem::take(&mut self.is_after_return);
        let mut line = std::mem::take(&mut self.line);
        let went = match ends_well {
            true => {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                self.line_ends(&line)
            }
            false => Err(()),
        };
        line.clear();
        self.line = line;
        went.map_err(|()| end)?;
        Ok(end + 1)
    }

    fn line_ends(&mut self, line: &[u8]) -> Result<(), ()> {
        match self.state {
            State::RequestLine => {
                let is_first = std::mem::take(&mut self.is_first);
                match line {
                    // RFC 9112, section 2.2: an empty line before a request is passed over.
                    b"" => {}
                    b"PRI * HTTP/2.0" if is_first => {
                        self.is_second = true;
                        self.state = State::Other;
                    }
                    // What comes behind it would be a tunnel.
                    [b'C', b'O', b'N', b'N', b'E', b'C', b'T', b' ', ..] => return Err(()),
                    _ => {
                        self.head = Head::default();
                        self.state = State::Field;
                    }
                }
            }
            State::Field if line.is_empty() => {
                self.state = match (self.head.is_chunked, self.head.length) {
                    (true, _) => State::Size(0, 0),
                    (false, Some(length)) if length > 0 => State::Body(length),
                    _ => State::RequestLine,
                }
            }
            State::Field => return self.field(line),
            State::Trailer if line.is_empty() => self.state = State::RequestLine,
            _ => {}
        }
        Ok(())
    }

    /// A field of a head, as far as it says how long the body is.
    fn field(&mut self, line: &[u8]) -> Result<(), ()> {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return Err(());
        };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default();
        let is_length = name.eq_ignore_ascii_case(b"content-length");
        let is_encoding = name.eq_ignore_ascii_case(b"transfer-encoding");
        if !is_length && !is_encoding {
            return Ok(());
        }
        let is_cut = line.len() >= LINE;
        if is_cut || self.head.length.is_some() || self.head.is_chunked {
            return Err(());
        }
        let value = value.trim_ascii();
        if is_encoding {
            self.head.is_chunked = value.eq_ignore_ascii_case(b"chunked");
            return self.head.is_chunked.then_some(()).ok_or(());
        }
        // Not `parse`: it takes a plus sign.
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let text = std::str::from_utf8(value).ok().filter(|_| digits);
        self.head.length = text.and_then(|text| text.parse().ok());
        self.head.length.map(|_| ()).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is let through, whole and byte by byte.
    fn passes(bytes: &[u8]) -> bool {
        let whole = Scan::default().follow(bytes).is_ok();
        let mut scan = Scan::default();
        let single = bytes.iter().all(|byte| scan.follow(&[*byte]).is_ok());
        assert_eq!(whole, single);
        whole
    }

    fn request(fields: &str, behind: &str) -> Vec<u8> {
        format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n{behind}").into_bytes()
    }

    #[test]
    fn what_everybody_reads_alike_passes() {
        let next = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for (fields, body) in [
            ("", String::new()),
            ("", next.to_owned()),
            ("Content-Length: 5\r\n", format!("a\nb\nc{next}")),
            ("content-length:\t5 \r\n", format!("12345{next}")),
            ("Content-Length: 0\r\n", next.to_owned()),
            (
                "Transfer-Encoding: Chunked\r\n",
                format!("5\r\na\nb\nc\r\nA\r\n0123456789\r\n0\r\n\r\n{next}"),
            ),
            (
                "Transfer-Encoding: chunked\r\n",
                format!("0\r\nX: y\r\n\r\n{next}"),
            ),
            ("X-Long: ", format!("{}\r\n\r\n{next}", "a".repeat(1000))),
        ] {
            // A field without its end is ended by what is behind.
            let bytes = match fields.ends_with('\n') || fields.is_empty() {
                true => request(fields, &body),
                false => format!("POST / HTTP/1.1\r\n{fields}{body}").into_bytes(),
            };
            assert!(passes(&bytes), "{}", String::from_utf8_lossy(&bytes));
        }
        assert!(passes(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\n"));
        assert!(passes(b"\r\n\r\nGET / HTTP/1.1\r\n\r\n"));
    }

    #[test]
    fn what_can_be_read_in_two_ways_does_not() {
        for (fields, body) in [
            // RFC 9112, section 6.3: both lengths.
            ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", ""),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", ""),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", ""),
            ("Content-Length: 5\r\nContent-Length: 6\r\n", ""),
            ("Content-Length: 5, 5\r\n", ""),
            ("Content-Length: +5\r\n", ""),
            ("Content-Length: -5\r\n", ""),
            ("Content-Length: 0x5\r\n", ""),
            ("Content-Length: \r\n", ""),
            ("Content-Length: 5 5\r\n", ""),
            ("Content-Length: 99999999999999999999\r\n", ""),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "",
            ),
            ("Transfer-Encoding: gzip, chunked\r\n", ""),
            ("Transfer-Encoding: identity\r\n", ""),
            ("Transfer-Encoding: xchunked\r\n", ""),
            ("Transfer-Encoding: \x0bchunked\r\n", ""),
            ("Transfer-Encoding: \"chunked\"\r\n", ""),
            // Section 7.1: chunks.
            ("Transfer-Encoding: chunked\r\n", "5;a=b\r\n"),
            ("Transfer-Encoding: chunked\r\n", "5 \r\n"),
            ("Transfer-Encoding: chunked\r\n", " 5\r\n"),
            ("Transfer-Encoding: chunked\r\n", "5\n"),
            ("Transfer-Encoding: chunked\r\n", "5\r1"),
            ("Transfer-Encoding: chunked\r\n", "+5\r\n"),
            ("Transfer-Encoding: chunked\r\n", "-5\r\n"),
            ("Transfer-Encoding: chunked\r\n", "0x5\r\n"),
            ("Transfer-Encoding: chunked\r\n", "\r\n"),
            ("Transfer-Encoding: chunked\r\n", "5\r\nabcde\n"),
            ("Transfer-Encoding: chunked\r\n", "5\r\nabcdef\r\n"),
            ("Transfer-Encoding: chunked\r\n", "0000000000000005\r\n"),
            ("Transfer-Encoding: chunked\r\n", "0\r\nX: y\n\r\n"),
            // Section 2.2: a bare line feed.
            ("X: a\nTransfer-Encoding: chunked\r\n", ""),
            ("X: a\r\n\n", ""),
            ("NoColon\r\n", ""),
        ] {
            assert!(!passes(&request(fields, body)), "{fields:?} {body:?}");
        }
        for head in [
            "GET /a#b HTTP/1.1\r\n",
            "GET / HTTP/1.1\n",
            "CONNECT a:1 HTTP/1.1\r\n",
            "\n",
        ] {
            assert!(!passes(head.as_bytes()), "{head:?}");
        }
        let padded = format!("Content-Length:{}5\r\n", " ".repeat(200));
        assert!(!passes(&request(&padded, "")));
    }

    #[test]
    fn a_head_that_has_begun_is_known() {
        let mut scan = Scan::default();
        assert!(!scan.is_in_head());
        scan.follow(b"G").unwrap();
        assert!(scan.is_in_head());
        scan.follow(b"ET / HTTP/1.1\r\nContent-Length: 2\r\n\r")
            .unwrap();
        assert!(scan.is_in_head());
        scan.follow(b"\n").unwrap();
        assert!(!scan.is_in_head());
        scan.follow(b"ab").unwrap();
        assert!(!scan.is_in_head());
    }
}
