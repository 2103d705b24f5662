//! The platform's endpoint inside functions' environments: connections made there are served like any other.

use std::sync::{Arc, OnceLock};

use base_task::Tasks;
use fn_pool::EndpointAcceptor;
use tokio::net::TcpStream;
use wire_http::{Limits, Peer, serve_connection};

use crate::front::Front;

/// Takes connections over once the front door exists; before, they are closed.
pub struct EnvironmentDoor {
    front: OnceLock<Arc<Front>>,
    tasks: Tasks,
}

impl EnvironmentDoor {
    pub fn new(tasks: Tasks) -> Self {
        Self { front: OnceLock::new(), tasks }
    }

    pub fn open(&self, front: Arc<Front>) {
        // Opened once, at the start.
        let _ = self.front.set(front);
    }
}

impl EndpointAcceptor for EnvironmentDoor {
    fn accept(&self, stream: TcpStream) {
        let Some(front) = self.front.get().cloned() else { return };
        let stop = self.tasks.stopping();
        self.tasks.spawn(serve_connection(stream, Peer::Environment, front, Limits::default(), stop));
    }
}
