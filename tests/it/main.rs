//! Tests of the client against sockets, the fake server and recorded traffic.

mod bulk;
mod complete;
mod credentials;
mod decoding;
mod echoes;
mod errors;
mod examples;
mod fake;
mod faults;
mod framing;
mod gateways;
#[cfg(feature = "codegen")]
mod generated;
mod handles;
mod hostile;
mod http;
mod identity;
mod lenient;
mod lifecycle;
mod log;
mod many;
mod paths;
mod pool;
mod presets;
mod proxies;
mod quirks;
mod recordings;
mod requests;
mod retries;
mod secrets;
mod servers;
mod streams;
mod timeouts;
#[cfg(feature = "__tls")]
mod tls;
mod values;
mod watching;
mod wire;
mod writes;
