use std::{
    io::{self, BufReader, Bytes, Read},
    iter::Peekable,
};

/// The most bytes that may stand between two quotes: many times what the longest description takes. Beyond it, a quote has been left open,
/// and the rest of the file is taken for one cell.
const QUOTED_LIMIT: usize = 1024 * 1024;

/// A file of whose lines each ends in a line feed alone, whatever they end in on the disk. A reader of CSV counts lines rightly then:
/// it takes the carriage return for the end of a record, and would find the line feed before the next. And a file in which no quote
/// is left open, so that no record is as long as the file.
pub struct LineEnds<R: Read> {
    bytes: Peekable<Bytes<BufReader<R>>>,
    last: u8,
    line: u64,
    quoted: Option<Quoted>,
    has_just_closed: bool,
}

/// A cell in quotes that has not ended.
struct Quoted {
    begun_in_line: u64,
    length: usize,
}

impl<R: Read> LineEnds<R> {
    /// The file as it is read from its beginning.
    pub fn of(file: R) -> Self {
        Self { bytes: BufReader::new(file).bytes().peekable(), last: b'\n', line: 1, quoted: None, has_just_closed: false }
    }

    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let byte = match self.bytes.next().transpose()? {
            Some(b'\r') if matches!(self.bytes.peek(), Some(Ok(b'\n'))) => self.bytes.next().transpose()?,
            None if self.last != b'\n' => Some(b'\n'),
            other => other,
        };
        if let Some(byte) = byte {
            self.note(byte)?;
        }
        Ok(byte)
    }

    /// Notes whether a quoted cell begins or ends: one begins with a quote where a cell begins, and a quote right after its end makes it
    /// go on.
    fn note(&mut self, byte: u8) -> io::Result<()> {
        let may_begin = matches!(self.last, b',' | b'\n') || self.has_just_closed;
        self.has_just_closed = false;
        match &mut self.quoted {
            Some(_) if byte == b'"' => {
                self.quoted = None;
                self.has_just_closed = true;
            }
            Some(quoted) if quoted.length == QUOTED_LIMIT => {
                let line = quoted.begun_in_line;
                let what = format!("the quote that begins in line {line} is not closed within {QUOTED_LIMIT} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            Some(quoted) => quoted.length += 1,
            None if byte == b'"' && may_begin => {
                self.quoted = Some(Quoted { begun_in_line: self.line, length: 0 });
            }
            None => {}
        }
        self.line += u64::from(byte == b'\n');
        self.last = byte;
        Ok(())
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for (place, slot) in buffer.iter_mut().enumerate() {
            match self.next_byte()? {
                Some(byte) => *slot = byte,
                None => return Ok(place),
            }
        }
        Ok(buffer.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{LineEnds, QUOTED_LIMIT};
    use std::io::Read;

    fn read(text: &str) -> Result<String, String> {
        let mut read = String::new();
        LineEnds::of(text.as_bytes()).read_to_string(&mut read).map_err(|error| error.to_string())?;
        Ok(read)
    }

    #[test]
    fn every_line_ends_in_a_line_feed() {
        assert_eq!(read("a\r\nb\nc"), Ok("a\nb\nc\n".to_owned()));
        assert_eq!(read("a\rb\n"), Ok("a\rb\n".to_owned()));
        assert_eq!(read(""), Ok(String::new()));
    }

    #[test]
    fn a_quote_that_is_left_open_ends_the_reading_and_its_line_is_told() {
        let long = "x\n".repeat(QUOTED_LIMIT);
        let error = read(&format!("a,b\n1,\"2\n{long}")).expect_err("left open");
        assert_eq!(error, "the quote that begins in line 2 is not closed within 1048576 bytes");
        for closed in ["a,\"b\"\n", "a,\"b \"\"c\"\" d\"\n", "a,b\"c\n", "a,b\"\"c\n", "a,\"\"\n"] {
            assert!(read(&format!("{closed}{long}")).is_ok(), "{closed}");
        }
    }
}
