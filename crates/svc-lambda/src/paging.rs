//! Markers of listings: a cursor in base 64, opaque to callers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store_table::Cursor;
use wire_codec::ApiError;

use crate::error::invalid_parameter;

/// Items of one page (Lambda API reference: at most 50 are returned).
const MAX_ITEMS: i32 = 50;

pub struct Page {
    pub cursor: Option<Cursor>,
    pub limit: usize,
}

/// From a caller's `Marker` and `MaxItems`.
pub fn page(marker: Option<&str>, max_items: Option<i32>) -> Result<Page, ApiError> {
    let limit = usize::try_from(max_items.unwrap_or(MAX_ITEMS).clamp(1, MAX_ITEMS)).unwrap_or(1);
    let cursor = match marker {
        None | Some("") => None,
        Some(text) => {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid_parameter("Invalid Marker."))?;
            Some(Cursor::from_bytes(bytes))
        }
    };
    Ok(Page { cursor, limit })
}

/// For `NextMarker`.
pub fn marker(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|cursor| URL_SAFE_NO_PAD.encode(cursor.as_bytes()))
}
