//! The client against sockets, the embedded server and recorded traffic.

mod bulk;
mod errors;
mod faults;
#[cfg(feature = "codegen")]
mod generated;
mod hostile;
mod lenient;
mod lifecycle;
mod log;
mod paths;
mod presets;
mod proxies;
mod quirks;
mod recordings;
mod retries;
mod secrets;
mod servers;
mod streams;
mod values;
mod watching;
mod wire;
mod writes;
