//! Pages of parameters by name. A page looks at a bounded number of rows, so it may hold fewer than asked, or none, and
//! still have a next one, as AWS's do.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use port::RequestContext;
use store_kv::Snapshot;
use store_table::{Cursor, Scan, StartsWith};
use wire_codec::ApiError;

use crate::error::{self, storage};
use crate::model::Parameter;
use crate::tables::{PARAMETERS, ParameterKey};

/// Rows and bytes looked at for one page.
const SCANNED: usize = 1_000;
const SCANNED_BYTES: usize = 2 << 20;

pub struct Page {
    pub rows: Vec<(ParameterKey, Parameter)>,
    pub next_token: Option<String>,
}

/// At most `limit` of the caller's parameters whose names begin with `prefix` and that are `wanted`.
pub async fn parameters(
    cx: &RequestContext,
    snapshot: &Snapshot,
    prefix: &str,
    token: Option<&str>,
    limit: usize,
    wanted: impl Fn(&ParameterKey, &Parameter) -> bool,
) -> Result<Page, ApiError> {
    let own = (cx.account().to_owned(), cx.region().to_owned(), StartsWith(prefix));
    let scan =
        Scan::forward().after(token.map(cursor_of).transpose()?).limit(SCANNED).limit_bytes(SCANNED_BYTES);
    let page = PARAMETERS.scan(snapshot, own, scan).await.map_err(|e| storage(&e))?;
    let mut rows = Vec::new();
    let mut left = page.rows.into_iter();
    while rows.len() < limit {
        let Some((key, parameter)) = left.next() else {
            return Ok(Page { rows, next_token: page.next.as_ref().map(token_of) });
        };
        if wanted(&key, &parameter) {
            rows.push((key, parameter));
        }
    }
    let is_over = page.next.is_none() && !left.any(|(key, parameter)| wanted(&key, &parameter));
    let last = rows.last().filter(|_| !is_over).map(|(key, _)| key.clone());
    Ok(Page { next_token: last.map(|key| URL_SAFE_NO_PAD.encode(&PARAMETERS.key(key)[2..])), rows })
}

pub fn token_of(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(cursor.as_bytes())
}

pub fn cursor_of(token: &str) -> Result<Cursor, ApiError> {
    URL_SAFE_NO_PAD.decode(token).map(Cursor::from_bytes).map_err(|_| error::invalid_token())
}

/// From a caller's `MaxResults`.
pub fn limit(asked: Option<i32>, most: i32) -> usize {
    usize::try_from(asked.unwrap_or(most).clamp(1, most)).unwrap_or(1)
}
