//! Counts requests and their time by a hook, and prints them in the text format of Prometheus.
//!
//! ```console
//! $ cargo run --example metrics --features fake
//! netsapiens_attempts_total{operation="count_connections",result="200"} 2
//! netsapiens_attempt_seconds_sum{operation="count_connections",result="200"} 0.…
//! netsapiens_attempts_total{operation="count_connections",result="503 Status"} 2
//! netsapiens_attempt_seconds_sum{operation="count_connections",result="503 Status"} 0.…
//! netsapiens_attempts_total{operation="list_connections",result="200"} 1
//! netsapiens_attempt_seconds_sum{operation="list_connections",result="200"} 0.…
//! ```
//!
//! It counts requests to the server in `NETSAPIENS_SERVER` (with the key in `NETSAPIENS_API_KEY`),
//! or to a fake server where that is not set, which is busy for two requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netsapiens_connections::fake::{FakeServer, Fault, Operation};
use netsapiens_connections::observability::Attempt;
use netsapiens_connections::{ClientBuilder, Error};

/// Operation and result.
type Labels = (&'static str, String);

/// Attempts and their time.
#[derive(Debug, Default)]
struct Metrics(Mutex<BTreeMap<Labels, (u64, Duration)>>);

impl Metrics {
    /// Is called on the task that waits for the operation, so it is quick.
    fn record(&self, attempt: &Attempt) {
        let result = match (attempt.status, attempt.failure) {
            (Some(status), None) => status.to_string(),
            (Some(status), Some(kind)) => format!("{status} {kind:?}"),
            (None, kind) => kind.map_or("lost".to_owned(), |kind| format!("{kind:?}")),
        };
        let mut metrics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, time) = metrics.entry((attempt.operation, result)).or_default();
        *count += 1;
        *time += attempt.elapsed;
    }

    fn print(&self) {
        let metrics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((operation, result), (count, time)) in metrics.iter() {
            let labels = format!("operation=\"{operation}\",result=\"{result}\"");
            println!("netsapiens_attempts_total{{{labels}}} {count}");
            println!(
                "netsapiens_attempt_seconds_sum{{{labels}}} {:.6}",
                time.as_secs_f64()
            );
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let metrics = Arc::new(Metrics::default());
    let recorded = Arc::clone(&metrics);

    let fake = match std::env::var_os("NETSAPIENS_SERVER") {
        Some(_) => None,
        None => Some(FakeServer::start().await),
    };
    let builder = match &fake {
        Some(fake) => {
            let busy = Fault::status(503).header("retry-after", "0").times(2);
            fake.fail(Operation::CountConnections, busy);
            fake.client_builder()
        }
        None => ClientBuilder::from_env()?,
    };
    let client = builder
        .on_attempt(move |attempt| recorded.record(attempt))
        .build()?;

    // Two attempts fail and the third succeeds: the program sees a number, the metrics trouble.
    client.connections().count().await?;
    client.connections().list().await?;
    metrics.print();
    Ok(())
}
