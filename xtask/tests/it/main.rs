//! One integration binary, a module per behaviour.

mod har;
mod redact;
