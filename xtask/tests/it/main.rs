//! One integration binary, a module per behaviour.

mod baseline;
mod bench;
mod corpus;
mod corrections;
mod evidence;
mod exit_codes;
mod explain;
mod fake;
mod formats;
mod forward;
mod har;
mod judge_seeded;
mod leaks;
mod lowering;
mod negative;
mod never_panics;
mod redact;
mod regen;
mod secrets;
mod shown;
