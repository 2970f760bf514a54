//! Makes an error of a response: its status, then its body.
#![no_main]

libfuzzer_sys::fuzz_target!(
    |input: (u16, &[u8])| netsapiens_connections::fuzzing::error(input.0, input.1)
);
