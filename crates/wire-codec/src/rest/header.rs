//! Lists in headers: comma-separated, quoted where a value needs it; HTTP dates have commas of their own.

use crate::schema::TimestampFormat;

/// Splits a header's value. `dates`: the values are HTTP dates.
pub(super) fn split(text: &str, dates: bool) -> Vec<String> {
    if dates {
        return split_dates(text);
    }
    let mut values = Vec::new();
    let mut value = String::new();
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => quoted = false,
            '"' if value.trim().is_empty() => {
                value.clear();
                quoted = true;
            }
            '\\' if quoted => value.extend(chars.next()),
            ',' if !quoted => values.push(std::mem::take(&mut value).trim().to_owned()),
            _ => value.push(c),
        }
    }
    values.push(value.trim().to_owned());
    values
}

fn split_dates(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(',').collect();
    parts.chunks(2).map(|pair| pair.join(",").trim().to_owned()).collect()
}

/// A list's value as it stands in a header.
pub(super) fn quote(value: &str) -> String {
    if value.contains([',', '"']) {
        return format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    }
    value.to_owned()
}

/// Whether a list's elements are written as HTTP dates.
pub(super) fn is_date_list(element: &crate::schema::Member) -> bool {
    element.target.kind == crate::schema::Kind::Timestamp
        && element.timestamp_format(TimestampFormat::HttpDate) == TimestampFormat::HttpDate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_and_dates_keep_their_commas() {
        assert_eq!(split(r#"a, "b,c", "d\"e""#, false), ["a", "b,c", "d\"e"]);
        assert_eq!(split("Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT", true).len(), 2);
        assert_eq!(quote("b,c"), "\"b,c\"");
    }
}
