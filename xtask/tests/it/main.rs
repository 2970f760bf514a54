//! The integration tests, one module per behaviour.

mod corpus;
mod evidence;
mod judge_seeded;
mod lowering;
mod never_panics;
mod source;
