//! The Runtime API of one environment: `/2018-06-01/runtime/...` (Lambda Developer Guide, "Using the Lambda runtime API
//! for custom runtimes") over a listener inside the environment's network.
//!
//! The client is the function: nothing it sends is trusted. Connections, heads and bodies are bounded before memory is
//! spent; a request that does not fit the environment's state is refused and changes nothing. Hand-over is in memory:
//! a waiting `next` is a channel, events to the pool are another.

mod connection;
mod request;
mod state;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use state::State;

/// Largest response of a synchronous invoke: 6 MiB and 100 bytes.
pub const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024 + 100;
/// A runtime needs one connection, two when it posts on another.
const MAX_CONNECTIONS: usize = 32;
/// At most two events can be outstanding for each step of the state machine.
const EVENT_QUEUE: usize = 8;

/// One invoke, as the runtime gets it from `next`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub request_id: String,
    /// Milliseconds since the epoch at which the function times out.
    pub deadline_ms: i64,
    pub invoked_function_arn: String,
    pub trace_id: Option<String>,
    /// JSON text.
    pub client_context: Option<String>,
    /// JSON text.
    pub cognito_identity: Option<String>,
    pub payload: Bytes,
}

/// What the runtime did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuntimeEvent {
    /// It waits for an invocation: the init phase, or the last invoke, is over.
    Waiting,
    Response {
        request_id: String,
        payload: Bytes,
    },
    /// The response was larger than `MAX_RESPONSE_BYTES`; it was not kept.
    ResponseTooLarge {
        request_id: String,
    },
    Error {
        request_id: String,
        /// `Lambda-Runtime-Function-Error-Type`.
        error_type: Option<String>,
        payload: Bytes,
    },
    InitError {
        error_type: Option<String>,
        payload: Bytes,
    },
}

/// The server of one environment. Dropping it closes every connection.
pub struct RuntimeApi {
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    state: Mutex<State>,
    events: mpsc::Sender<RuntimeEvent>,
}

impl RuntimeApi {
    /// Serves `listener`. Must be called inside a tokio runtime.
    pub fn serve(listener: TcpListener) -> io::Result<(Self, mpsc::Receiver<RuntimeEvent>)> {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (events, receiver) = mpsc::channel(EVENT_QUEUE);
        let shared = Arc::new(Shared { state: Mutex::new(State::new()), events });
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Ok((Self { shared, accepting }, receiver))
    }

    /// Hands an invocation to the waiting `next`, or to the next one.
    pub fn deliver(&self, invocation: Invocation) {
        self.shared.state.lock().deliver(invocation);
    }

    /// Forgets everything: the runtime's process has ended and another one will start.
    pub fn reset(&self) {
        *self.shared.state.lock() = State::new();
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        // A slot first: what finds none waits in the kernel's queue.
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = shared.clone();
                connections.spawn(async move {
                    connection::serve(stream, &shared).await;
                    drop(slot);
                });
            }
            // The client was gone before we took it.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "the runtime API of an environment stopped accepting");
                return;
            }
        }
    }
}
