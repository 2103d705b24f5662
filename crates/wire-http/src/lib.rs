//! The front door: the listener that turns connections into requests, and the routing of a request to a service.
//!
//! Requests leave here as `http::Request<Body>` with the body unread; what is done with them is the `Handler`'s business.
//! Nothing here knows what a service means by its operations.

mod head;
mod incoming;
mod listener;
mod route;

pub use listener::{Handler, Limits, Listener, Peer, serve_connection};
pub use route::{OperationChoice, Route, RouteError, Router, bucket_of_host};
