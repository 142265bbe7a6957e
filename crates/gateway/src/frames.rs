//! What is sent over HTTP/2 when a client errs. h2 answers what is no request by itself, and neither
//! hyper nor we hear of it; but what it sends goes through our hands: a stream that is reset as
//! malformed, a connection that is given up. Only the heads of frames are looked at.

/// The head of a frame (RFC 9113, section 4.1).
const HEAD: usize = 9;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;

/// Follows the frames that are sent.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// The head of a frame, and the part of its payload that says why.
    held: [u8; HEAD + 8],
    count: usize,
    /// So many bytes of a payload are of no interest.
    skip: usize,
}

impl Frames {
    /// Follows bytes as they are sent; a code when they refuse what has come.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Option<&'static str> {
        let mut found = None;
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.skip > 0 {
                let (_, behind) = rest.split_at(self.skip.min(rest.len()));
                self.skip -= rest.len() - behind.len();
                rest = behind;
                continue;
            }
            let wanted = HEAD + self.reason();
            let (part, behind) = rest.split_at((wanted - self.count).min(rest.len()));
            if let Some(place) = self.held.get_mut(self.count..self.count + part.len()) {
                place.copy_from_slice(part);
            }
            self.count += part.len();
            rest = behind;
            if self.count == HEAD + self.reason() {
                found = found.or(self.refusal());
                self.skip = self.length().saturating_sub(self.reason());
                self.count = 0;
            }
        }
        found
    }

    fn length(&self) -> usize {
        let [high, middle, low, ..] = self.held;
        usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low)
    }

    /// How much of the payload says why, once the head is there.
    fn reason(&self) -> usize {
        match self.held[3] {
            _ if self.count < HEAD => 0,
            RST_STREAM => 4,
            GOAWAY => 8,
            // An answer of ours has a date, and is longer: this is h2's to a head that is too large,
            // or the end of an answer.
            HEADERS if self.held[4] & END_STREAM != 0 && self.length() <= 8 => self.length(),
            _ => 0,
        }
    }

    /// RFC 9113, section 7: what the peer has done wrong.
    fn refusal(&self) -> Option<&'static str> {
        if self.held[3] == HEADERS {
            let mut block = self.held.get(HEAD..HEAD + self.reason())?.iter();
            // RFC 7541: behind changes of the table's size, a status that stands in no table yet.
            let first = block.find(|byte| **byte & 0xe0 != 0x20)?;
            return (*first == 0x48).then_some("head-too-large");
        }
        let at = HEAD + self.reason().checked_sub(4)?;
        let code: [u8; 4] = self.held.get(at..at + 4)?.try_into().ok()?;
        match (self.held[3], u32::from_be_bytes(code)) {
            // ENHANCE_YOUR_CALM.
            (_, 11) => Some("http2-flood"),
            // PROTOCOL_ERROR; of a connection also FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT,
            // STREAM_CLOSED, FRAME_SIZE_ERROR and COMPRESSION_ERROR. A stream that ends otherwise was a
            // request, which has its own record.
            (_, 1) | (GOAWAY, 3..=6 | 9) => Some("http2-malformed"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        [&[0, 0, length, kind, 0, 0, 0, 0, 1], payload].concat()
    }

    /// The head of an answer that has nothing behind it.
    fn ended(block: &[u8]) -> Vec<u8> {
        let mut frame = frame(HEADERS, block);
        frame[4] = END_STREAM | 4;
        frame
    }

    fn goaway(code: u8) -> Vec<u8> {
        frame(GOAWAY, &[0, 0, 0, 1, 0, 0, 0, code, b'w', b'h', b'y'])
    }

    #[test]
    fn refusals_are_seen_however_they_are_cut() {
        let reset = |code| frame(RST_STREAM, &[0, 0, 0, code]);
        let settings = frame(4, &[0, 3, 0, 0, 0, 128]);
        // A payload that looks like a refusal.
        let data = frame(0, &reset(1));
        for (last, expected) in [
            (reset(1), Some("http2-malformed")),
            (reset(8), None),
            (reset(0), None),
            (reset(5), None),
            (goaway(0), None),
            (goaway(1), Some("http2-malformed")),
            (goaway(9), Some("http2-malformed")),
            (goaway(2), None),
            (goaway(11), Some("http2-flood")),
            (data.clone(), None),
            (ended(&[0x48, 0x82, 0x68, 0x01]), Some("head-too-large")),
            (
                ended(&[0x20, 0x48, 0x82, 0x68, 0x01]),
                Some("head-too-large"),
            ),
            // Trailers, and an answer from a table.
            (ended(&[0xbe]), None),
            (ended(&[0x88]), None),
            (ended(&[0x40, 0x01, b'a', 0x01, b'b']), None),
            (frame(HEADERS, &[0x48, 0x82, 0x68, 0x01]), None),
        ] {
            let all = [settings.clone(), frame(4, &[]), data.clone(), last.clone()].concat();
            assert_eq!(Frames::default().follow(&all), expected, "{last:?}");
            let mut frames = Frames::default();
            let found = all.iter().filter_map(|byte| frames.follow(&[*byte]));
            assert_eq!(found.last(), expected, "{last:?}");
            let mut frames = Frames::default();
            let found = all.chunks(7).filter_map(|bytes| frames.follow(bytes));
            assert_eq!(found.last(), expected, "{last:?}");
        }
    }
}
