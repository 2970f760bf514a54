//! Showing a server's message that repeats a secret.
#![no_main]

libfuzzer_sys::fuzz_target!(|around: (&str, &str)| {
    netsapiens_connections::fuzzing::message(around.0, around.1)
});
