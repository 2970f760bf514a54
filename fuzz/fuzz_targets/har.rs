//! Reading a HAR an entry at a time, held against reading it whole.
#![no_main]

use std::io::Read;

use har_recording::{HarEntry, Opened, Skip, open, read};
use libfuzzer_sys::fuzz_target;

/// Gives so many bytes at a time, as a pipe may.
struct Pieces<'t>(&'t [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The exchanges and what is none, if all of it is in order.
fn by_entries(bytes: &[u8], at_once: usize) -> Option<(Vec<HarEntry>, Vec<Skip>)> {
    let mut entries = match open(Pieces(bytes, at_once))? {
        Opened::Har(entries) => entries,
        Opened::Other(..) => return None,
    };
    let (mut exchanges, mut skipped) = (Vec::new(), Vec::new());
    for entry in &mut entries {
        match entry.read().ok()? {
            Ok(exchange) => exchanges.push(exchange),
            Err(skip) => skipped.push(skip),
        }
    }
    entries.finish().then_some((exchanges, skipped))
}

fuzz_target!(|bytes: &[u8]| {
    let whole = std::str::from_utf8(bytes).ok().and_then(|it| read(it).ok());
    for at_once in [3, 4096] {
        // What is left to the other reader claims nothing.
        if let Some(by_entries) = by_entries(bytes, at_once) {
            let same = whole.as_ref() == Some(&by_entries);
            assert!(same, "{by_entries:?} is {whole:?} when read whole");
        }
    }
});
