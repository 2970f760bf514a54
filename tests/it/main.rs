//! The client against sockets, the embedded server and recorded traffic.

mod errors;
mod faults;
mod lenient;
mod lifecycle;
mod paths;
mod presets;
mod quirks;
mod recordings;
mod retries;
mod secrets;
mod values;
mod wire;
