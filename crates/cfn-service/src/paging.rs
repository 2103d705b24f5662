//! Page tokens: a cursor in base 64, opaque to callers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store_table::Cursor;
use wire_codec::ApiError;

use crate::error::validation;

/// Items of one page.
pub const PAGE: usize = 100;

/// From a caller's `NextToken`.
pub fn cursor(token: Option<&str>) -> Result<Option<Cursor>, ApiError> {
    match token {
        None | Some("") => Ok(None),
        Some(text) => {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| validation("Invalid NextToken."))?;
            Ok(Some(Cursor::from_bytes(bytes)))
        }
    }
}

/// For `NextToken`.
pub fn token(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|cursor| URL_SAFE_NO_PAD.encode(cursor.as_bytes()))
}
