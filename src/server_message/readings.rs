//! All ways to read a message: as it is, unescaped, without white space, and decoded.

use super::digits::decoded_runs;
use super::escapes::escape;
use super::invisible::is_invisible;
use super::limits::CHECKED_BYTES;
use super::unit::Unit;

/// Maximum number of readings; a message that is escaped more deeply is not meant for people.
const READINGS: usize = 64;

/// One way to read a message.
pub(super) struct Reading {
    units: Vec<Unit>,
    pub(super) kind: Kind,
}

/// What a reading consists of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// The message, unescaped or not.
    Message,
    /// A string that some digits in the message decode to.
    Text,
    /// Not words: all bytes that some digits decode to, or a message without its spaces.
    Other,
}

/// All readings of a message; `None` for one that is too long or escaped too often.
pub(super) fn readings(message: &str) -> Option<Vec<Reading>> {
    if message.len() > CHECKED_BYTES {
        return None;
    }
    let mut texts = vec![Reading::of(message)];
    let mut others = Vec::new();
    let mut next = 0;
    while let Some(reading) = texts.get(next) {
        let mut found: Vec<Reading> = reading.unescaped().into_iter().collect();
        // Escape sequences and base64 may be wrapped over several lines.
        found.extend(reading.without_white_space());
        for run in reading.decoded_runs() {
            found.extend(run.texts());
            others.push(run);
        }
        for reading in found {
            if !texts.iter().any(|known| known.units == reading.units) {
                texts.push(reading);
            }
        }
        if texts.len() > READINGS {
            return None;
        }
        next += 1;
    }
    texts.extend(others);
    Some(texts)
}

impl Reading {
    /// The reading of a string as it is.
    pub(super) fn of(text: &str) -> Self {
        let units = text.char_indices().map(|(from, character)| Unit {
            character,
            from,
            to: from + character.len_utf8(),
        });
        Self {
            units: units.collect(),
            kind: Kind::Message,
        }
    }

    #[cfg(test)]
    pub(super) fn units(&self) -> &[Unit] {
        &self.units
    }

    pub(super) fn characters(&self) -> impl Iterator<Item = char> {
        self.units.iter().map(|unit| unit.character)
    }

    /// The reading without white space and invisible characters, if it has any.
    fn without_white_space(&self) -> Option<Reading> {
        let printed =
            |unit: &&Unit| !unit.character.is_whitespace() && !is_invisible(unit.character);
        let units: Vec<Unit> = self.units.iter().filter(printed).copied().collect();
        (units.len() < self.units.len()).then_some(Reading {
            units,
            kind: Kind::Other,
        })
    }

    /// The reading with escape sequences replaced by their characters, if it has any.
    pub(super) fn unescaped(&self) -> Option<Reading> {
        if !self.characters().any(|c| matches!(c, '\\' | '%' | '&')) {
            return None;
        }
        let mut units = Vec::with_capacity(self.units.len());
        let mut rest = &self.units[..];
        while let Some(first) = rest.first() {
            let (character, length) = escape(rest).unwrap_or((first.character, 1));
            units.push(Unit {
                character,
                from: first.from,
                to: rest[length - 1].to,
            });
            rest = &rest[length..];
        }
        (units.len() < self.units.len()).then_some(Reading {
            units,
            kind: self.kind,
        })
    }

    /// What each run of digits decodes to.
    fn decoded_runs(&self) -> impl Iterator<Item = Reading> {
        let runs = decoded_runs(&self.units).into_iter();
        runs.map(|units| Reading {
            units,
            kind: Kind::Other,
        })
    }

    /// The strings in a decoded run.
    fn texts(&self) -> impl Iterator<Item = Reading> {
        /// Fewer characters may be a coincidence.
        const SHORTEST: usize = 6;
        let parts = self.units.split(|unit| {
            let c = unit.character;
            c == char::REPLACEMENT_CHARACTER || c.is_control() && !c.is_whitespace()
        });
        parts
            .filter(|part| part.len() >= SHORTEST)
            .map(|part| Reading {
                units: part.to_vec(),
                kind: Kind::Text,
            })
    }

    /// The characters to compare: in lower case, and without white space, invisible characters,
    /// backslashes, and `+`, which stands for a space in form data.
    pub(super) fn folded(&self) -> Vec<Unit> {
        let kept = self.units.iter().filter(|unit| {
            let c = unit.character;
            !(c.is_whitespace() || is_invisible(c) || matches!(c, '+' | '\\'))
        });
        kept.map(|unit| Unit {
            character: unit.character.to_ascii_lowercase(),
            ..*unit
        })
        .collect()
    }
}
