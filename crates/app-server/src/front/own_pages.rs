//! The platform's own pages under `/_haneul/`: health and status. They tell nothing of users' data;
//! the status, which tells of the machine, is for the machine itself.

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use port::BoxFuture;
use serde_json::Value;
use wire_codec::Body;
use wire_http::Peer;

use super::refusal::{json_answer, plain};

/// What `/_haneul/status` shows.
pub trait StatusSource: Send + Sync {
    fn status(&self) -> BoxFuture<'_, Value>;
}

pub struct OwnPages {
    status: Arc<dyn StatusSource>,
}

impl OwnPages {
    pub fn new(status: Arc<dyn StatusSource>) -> Self {
        Self { status }
    }

    /// The page, if the request is for one. A bucket can't be meant: bucket names have no underscores.
    pub async fn serve(&self, request: &Request<Body>, peer: Peer) -> Option<Response<Body>> {
        let page = request.uri().path().strip_prefix("/_haneul/")?;
        if request.method() != Method::GET {
            return Some(plain(StatusCode::METHOD_NOT_ALLOWED, "these pages are read by GET"));
        }
        Some(match page {
            "health" => json_answer(StatusCode::OK, r#"{"status":"ok"}"#.to_owned()),
            "status" if !is_local(peer) => {
                plain(StatusCode::FORBIDDEN, "the status is shown on the server's own machine only")
            }
            "status" => json_answer(StatusCode::OK, self.status.status().await.to_string()),
            _ => plain(StatusCode::NOT_FOUND, "there is no such page"),
        })
    }
}

fn is_local(peer: Peer) -> bool {
    matches!(peer, Peer::Tcp(address) if address.ip().to_canonical().is_loopback())
}
