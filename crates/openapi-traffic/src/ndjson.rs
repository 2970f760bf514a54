//! Reads NDJSON files: a recording on each line.

use std::io::{self, BufRead};

/// A line that is not empty.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its number in the file, from 1.
    pub(crate) number: usize,
    /// The byte of the file at which it begins.
    pub(crate) byte: u64,
    /// With the line end.
    pub(crate) bytes: Vec<u8>,
}

/// A line that cannot be read; nothing behind it is.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) number: usize,
    pub(crate) error: io::Error,
}

/// The lines of a file that are not empty, in order.
pub(crate) struct ReadLines<R> {
    /// `None` at the end: a terminal would give more behind it, and so would a disk that cannot be
    /// read at one place.
    reader: Option<R>,
    number: usize,
    byte: u64,
}

impl<R> ReadLines<R> {
    pub(crate) fn new(reader: R) -> Self {
        ReadLines {
            reader: Some(reader),
            number: 0,
            byte: 0,
        }
    }

    /// How many bytes were read.
    pub(crate) fn bytes(&self) -> u64 {
        self.byte
    }
}

impl<R: BufRead> Iterator for ReadLines<R> {
    type Item = Result<Line, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let reader = self.reader.as_mut()?;
            let (byte, mut bytes) = (self.byte, Vec::new());
            self.number += 1;
            let number = self.number;
            match reader.read_until(b'\n', &mut bytes) {
                Ok(0) => self.reader = None,
                Ok(read) => {
                    self.byte += read as u64;
                    if !bytes.trim_ascii().is_empty() {
                        return Some(Ok(Line {
                            number,
                            byte,
                            bytes,
                        }));
                    }
                }
                Err(error) => {
                    self.reader = None;
                    return Some(Err(Unread { number, error }));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::*;

    fn lines(reader: impl BufRead) -> Vec<(usize, u64, String)> {
        let lines = ReadLines::new(reader).map(|line| line.expect("a line"));
        let lines = lines.map(|it| {
            let text = String::from_utf8(it.bytes).expect("UTF-8");
            (it.number, it.byte, text)
        });
        lines.collect()
    }

    #[test]
    fn empty_lines_count_but_are_none() {
        let text = "\n{}\r\n \r\n\n[1]";
        let expected = [(2, 1, "{}\r\n".to_owned()), (5, 9, "[1]".to_owned())];
        assert_eq!(lines(text.as_bytes()), expected);
        assert_eq!(lines("\n\n".as_bytes()), []);
        assert_eq!(lines("".as_bytes()), []);
    }

    /// What a reader gives at each call.
    struct Gives(std::vec::IntoIter<io::Result<&'static str>>);

    impl Read for Gives {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let given = self.0.next().unwrap_or(Ok(""))?;
            given.as_bytes().read(buffer)
        }
    }

    fn giving(given: Vec<io::Result<&'static str>>) -> BufReader<Gives> {
        BufReader::new(Gives(given.into_iter()))
    }

    #[test]
    fn nothing_is_read_behind_the_end() {
        // A terminal gives what is typed after its end.
        let mut read = ReadLines::new(giving(vec![Ok("1\n"), Ok(""), Ok("2\n")]));
        assert!(matches!(read.next(), Some(Ok(Line { number: 1, .. }))));
        assert!(read.next().is_none());
        assert!(read.next().is_none());
        assert_eq!(read.bytes(), 2);
    }

    #[test]
    fn nothing_is_read_behind_a_line_that_cannot_be_read() {
        let error = || Err(io::Error::other("no"));
        let mut read = ReadLines::new(giving(vec![Ok("1\n"), error(), Ok("3\n")]));
        assert!(matches!(read.next(), Some(Ok(Line { number: 1, .. }))));
        assert!(matches!(read.next(), Some(Err(Unread { number: 2, .. }))));
        assert!(read.next().is_none());
    }
}
