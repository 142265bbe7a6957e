//! Lines of input, of which none is held in memory that is too long to be an event.

use std::io::{self, BufRead};

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is in the buffer.
    Whole,
    /// It has so many bytes, which are more than were asked for.
    Long(u64),
}

/// Reads the next line into a buffer, as long as it has at most `limit` bytes; nothing at the end.
pub(crate) fn next(
    input: &mut impl BufRead,
    buffer: &mut Vec<u8>,
    limit: usize,
) -> io::Result<Option<Line>> {
    buffer.clear();
    let mut length: u64 = 0;
    let mut begun = false;
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() && !begun {
            return Ok(None);
        }
        begun = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let room = (limit + 1).saturating_sub(buffer.len());
        buffer.extend_from_slice(line.get(..room.min(line.len())).unwrap_or_default());
        length = length.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        let read = line.len() + usize::from(end.is_some());
        let ended = end.is_some() || bytes.is_empty();
        input.consume(read);
        if ended {
            return Ok(Some(match buffer.len() > limit {
                true => Line::Long(length),
                false => Line::Whole,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], limit: usize) -> Vec<Result<Vec<u8>, u64>> {
        // Buffers of every size end within lines and at their ends.
        let of_size = |size| {
            let mut input = io::BufReader::with_capacity(size, text);
            let (mut buffer, mut lines) = (Vec::new(), Vec::new());
            while let Some(line) = next(&mut input, &mut buffer, limit).unwrap() {
                assert!(buffer.len() <= limit + 1);
                lines.push(match line {
                    Line::Whole => Ok(buffer.clone()),
                    Line::Long(length) => Err(length),
                });
            }
            lines
        };
        let lines = of_size(1);
        assert!((2..9).all(|size| of_size(size) == lines));
        lines
    }

    #[test]
    fn lines_are_bounded() {
        assert_eq!(read(b"", 3), []);
        assert_eq!(read(b"\n", 3), [Ok(vec![])]);
        let three = [Ok(b"abc".to_vec()), Err(4), Ok(b"e".to_vec())];
        assert_eq!(read(b"abc\nabcd\ne", 3), three);
        assert_eq!(read(b"abcdefghijk", 3), [Err(11)]);
    }
}
