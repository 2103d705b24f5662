//! The platform's own pages under `/_haneul/`: health and status. They tell nothing of users' data.

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use port::BoxFuture;
use serde_json::Value;
use wire_codec::Body;

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
    pub async fn serve(&self, request: &Request<Body>) -> Option<Response<Body>> {
        let page = request.uri().path().strip_prefix("/_haneul/")?;
        if request.method() != Method::GET {
            return Some(plain(StatusCode::METHOD_NOT_ALLOWED, "these pages are read by GET"));
        }
        Some(match page {
            "health" => json_answer(StatusCode::OK, r#"{"status":"ok"}"#.to_owned()),
            "status" => json_answer(StatusCode::OK, self.status.status().await.to_string()),
            _ => plain(StatusCode::NOT_FOUND, "there is no such page"),
        })
    }
}
