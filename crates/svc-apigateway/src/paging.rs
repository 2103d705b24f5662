//! Pages of listings: a cursor in base 64, opaque to callers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store_table::{Cursor, Scan};
use wire_codec::ApiError;

use crate::error::bad_request;

/// Items of one page at most (API Gateway API reference, `limit`), and where none is asked.
const MOST: usize = 500;
const DEFAULT: usize = 25;

/// From a caller's `position` and `limit`.
pub fn scan(position: Option<&str>, limit: Option<i32>) -> Result<Scan, ApiError> {
    let limit = limit.map_or(DEFAULT, |n| usize::try_from(n).unwrap_or(1)).clamp(1, MOST);
    let cursor = match position {
        None | Some("") => None,
        Some(text) => {
            let bytes =
                URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_request("Invalid position parameter"))?;
            Some(Cursor::from_bytes(bytes))
        }
    };
    Ok(Scan::forward().after(cursor).limit(limit))
}

/// Version 2 writes numbers as text.
pub fn scan_text(token: Option<&str>, max_results: Option<&str>) -> Result<Scan, ApiError> {
    let limit = match max_results {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| bad_request("Invalid maxResults parameter"))?),
    };
    scan(token, limit)
}

pub fn position(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|cursor| URL_SAFE_NO_PAD.encode(cursor.as_bytes()))
}

/// A page of what one row holds; the token is where the next begins.
pub fn slice<T>(
    all: impl ExactSizeIterator<Item = T>,
    token: Option<&str>,
    max_results: Option<&str>,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let number = |text: &str| text.parse::<usize>().map_err(|_| bad_request("Invalid paging parameter"));
    let start = token.filter(|token| !token.is_empty()).map_or(Ok(0), number)?;
    let limit = max_results.map_or(Ok(DEFAULT), number)?.clamp(1, MOST);
    let total = all.len();
    let page: Vec<T> = all.skip(start).take(limit).collect();
    let end = start.saturating_add(page.len());
    Ok((page, (end < total).then(|| end.to_string())))
}
