//! The client against sockets, the embedded server and recorded traffic.

mod errors;
mod lenient;
mod lifecycle;
mod paths;
mod presets;
mod recordings;
mod secrets;
mod values;
mod wire;
