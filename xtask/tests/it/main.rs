//! The maintainer's commands, and the generator's passes.

mod generator;
