//! A TCP proxy that breaks connections on demand, for failures below HTTP.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A position in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Point {
    /// After this many bytes of the whole response, status line and headers included.
    /// `Response(0)` is before its first byte.
    Response(usize),
    /// After this many bytes of its body.
    Body(usize),
}

/// How one connection breaks. The documentation of each says what evidence there is that servers,
/// or gateways before them, do so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Break {
    /// The connection is accepted and reset at once. No request reaches the server.
    ///
    /// Evidence: reported: the platform maker's load generator retries such resets.
    ResetAtOnce,
    /// The request reaches the server. The response ends at this position, and the connection is
    /// closed in order.
    ///
    /// Evidence: imagined.
    Close(Point),
    /// The request reaches the server. The response ends at this position, and the connection is
    /// reset.
    ///
    /// Evidence: reported: the platform maker's load generator retries such resets.
    Reset(Point),
    /// The request reaches the server. From this position on the response arrives byte by byte,
    /// with this delay before each.
    ///
    /// Evidence: imagined.
    Slow(Point, Duration),
    /// The first request gets its response, and the next one on the same connection is reset and
    /// does not reach the server: as if the server closed a kept-alive connection at the moment
    /// when it is used again.
    ///
    /// Evidence: imagined.
    ResetOnReuse,
    /// No request reaches the server. The response has status 200, the content type JSON and a
    /// body of this many bytes, all of them spaces. The proxy keeps none of it in memory.
    ///
    /// Evidence: imagined.
    Flood(u64),
}

/// A TCP proxy before a server, [`FakeServer`](super::FakeServer) or another, that breaks
/// connections on demand.
///
/// Connections pass unchanged until a [`Break`] is given; each break is for one connection. The
/// proxy needs the tokio runtime that it was started on, and stops when it is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// use netsapiens_connections::fake::{Break, FakeServer, FaultProxy, Point};
///
/// let server = FakeServer::start().await;
/// let proxy = FaultProxy::start(&server.url()).await?;
/// let client = server.client_builder().server(proxy.url()).build()?;
///
/// proxy.break_next(Break::Close(Point::Body(3)));
/// assert_eq!(client.connections().count().await?, 0);
/// assert_eq!(server.requests().len(), 2, "the response was cut, so the count was retried");
///
/// proxy.refuse().await;
/// assert!(client.connections().count().await.unwrap_err().is_connect());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    breaks: Mutex<VecDeque<Break>>,
    bytes_back: AtomicU64,
}

