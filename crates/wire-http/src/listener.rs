//! Connections: HTTP/1.1 and HTTP/2 (prior knowledge) on one port, with every limit enforced before memory is spent.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base_task::Tasks;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use wire_codec::Body;

use crate::head;
use crate::incoming::MovingBody;

/// Bounds of one listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections; further ones wait in the kernel's backlog.
    pub connections: usize,
    /// Size of a request's head, in bytes.
    pub head_bytes: usize,
    pub headers: usize,
    /// Time for a whole head to arrive, the first one included, be it HTTP/1.1 or HTTP/2.
    pub head_timeout: Duration,
    /// Longest pause within a request's body.
    pub body_stall: Duration,
    /// How often an idle HTTP/2 peer is asked whether it is there, and how long it may take to say so.
    pub ping: Duration,
    pub streams_per_connection: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head_bytes: 64 * 1024,
            headers: 200,
            head_timeout: Duration::from_secs(30),
            body_stall: Duration::from_secs(60),
            ping: Duration::from_secs(30),
            streams_per_connection: 256,
        }
    }
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Tcp(SocketAddr),
    /// A function's environment, through the listener inside its network namespace.
    Environment,
}

/// Answers requests. Errors don't exist at this level: every request has an answer.
pub trait Handler: Send + Sync + 'static {
    fn handle(&self, request: Request<Body>, peer: Peer) -> impl Future<Output = Response<Body>> + Send;
}

/// A bound port.
pub struct Listener {
    inner: TcpListener,
    limits: Limits,
}

impl Listener {
    /// Binds `address`; port 0 takes any free one.
    pub async fn bind(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        Ok(Self { inner: TcpListener::bind(address).await?, limits })
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Accepts until `tasks` stops; connections then finish the request they are in.
    pub async fn serve<H: Handler>(self, handler: Arc<H>, tasks: Tasks) {
        let stop = tasks.stopping();
        let places = Arc::new(Semaphore::new(self.limits.connections));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = accept(&self.inner, &places) => accepted,
            };
            let (stream, address, place) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, or the peer gave up between the kernel's accept and ours: neither is the
                    // listener's end.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            let (handler, stop, limits) = (handler.clone(), stop.clone(), self.limits);
            tasks.spawn(async move {
                serve_connection(stream, Peer::Tcp(address), handler, limits, stop).await;
                drop(place);
            });
        }
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    // Answers are written whole; waiting to coalesce them would only add delay.
    stream.set_nodelay(true)?;
    Ok((stream, address, place))
}

/// Serves one connection to its end, or to the end of the request it is in when `stop` is cancelled.
pub async fn serve_connection<S, H>(
    stream: S,
    peer: Peer,
    handler: Arc<H>,
    limits: Limits,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Handler,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers)
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.ping)
        .keep_alive_timeout(limits.ping)
        .max_concurrent_streams(limits.streams_per_connection)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    let asked = CancellationToken::new();
    let first = asked.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        first.cancel();
        let handler = handler.clone();
        async move { Ok::<_, Infallible>(answer(request, peer, &*handler, limits).await) }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => log_end(ended),
        () = silence(&asked, limits.head_timeout) => tracing::debug!("a connection asked for nothing"),
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            log_end(connection.await);
        }
    }
}

async fn answer<H: Handler>(
    request: Request<Incoming>,
    peer: Peer,
    handler: &H,
    limits: Limits,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if let Some(reason) = head::fault(&parts) {
        let mut answer = Response::new(Body::from(reason));
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        return answer;
    }
    let body = Body::wrap(MovingBody::new(body, limits.body_stall));
    handler.handle(Request::from_parts(parts, body), peer).await
}

/// Ends only for a peer that has not sent one whole head in `limit`: until the version of HTTP is known, no timer of the
/// protocol's own runs.
async fn silence(asked: &CancellationToken, limit: Duration) {
    if tokio::time::timeout(limit, asked.cancelled()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// A peer that breaks the protocol or goes away is its own affair, seen only by those who look.
fn log_end(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
