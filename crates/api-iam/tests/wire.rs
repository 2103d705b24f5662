//! IAM on the wire: validation texts of the query protocol.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_iam::{CreateRoleInput, SERVICE};
use shared::refusal;
use wire_codec::Protocol;

#[test]
fn lengths_ranges_and_patterns_are_checked_with_their_text() {
    let body = "Action=CreateRole&RoleName=a%20b&AssumeRolePolicyDocument=%7B%7D&MaxSessionDuration=1";
    let text = refusal::<CreateRoleInput>(&SERVICE, "CreateRole", Protocol::Query, body);
    assert!(text.contains("<Code>ValidationError</Code>"), "{text}");
    assert!(text.contains("2 validation errors detected: Value &apos;a b&apos;") || text.contains("Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+"), "{text}");
    assert!(text.contains("Value '1' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"), "{text}");
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("Tags.member.1{}=x", ".a".repeat(5_000));
    refusal::<CreateRoleInput>(&SERVICE, "CreateRole", Protocol::Query, &deep);
}

#[test]
fn the_operation_table_is_sorted_for_look_up_by_name() {
    for operation in SERVICE.operations {
        assert!(
            SERVICE.operation(operation.name).is_some_and(|o| std::ptr::eq(o, operation)),
            "{}",
            operation.name
        );
    }
    assert!(SERVICE.operation("NoSuchOperation").is_none());
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}
