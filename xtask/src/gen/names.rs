//! Names of the model turned into Rust's.

const KEYWORDS: [&str; 13] = [
    "type", "match", "ref", "self", "use", "enum", "async", "move", "final", "abstract", "default", "where",
    "in",
];

/// `QueueURL` -> `queue_url`, `ListObjectsV2` -> `list_objects_v2`, `MD5OfBody` -> `md5_of_body`.
pub(crate) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        if c.is_ascii_uppercase() && i > 0 && starts_word(&chars, i) && !out.ends_with('_') && !out.is_empty()
        {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out.trim_end_matches('_').to_owned()
}

fn starts_word(chars: &[char], i: usize) -> bool {
    let previous = chars[i - 1];
    let next_is_lower = chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
    // A plural `s` after an acronym belongs to it: `ARNs`, `URIs`.
    let plural = chars.get(i + 1) == Some(&'s') && chars.get(i + 2).is_none_or(|c| c.is_ascii_uppercase());
    previous.is_ascii_lowercase()
        || (next_is_lower && !plural && (previous.is_ascii_uppercase() || previous.is_ascii_digit()))
}

/// A field or method name: snake case, keywords as raw identifiers.
pub(crate) fn field(name: &str) -> String {
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}

/// A type name: `__listOfApi` -> `ListOfApi`.
pub(crate) fn type_name(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// An enum's variant: `CREATE_IN_PROGRESS` -> `CreateInProgress`, `python3.12` -> `Python312`, `s3:TestEvent` ->
/// `S3TestEvent`.
pub(crate) fn variant(value: &str) -> String {
    let spelled = value.replace('*', " Any ");
    let mut out: String = spelled.split(|c: char| !c.is_ascii_alphanumeric()).map(capitalized).collect();
    if out.is_empty() {
        out.push_str("Empty");
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) || out == "Self" {
        out.insert(0, 'V');
    }
    out
}

fn capitalized(part: &str) -> String {
    let shouting = !part.chars().any(|c| c.is_ascii_lowercase());
    let mut chars = part.chars();
    let Some(first) = chars.next() else { return String::new() };
    let rest = chars.as_str();
    let rest = if shouting { rest.to_ascii_lowercase() } else { rest.to_owned() };
    format!("{}{rest}", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_become_snake_case() {
        for (name, expected) in [
            ("QueueUrl", "queue_url"),
            ("MD5OfMessageBody", "md5_of_message_body"),
            ("SSEKMSKeyId", "ssekms_key_id"),
            ("ListObjectsV2", "list_objects_v2"),
            ("ChecksumCRC32C", "checksum_crc32c"),
            ("apiId", "api_id"),
            ("NotificationARNs", "notification_arns"),
            ("S3BucketName", "s3_bucket_name"),
            ("ARN", "arn"),
        ] {
            assert_eq!(snake(name), expected);
        }
        assert_eq!(field("Type"), "r#type");
    }

    #[test]
    fn enum_values_become_variants() {
        assert_eq!(variant("CREATE_IN_PROGRESS"), "CreateInProgress");
        assert_eq!(variant("python3.12"), "Python312");
        assert_eq!(variant("s3:ObjectCreated:*"), "S3ObjectCreatedAny");
        assert_eq!(variant("1"), "V1");
        assert_eq!(variant(""), "Empty");
    }
}