impl FaultProxy {
    /// Listens on a free loopback port and forwards to a server, `http://host:port` or `host:port`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(upstream: &str) -> io::Result<Self> {
        let upstream = upstream
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            breaks: Mutex::default(),
            bytes_back: AtomicU64::new(0),
        });
        let accepting = Mutex::new(Some(tokio::spawn(accept(listener, Arc::clone(&shared)))));
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// What [`ClientBuilder::server`](crate::ClientBuilder::server) takes: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks the next new connection. Breaks are queued: each connection takes the oldest one.
    pub fn break_next(&self, how: Break) {
        lock(&self.shared.breaks).push_back(how);
    }

    /// Closes the port and all connections. New connections are refused until
    /// [`FaultProxy::listen`] is called.
    pub async fn refuse(&self) {
        // The task owns the listener and the tasks of all connections; they end with it.
        let accepting = lock(&self.accepting).take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // Once it has ended, the port is closed. The error says that it was aborted.
            drop(accepting.await);
        }
    }

    /// Opens the port again, after [`FaultProxy::refuse`].
    ///
    /// # Errors
    /// When another process has taken the port in the meantime.
    pub async fn listen(&self) -> io::Result<()> {
        self.refuse().await;
        let listener = TcpListener::bind(self.address).await?;
        *lock(&self.accepting) = Some(tokio::spawn(accept(listener, Arc::clone(&self.shared))));
        Ok(())
    }

    /// How many bytes of responses the broken connections passed back to the client, those of a
    /// flood included.
    pub fn bytes_back(&self) -> u64 {
        self.shared.bytes_back.load(Ordering::Relaxed)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        if let Some(accepting) = lock(&self.accepting).take() {
            accepting.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((near, _)) = listener.accept().await else {
            continue;
        };
        let how = lock(&shared.breaks).pop_front();
        let shared = Arc::clone(&shared);
        // Both sides see that the connection ends; there is nobody to report an error to.
        connections.spawn(async move { drop(serve(near, how, &shared).await) });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(mut near: TcpStream, how: Option<Break>, shared: &Shared) -> io::Result<()> {
    near.set_nodelay(true)?;
    match how {
        Some(Break::ResetAtOnce) => return reset(&near),
        Some(Break::Flood(bytes)) => return flood(near, bytes, shared).await,
        _ => {}
    }
    let mut upstream = TcpStream::connect(&shared.upstream).await?;
    let Some(how) = how else {
        return copy_bidirectional(&mut near, &mut upstream).await.map(drop);
    };
    let ending = forward_until(&mut near, &mut upstream, how, shared).await;
    if matches!(how, Break::Reset(_) | Break::ResetOnReuse) {
        reset(&near)?;
    }
    ending
}

/// Forwards requests and responses, until the connection is to break.
async fn forward_until(
    near: &mut TcpStream,
    upstream: &mut TcpStream,
    how: Break,
    shared: &Shared,
) -> io::Result<()> {
    let (mut sent, mut received) = ([0; 4096], [0; 4096]);
    let mut progress = Progress::default();
    loop {
        tokio::select! {
            length = near.read(&mut sent) => match length? {
                0 => return Ok(()),
                _ if how == Break::ResetOnReuse && progress.bytes > 0 => return Ok(()),
                length => upstream.write_all(&sent[..length]).await?,
            },
            length = upstream.read(&mut received) => {
                let piece = &received[..length?];
                if piece.is_empty() {
                    return Ok(());
                }
                match how {
                    Break::Close(point) | Break::Reset(point) => {
                        let whole = progress.before(point, piece);
                        near.write_all(&piece[..whole]).await?;
                        shared.bytes_back.fetch_add(whole as u64, Ordering::Relaxed);
                        if whole < piece.len() {
                            return near.flush().await;
                        }
                    }
                    Break::Slow(point, pause) => {
                        let quick = progress.before(point, piece);
                        near.write_all(&piece[..quick]).await?;
                        for byte in &piece[quick..] {
                            // The shortest sleep takes a millisecond.
                            match pause.is_zero() {
                                true => tokio::task::yield_now().await,
                                false => tokio::time::sleep(pause).await,
                            }
                            near.write_all(&[*byte]).await?;
                        }
                    }
                    _ => {
                        progress.before(Point::Response(usize::MAX), piece);
                        near.write_all(piece).await?;
                    }
                }
            }
        }
    }
}

/// How much of a response was forwarded.
#[derive(Default)]
struct Progress {
    bytes: usize,
    /// Length of status line and headers, once they were forwarded.
    head: Option<usize>,
    last: [u8; 4],
}

impl Progress {
    /// Takes the next piece of the response and returns how much of it lies before a point.
    fn before(&mut self, point: Point, piece: &[u8]) -> usize {
        for (at, byte) in piece.iter().enumerate() {
            let here = match point {
                Point::Response(bytes) => self.bytes >= bytes,
                Point::Body(bytes) => self
                    .head
                    .is_some_and(|head| self.bytes >= head.saturating_add(bytes)),
            };
            if here {
                return at;
            }
            self.bytes += 1;
            self.last = [self.last[1], self.last[2], self.last[3], *byte];
            if self.head.is_none() && self.last == *b"\r\n\r\n" {
                self.head = Some(self.bytes);
            }
        }
        piece.len()
    }
}

/// Makes closing send a reset and drop what is still to be sent.
fn reset(near: &TcpStream) -> io::Result<()> {
    near.set_zero_linger()
}

async fn flood(mut near: TcpStream, bytes: u64, shared: &Shared) -> io::Result<()> {
    if near.read(&mut [0; 4096]).await? == 0 {
        return Ok(());
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {bytes}\r\n\r\n"
    );
    near.write_all(head.as_bytes()).await?;
    let spaces = [b' '; 65536];
    let mut left = bytes;
    while left > 0 {
        let length = near
            .write(
                &spaces[..usize::try_from(left)
                    .unwrap_or(usize::MAX)
                    .min(spaces.len())],
            )
            .await?;
        left -= length as u64;
        shared
            .bytes_back
            .fetch_add(length as u64, Ordering::Relaxed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_found_across_pieces() {
        let response = b"HTTP/1.1 200 OK\r\n\r\n[1,2]";
        for (point, expected) in [
            (Point::Response(0), 0),
            (Point::Response(7), 7),
            (Point::Body(0), 19),
            (Point::Body(3), 22),
            (Point::Body(99), 24),
        ] {
            for size in [1, 2, 5, 100] {
                let mut progress = Progress::default();
                let mut passed = 0;
                for piece in response.chunks(size) {
                    let before = progress.before(point, piece);
                    passed += before;
                    if before < piece.len() {
                        break;
                    }
                }
                assert_eq!(passed, expected, "{point:?} in pieces of {size}");
            }
        }
    }
}
