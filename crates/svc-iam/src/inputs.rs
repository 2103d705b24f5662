//! Reading inputs: names, paths, tags and pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store_table::{Cursor, Scan};
use wire_codec::ApiError;

use crate::error::{invalid_input, limit_exceeded, validation};
use crate::model::EntityKind;
use crate::tables::TagRows;

const MAX_PATH_CHARS: usize = 512;
const MAX_TAGS: usize = 50;
/// `MaxItems` where a list does not say.
const PAGE_ROWS: i32 = 100;
const MAX_PAGE_ROWS: i32 = 1000;

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

/// A user's, group's or role's name. The wire layer has checked it against the model; resources of stacks come here
/// unchecked.
pub(crate) fn check_name(kind: EntityKind, name: &str) -> Result<(), ApiError> {
    check_text(&format!("{}Name", kind.word()), name, kind.max_name_chars())
}

pub(crate) fn check_policy_name(name: &str) -> Result<(), ApiError> {
    check_text("policyName", name, 128)
}

fn check_text(member: &str, text: &str, max: usize) -> Result<(), ApiError> {
    if text.chars().count() > max {
        return Err(validation(format!(
            "1 validation error detected: Value '{text}' at '{member}' failed to satisfy constraint: Member must have \
             length less than or equal to {max}"
        )));
    }
    if !is_name(text) {
        return Err(validation(format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the \
             following: +=,.@_-"
        )));
    }
    Ok(())
}

/// The path, `/` where none is given.
pub(crate) fn path(given: Option<&str>) -> Result<String, ApiError> {
    let path = given.unwrap_or("/");
    let is_printable = path.bytes().all(|b| (0x21..=0x7e).contains(&b));
    if path.starts_with('/') && path.ends_with('/') && is_printable && path.len() <= MAX_PATH_CHARS {
        return Ok(path.to_owned());
    }
    Err(validation(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
         characters and/or / characters.",
    ))
}

/// Tags of a caller: no system tags, no key twice in any case.
pub(crate) fn check_tags(tags: &TagRows) -> Result<(), ApiError> {
    if tags.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(invalid_input("System tags cannot be added/updated by requester."));
    }
    for (at, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(validation("Tag keys have 1 to 128 characters, values at most 256."));
        }
        if tags[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(key)) {
            return Err(invalid_input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
    }
    check_tag_count(tags)
}

pub(crate) fn check_tag_count(tags: &TagRows) -> Result<(), ApiError> {
    let own = tags.iter().filter(|(key, _)| !key.starts_with("aws:")).count();
    if own > MAX_TAGS {
        return Err(limit_exceeded(format!("The number of tags has reached the maximum limit: {MAX_TAGS}")));
    }
    Ok(())
}

pub(crate) fn tag_rows(tags: Option<Vec<api_iam::Tag>>) -> TagRows {
    tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// Adds to tags, replacing those with the same key.
pub(crate) fn merge_tags(rows: &mut TagRows, more: TagRows) {
    for (key, value) in more {
        match rows.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(&key)) {
            Some(row) => *row = (key, value),
            None => rows.push((key, value)),
        }
    }
}

pub(crate) fn remove_tags(rows: &mut TagRows, keys: &[String]) {
    rows.retain(|(key, _)| !keys.iter().any(|gone| gone.eq_ignore_ascii_case(key)));
}

fn rows(max_items: Option<i32>) -> usize {
    usize::try_from(max_items.unwrap_or(PAGE_ROWS).clamp(1, MAX_PAGE_ROWS)).unwrap_or(1)
}

/// The scan a list's `Marker` and `MaxItems` ask for.
pub(crate) fn page(marker: Option<&str>, max_items: Option<i32>) -> Result<Scan, ApiError> {
    let cursor = match marker {
        None => None,
        Some(text) => {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| validation("Invalid Marker."))?;
            Some(Cursor::from_bytes(bytes))
        }
    };
    Ok(Scan::forward().after(cursor).limit(rows(max_items)))
}

/// The marker of the next page.
pub(crate) fn marker(next: Option<&Cursor>) -> Option<String> {
    next.map(|cursor| URL_SAFE_NO_PAD.encode(cursor.as_bytes()))
}

/// A page of a list that is at hand: items, and the marker of the next page.
pub(crate) fn page_of<T>(
    items: Vec<T>,
    from: Option<&str>,
    max_items: Option<i32>,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let start = match from {
        None => 0,
        Some(text) => text.parse::<usize>().map_err(|_| validation("Invalid Marker."))?,
    };
    let end = start.saturating_add(rows(max_items));
    let next = (end < items.len()).then(|| end.to_string());
    Ok((items.into_iter().skip(start).take(end - start).collect(), next))
}
