//! Memory and time of reading a large list, streamed and collected:
//! `cargo bench --bench lists --features fake -- [trunks]`.
//!
//! Server and readers are processes of their own, so that each peak (`VmHWM`, Linux) is that of one
//! side alone.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use netsapiens_connections::fake::{FakeServer, SYSTEM_KEY};
use netsapiens_connections::{Client, Connection, ConnectionFilter, PageSize};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve", trunks] => serve(trunks.parse()?),
        ["read", how, url] => read(how, url),
        [] => compare(100_000),
        [trunks] => compare(trunks.parse()?),
        _ => Err("usage: lists [trunks]".into()),
    }
}

fn compare(trunks: usize) -> Outcome {
    let this = std::env::current_exe()?;
    let mut server = Command::new(&this)
        .args(["serve", &trunks.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut url = String::new();
    if let Some(out) = server.stdout.as_mut() {
        BufReader::new(out).read_line(&mut url)?;
    }
    println!(
        "{:<28} {:>8} {:>12} {:>12} {:>10}",
        "how", "trunks", "before", "peak", "time"
    );
    for how in [
        "streamed, pages of 100",
        "streamed, pages of 1000",
        "collected from a stream",
        "one response",
    ] {
        let status = Command::new(&this)
            .args(["read", how, url.trim()])
            .status()?;
        if !status.success() {
            return Err(format!("{how}: {status}").into());
        }
    }
    drop(server.stdin.take());
    server.wait()?;
    Ok(())
}

/// Serves until the standard input ends.
#[tokio::main]
async fn serve(trunks: usize) -> Outcome {
    let server = FakeServer::start().await;
    server.seed("acme.example", trunks);
    println!("{}", server.url());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

#[tokio::main]
async fn read(how: &str, url: &str) -> Outcome {
    // The single response has about 300 MB, which the default limits would refuse.
    let minutes = Duration::from_secs(600);
    let client = Client::builder()
        .server(url)
        .api_key(SYSTEM_KEY)
        .max_body_bytes(1 << 30)
        .timeout(minutes)
        .deadline(minutes)
        .build()?;
    let everything = ConnectionFilter::default();
    client.connections().count().await?;
    let (before, begun) = (peak()?, Instant::now());
    let trunks = match how {
        "streamed, pages of 100" => walk(&client, 100).await?,
        "streamed, pages of 1000" => walk(&client, 1000).await?,
        "collected from a stream" => {
            let stream = client
                .connections()
                .filter(everything.clone())
                .stream()
                .page_size(PageSize::new(1000)?);
            let trunks: Vec<Connection> = stream.try_collect().await?;
            trunks.len()
        }
        _ => client.connections().list_unchecked().await?.len(),
    };
    let elapsed = begun.elapsed();
    println!(
        "{how:<28} {trunks:>8} {:>9.1} MB {:>9.1} MB {:>8.1} s",
        megabytes(before),
        megabytes(peak()?),
        elapsed.as_secs_f64()
    );
    Ok(())
}

async fn walk(client: &Client, size: u64) -> Result<usize, netsapiens_connections::Error> {
    let mut stream = client
        .connections()
        .stream()
        .page_size(PageSize::new(size)?);
    let mut trunks = 0;
    while stream.try_next().await?.is_some() {
        trunks += 1;
    }
    Ok(trunks)
}

/// Most memory that this process has held, in kB.
fn peak() -> Result<u32, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn megabytes(kilobytes: u32) -> f64 {
    f64::from(kilobytes) / 1024.0
}
