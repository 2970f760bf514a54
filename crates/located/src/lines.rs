//! An index of the lines of a text, to find line and column of a byte quickly.

use std::ops::Range;

/// The distance in bytes between index entries. Finding a column counts at most two such stretches,
/// however long the line is.
const STRETCH: usize = 1024;

/// Where the lines of a text begin, and how many characters precede each stretch.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The bytes at which the second line and those after it begin.
    starts: Vec<usize>,
    /// The characters before byte `STRETCH * index`.
    characters: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let mut before = 0;
        let characters = text.as_bytes().chunks(STRETCH).map(|stretch| {
            let here = before;
            before += begun(stretch);
            here
        });
        Lines {
            characters: characters.collect(),
            starts: memchr::memchr_iter(b'\n', text.as_bytes())
                .map(|at| at + 1)
                .collect(),
        }
    }

    /// Line and column in characters, both from 1, of the byte `at` of the indexed text.
    pub(crate) fn line_and_column(&self, text: &str, at: usize) -> (usize, usize) {
        let before = self.starts.partition_point(|start| *start <= at);
        let start = before
            .checked_sub(1)
            .and_then(|last| self.starts.get(last))
            .copied()
            .unwrap_or(0);
        let column = self.characters_before(text, at) - self.characters_before(text, start);
        (before + 1, column + 1)
    }

    /// The bytes of a line (from 1), without the line end.
    pub(crate) fn line(&self, text: &str, line: usize) -> Option<Range<usize>> {
        let start = match line.checked_sub(2) {
            None if line == 1 => 0,
            before => *self.starts.get(before?)?,
        };
        let end = self
            .starts
            .get(line - 1)
            .map_or(text.len(), |next| next - 1);
        let here = &text[start..end];
        // After the last line end there is a line only if it is not empty.
        let is_line = line <= self.starts.len() || !here.is_empty();
        is_line.then(|| start..start + here.strip_suffix('\r').unwrap_or(here).len())
    }

    /// The byte at which a column (from 1, in characters) of a line begins; the end of the line if
    /// it is shorter.
    pub(crate) fn byte_at(&self, text: &str, line: usize, column: usize) -> Option<usize> {
        let line = self.line(text, line)?;
        let wanted = self.characters_before(text, line.start) + column.saturating_sub(1);
        // The last stretch that begins at or before the wanted character.
        let stretch = self.characters.partition_point(|before| *before <= wanted);
        let index = stretch.saturating_sub(1);
        let known = self.characters.get(index).copied().unwrap_or(0);
        let bytes = text.as_bytes().iter().enumerate().skip(index * STRETCH);
        let mut begun = bytes.filter(|(_, byte)| begins(**byte));
        let at = begun.nth(wanted - known).map_or(line.end, |(at, _)| at);
        Some(at.min(line.end))
    }

    fn characters_before(&self, text: &str, at: usize) -> usize {
        let index = at / STRETCH;
        // A text that ends with a whole stretch has no entry for its end.
        let index = index.min(self.characters.len().saturating_sub(1));
        let known = self.characters.get(index).copied().unwrap_or(0);
        known + begun(&text.as_bytes()[index * STRETCH..at])
    }
}

/// How many characters begin in these bytes.
fn begun(bytes: &[u8]) -> usize {
    #[cfg(test)]
    tests::COUNTED.set(tests::COUNTED.get() + bytes.len());
    // In chunks that a byte can count, so that the compiler vectorizes the loop.
    let counted = bytes.chunks(usize::from(u8::MAX)).map(|part| {
        let begun = part.iter().map(|byte| u8::from(begins(*byte)));
        usize::from(begun.sum::<u8>())
    });
    counted.sum()
}

fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    thread_local! {
        /// How many bytes this thread has counted.
        pub(super) static COUNTED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_column_of_a_long_line_costs_two_stretches_at_most() {
        let text = "é".repeat(1 << 17);
        let lines = Lines::new(&text);
        for at in (0..text.len()).step_by(10_002) {
            COUNTED.set(0);
            assert_eq!(lines.line_and_column(&text, at), (1, at / 2 + 1));
            assert!(COUNTED.get() <= 2 * STRETCH, "{} at {at}", COUNTED.get());
        }
    }

    /// The naive way: counts characters and line ends one by one.
    fn counted(text: &str, at: usize) -> (usize, usize) {
        let (mut line, mut column) = (1, 1);
        for c in text[..at].chars() {
            if c == '\n' {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        (line, column)
    }

    proptest! {
        #[test]
        fn every_place_is_the_one_that_counting_gives(
            text in "(?s)[a-zé字😀\n]{0,40}",
            times in 1..120_usize,
        ) {
            let text = text.repeat(times);
            let lines = Lines::new(&text);
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)).step_by(7) {
                let (line, column) = counted(&text, at);
                prop_assert_eq!(lines.line_and_column(&text, at), (line, column));
                if lines.line(&text, line).is_some() {
                    prop_assert_eq!(lines.byte_at(&text, line, column), Some(at));
                }
            }
            prop_assert_eq!(lines.line_and_column(&text, text.len()), counted(&text, text.len()));
        }
    }

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "a", "a\n", "a\r\nb", "\n\n", "é\n\n字\n"] {
            let lines = Lines::new(text);
            let found = (1..).map_while(|line| lines.line(text, line));
            let found: Vec<_> = found.map(|line| &text[line]).collect();
            assert_eq!(found, text.lines().collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn the_end_of_whole_stretches_is_found() {
        for length in [0, STRETCH, 2 * STRETCH] {
            let text = "a".repeat(length);
            assert_eq!(
                Lines::new(&text).line_and_column(&text, length),
                (1, length + 1)
            );
        }
    }
}
