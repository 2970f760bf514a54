//! Decoding a list of trunks.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| netsapiens_connections::fuzzing::list(body));
