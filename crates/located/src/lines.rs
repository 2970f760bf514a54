//! Lines and columns of a text, without counting from its beginning each time.

/// How many bytes are counted at once. A column costs at most two such stretches, however long its
/// line is.
const STRETCH: usize = 1024;

/// Where the lines of a text begin, and how many characters precede each stretch of it.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The bytes at which the second line and those after it begin.
    starts: Vec<usize>,
    /// The characters before byte `STRETCH * index`.
    characters: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let starts = text.bytes().enumerate();
        let mut before = 0;
        let characters = text.as_bytes().chunks(STRETCH).map(|stretch| {
            let here = before;
            before += begun(stretch);
            here
        });
        Lines {
            characters: characters.collect(),
            starts: starts
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at + 1)
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

    /// The byte at a line and a column, both from 1, of the indexed text; the end of the text where
    /// it has none.
    pub(crate) fn byte(&self, text: &str, line: usize, column: usize) -> usize {
        let start = match line.checked_sub(2) {
            None => 0,
            Some(index) => self.starts.get(index).copied().unwrap_or(text.len()),
        };
        let wanted = self.characters_before(text, start) + column.saturating_sub(1);
        let index = self.characters.partition_point(|before| *before <= wanted);
        let mut at = index.saturating_sub(1) * STRETCH;
        // A stretch may begin within a character, which was counted with the one before.
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let before = self.characters_before(text, at);
        text[at..]
            .char_indices()
            .nth(wanted - before)
            .map_or(text.len(), |(more, _)| at + more)
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
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a person would: characters and line ends one by one.
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
                prop_assert_eq!(lines.byte(&text, line, column), at);
            }
            prop_assert_eq!(lines.line_and_column(&text, text.len()), counted(&text, text.len()));
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
