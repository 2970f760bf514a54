//! One integration binary, a module per behaviour.

mod corpus;
mod evidence;
mod har;
mod judge_seeded;
mod lowering;
mod never_panics;
mod redact;
mod source;
