//! A bucket's notification rules: their checks, and which of them an event meets.

use serde::{Deserialize, Serialize};

use super::event::{self, EventName};
use crate::error::S3Error;

/// Most rules of a bucket.
const MAX_RULES: usize = 100;
/// Longest prefix or suffix, in characters.
const MAX_FILTER_CHARS: usize = 1024;

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// A function's ARN, with or without qualifier.
    Function(String),
    /// A queue's ARN.
    Queue(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationRule {
    pub id: String,
    pub destination: Destination,
    /// `s3:ObjectCreated:*` and the like.
    pub events: Vec<String>,
    pub prefix: Option<String>,
    pub suffix: Option<String>,
}

impl Destination {
    pub fn arn(&self) -> &str {
        match self {
            Self::Function(arn) | Self::Queue(arn) => arn,
        }
    }
}

impl NotificationRule {
    pub fn wants(&self, event: EventName, key: &str) -> bool {
        self.events.iter().any(|pattern| event.is_asked_by(pattern))
            && key.starts_with(self.prefix.as_deref().unwrap_or_default())
            && key.ends_with(self.suffix.as_deref().unwrap_or_default())
    }

    /// Whether one event on one key could meet both.
    fn overlaps(&self, other: &Self) -> bool {
        let (a, b) =
            (self.prefix.as_deref().unwrap_or_default(), other.prefix.as_deref().unwrap_or_default());
        let (x, y) =
            (self.suffix.as_deref().unwrap_or_default(), other.suffix.as_deref().unwrap_or_default());
        (a.starts_with(b) || b.starts_with(a))
            && (x.ends_with(y) || y.ends_with(x))
            && self.events.iter().any(|mine| other.events.iter().any(|theirs| event::overlaps(mine, theirs)))
    }
}

/// Whether a bucket may have these rules. That destinations exist and permit is checked where they live.
pub fn check_rules(rules: &[NotificationRule]) -> Result<(), S3Error> {
    if rules.len() > MAX_RULES {
        return Err(S3Error::invalid_argument(
            "NotificationConfiguration",
            "",
            "Too many notification configurations",
        ));
    }
    rules.iter().try_for_each(check_rule)?;
    for (i, rule) in rules.iter().enumerate() {
        let rest = rules.get(i + 1..).unwrap_or_default();
        if rest.iter().any(|other| other.id == rule.id) {
            let text = "Same ID used for multiple configurations. IDs must be unique";
            return Err(S3Error::invalid_argument("Id", &rule.id, text));
        }
        if rest.iter().any(|other| other.overlaps(rule)) {
            return Err(S3Error::new("InvalidArgument", 400, OVERLAP));
        }
    }
    Ok(())
}

const OVERLAP: &str =
    "Configurations overlap. Configurations on the same bucket cannot share a common event type.";

fn check_rule(rule: &NotificationRule) -> Result<(), S3Error> {
    if rule.events.is_empty() {
        return Err(S3Error::malformed_xml());
    }
    if let Some(event) = rule.events.iter().find(|event| !event::is_raised(event)) {
        return Err(S3Error::not_built(format!("the event {event}")));
    }
    let is_long =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > MAX_FILTER_CHARS);
    if is_long(&rule.prefix) || is_long(&rule.suffix) {
        let text = "filter rule value cannot be longer than 1024 characters";
        return Err(S3Error::invalid_argument("FilterRule.Value", "", text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(id: &str, events: &[&str], prefix: &str, suffix: &str) -> NotificationRule {
        NotificationRule {
            id: id.to_owned(),
            destination: Destination::Queue("arn:aws:sqs:us-east-1:000000000000:q".to_owned()),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            prefix: Some(prefix.to_owned()).filter(|text| !text.is_empty()),
            suffix: Some(suffix.to_owned()).filter(|text| !text.is_empty()),
        }
    }

    #[test]
    fn a_rule_wants_its_events_on_its_keys() {
        let rule = rule("r", &["s3:ObjectCreated:*"], "images/", ".jpg");
        assert!(rule.wants(EventName::CreatedPut, "images/a.jpg"));
        assert!(!rule.wants(EventName::CreatedPut, "images/a.png"));
        assert!(!rule.wants(EventName::CreatedPut, "a.jpg"));
        assert!(!rule.wants(EventName::RemovedDelete, "images/a.jpg"));
    }

    #[test]
    fn overlapping_rules_are_refused() {
        let rules = [
            rule("a", &["s3:ObjectCreated:*"], "im", ""),
            rule("b", &["s3:ObjectCreated:Put"], "images", ".jpg"),
        ];
        assert_eq!(check_rules(&rules).unwrap_err().message, OVERLAP);
        let apart =
            [rule("a", &["s3:ObjectCreated:*"], "", ".jpg"), rule("b", &["s3:ObjectCreated:*"], "", ".png")];
        assert!(check_rules(&apart).is_ok());
        let same_id =
            [rule("a", &["s3:ObjectCreated:*"], "", ""), rule("a", &["s3:ObjectRemoved:*"], "", "")];
        assert!(check_rules(&same_id).is_err());
    }

    #[test]
    fn an_event_that_is_never_raised_is_refused_by_name() {
        let error = check_rules(&[rule("a", &["s3:ObjectRestore:*"], "", "")]).unwrap_err();
        assert!(error.code == "NotImplemented" && error.message.contains("s3:ObjectRestore:*"));
    }

    proptest! {
        #[test]
        fn no_event_meets_two_accepted_rules(
            a in ("[ab]{0,2}", "[ab]{0,2}"), b in ("[ab]{0,2}", "[ab]{0,2}"), key in "[ab]{0,6}",
        ) {
            let rules = [
                rule("a", &["s3:ObjectCreated:Put"], &a.0, &a.1),
                rule("b", &["s3:ObjectCreated:*"], &b.0, &b.1),
            ];
            if check_rules(&rules).is_ok() {
                prop_assert!(rules.iter().filter(|rule| rule.wants(EventName::CreatedPut, &key)).count() <= 1);
            }
        }
    }
}
