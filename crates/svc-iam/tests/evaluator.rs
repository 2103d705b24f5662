//! The decision, rule by rule.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use port::Principal;
use proptest::prelude::*;
use svc_iam::policy::{Decision, Facts, Policy, PolicySet, Reason, Request, Source, evaluate};

const ACCOUNT: &str = "111111111111";
const OTHER: &str = "222222222222";
const RESOURCE: &str = "arn:aws:s3:::b/key";

fn policy(text: &str) -> Arc<Policy> {
    Arc::new(Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{text}]}}"#)).unwrap())
}

fn allow(action: &str) -> Arc<Policy> {
    policy(&format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#))
}

fn deny(action: &str) -> Arc<Policy> {
    policy(&format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"*"}}"#))
}

fn resource(effect: &str, principal: &str) -> Arc<Policy> {
    policy(&format!(r#"{{"Effect":"{effect}","Principal":{principal},"Action":"s3:*","Resource":"*"}}"#))
}

fn user() -> Principal {
    Principal::User {
        account: ACCOUNT.to_owned(),
        name: "bob".to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:user/bob"),
        id: "AIDA1".to_owned(),
        access_key_id: "AKIA1".to_owned(),
    }
}

fn role() -> Principal {
    Principal::AssumedRole {
        account: ACCOUNT.to_owned(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/r"),
        session_name: "s".to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/r/s"),
        id: "AROA1:s".to_owned(),
        access_key_id: "ASIA1".to_owned(),
        session_policies: Vec::new(),
    }
}

fn root() -> Principal {
    Principal::Root { account: ACCOUNT.to_owned() }
}

#[derive(Default)]
struct Case {
    identity: Vec<Arc<Policy>>,
    boundary: Option<Arc<Policy>>,
    session: Option<Vec<Arc<Policy>>>,
    resource: Option<Arc<Policy>>,
    owner: Option<&'static str>,
    action: Option<&'static str>,
}

impl Case {
    fn decide(&self, caller: &Principal) -> Decision {
        let facts = Facts::from_pairs(&[("aws:username", "bob"), ("aws:SourceIp", "10.0.0.1")]);
        let request = Request {
            caller,
            action: self.action.unwrap_or("s3:GetObject"),
            resource: RESOURCE,
            resource_account: self.owner.unwrap_or(ACCOUNT),
            context: &facts,
        };
        let policies = PolicySet {
            identity: &self.identity,
            boundary: self.boundary.as_deref(),
            session: self.session.as_deref(),
            resource: self.resource.as_deref(),
        };
        evaluate(&request, policies)
    }
}

fn silent(source: Source) -> Decision {
    Decision::Deny(Reason::NoAllow(source))
}

fn forbidden(source: Source) -> Decision {
    Decision::Deny(Reason::ExplicitDeny(source))
}

#[test]
fn nothing_is_allowed_by_nothing() {
    assert_eq!(Case::default().decide(&user()), silent(Source::Identity));
    assert_eq!(Case::default().decide(&root()), Decision::Allow);
    assert_eq!(Case::default().decide(&Principal::Anonymous), silent(Source::Resource));
}

#[test]
fn an_identity_policy_allows_what_it_names() {
    let case = Case { identity: vec![allow("s3:Get*")], ..Case::default() };
    assert_eq!(case.decide(&user()), Decision::Allow);
    let other = Case { identity: vec![allow("s3:Put*")], ..Case::default() };
    assert_eq!(other.decide(&user()), silent(Source::Identity));
}

#[test]
fn an_explicit_deny_wins_wherever_it_stands() {
    let base = || vec![allow("*")];
    let identity = Case { identity: vec![allow("*"), deny("s3:GetObject")], ..Case::default() };
    assert_eq!(identity.decide(&user()), forbidden(Source::Identity));
    let boundary = Case {
        identity: base(),
        boundary: Some(policy(
            r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#,
        )),
        ..Case::default()
    };
    assert_eq!(boundary.decide(&user()), forbidden(Source::Boundary));
    let session = Case { identity: base(), session: Some(vec![allow("*"), deny("s3:*")]), ..Case::default() };
    assert_eq!(session.decide(&role()), forbidden(Source::Session));
    let bucket = Case { identity: base(), resource: Some(resource("Deny", r#""*""#)), ..Case::default() };
    assert_eq!(bucket.decide(&user()), forbidden(Source::Resource));
    assert_eq!(bucket.decide(&root()), forbidden(Source::Resource));
    let repair = Case { action: Some("s3:DeleteBucketPolicy"), ..bucket };
    assert_eq!(repair.decide(&root()), Decision::Allow);
}

#[test]
fn a_boundary_and_session_policies_narrow() {
    let narrow = Case { identity: vec![allow("*")], boundary: Some(allow("sqs:*")), ..Case::default() };
    assert_eq!(narrow.decide(&user()), silent(Source::Boundary));
    let session = Case { identity: vec![allow("*")], session: Some(vec![allow("sqs:*")]), ..Case::default() };
    assert_eq!(session.decide(&role()), silent(Source::Session));
    let either = Case {
        identity: vec![allow("*")],
        session: Some(vec![allow("sqs:*"), allow("s3:*")]),
        ..Case::default()
    };
    assert_eq!(either.decide(&role()), Decision::Allow);
}

#[test]
fn a_resource_policy_in_the_same_account_is_enough_when_it_names_the_caller() {
    let named = |principal: String| Case { resource: Some(resource("Allow", &principal)), ..Case::default() };
    let bob = named(format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:user/bob"}}"#));
    assert_eq!(bob.decide(&user()), Decision::Allow);
    assert_eq!(named(r#""*""#.to_owned()).decide(&user()), Decision::Allow);
    let account = named(format!(r#"{{"AWS":"{ACCOUNT}"}}"#));
    assert_eq!(account.decide(&user()), silent(Source::Identity));
    let by_role = named(format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:role/r"}}"#));
    assert_eq!(by_role.decide(&role()), Decision::Allow);
    let narrowed = Case { session: Some(vec![allow("sqs:*")]), ..by_role };
    assert_eq!(narrowed.decide(&role()), silent(Source::Identity));
    let by_session = named(format!(r#"{{"AWS":"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"}}"#));
    assert_eq!(Case { session: Some(vec![allow("sqs:*")]), ..by_session }.decide(&role()), Decision::Allow);
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let theirs = |principal: &str| Case {
        resource: Some(resource("Allow", principal)),
        owner: Some(OTHER),
        ..Case::default()
    };
    let account = format!(r#"{{"AWS":"{ACCOUNT}"}}"#);
    assert_eq!(theirs(&account).decide(&user()), silent(Source::Identity));
    let both = Case { identity: vec![allow("s3:*")], ..theirs(&account) };
    assert_eq!(both.decide(&user()), Decision::Allow);
    let mine_only = Case { identity: vec![allow("s3:*")], owner: Some(OTHER), ..Case::default() };
    assert_eq!(mine_only.decide(&user()), silent(Source::Resource));
    assert_eq!(Case { owner: Some(OTHER), ..Case::default() }.decide(&root()), silent(Source::Resource));
    assert_eq!(theirs(&account).decide(&root()), Decision::Allow);
}

#[test]
fn services_and_anonymous_callers_need_the_resource_policy() {
    let service = Principal::Service {
        name: "lambda.amazonaws.com".to_owned(),
        source_arn: None,
        source_account: None,
    };
    let by_service = r#"{"Service":"lambda.amazonaws.com"}"#;
    let case = Case { resource: Some(resource("Allow", by_service)), ..Case::default() };
    assert_eq!(case.decide(&service), Decision::Allow);
    assert_eq!(case.decide(&Principal::Anonymous), silent(Source::Resource));
    let public = Case { resource: Some(resource("Allow", r#""*""#)), ..Case::default() };
    assert_eq!(public.decide(&Principal::Anonymous), Decision::Allow);
}

#[test]
fn a_trust_policy_must_name_the_caller() {
    let trust = |principal: &str| {
        policy(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#))
    };
    let case = |principal: &str, identity| Case {
        identity,
        resource: Some(trust(principal)),
        action: Some("sts:AssumeRole"),
        ..Case::default()
    };
    let account = format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}}"#);
    assert_eq!(case(&account, vec![]).decide(&user()), silent(Source::Identity));
    assert_eq!(case(&account, vec![allow("sts:*")]).decide(&user()), Decision::Allow);
    let bob = format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:user/bob"}}"#);
    assert_eq!(case(&bob, vec![]).decide(&user()), Decision::Allow);
    let lambda = r#"{"Service":"lambda.amazonaws.com"}"#;
    assert_eq!(case(lambda, vec![allow("*")]).decide(&user()), silent(Source::Trust));
    let no_trust = Case { identity: vec![allow("*")], action: Some("sts:AssumeRole"), ..Case::default() };
    assert_eq!(no_trust.decide(&user()), silent(Source::Trust));
}

#[test]
fn not_action_not_resource_and_not_principal_turn_the_list_round() {
    let all_but = policy(r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#);
    assert_eq!(Case { identity: vec![all_but], ..Case::default() }.decide(&user()), Decision::Allow);
    let elsewhere = policy(r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/*"}"#);
    assert_eq!(
        Case { identity: vec![elsewhere], ..Case::default() }.decide(&user()),
        silent(Source::Identity)
    );
    let others = policy(&format!(
        r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":"arn:aws:iam::{ACCOUNT}:user/bob"}},"Action":"*","Resource":"*"}}"#
    ));
    let case = Case { identity: vec![allow("*")], resource: Some(others), ..Case::default() };
    assert_eq!(case.decide(&user()), Decision::Allow);
    assert_eq!(case.decide(&role()), forbidden(Source::Resource));
}

#[test]
fn variables_and_conditions_are_looked_at() {
    let home = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}/*"}"#);
    assert_eq!(Case { identity: vec![home], ..Case::default() }.decide(&user()), silent(Source::Identity));
    let from = |network: &str| {
        policy(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"IpAddress":{{"aws:SourceIp":"{network}"}}}}}}"#
        ))
    };
    assert_eq!(
        Case { identity: vec![from("10.0.0.0/8")], ..Case::default() }.decide(&user()),
        Decision::Allow
    );
    let away = Case { identity: vec![from("192.168.0.0/16")], ..Case::default() };
    assert_eq!(away.decide(&user()), silent(Source::Identity));
}

proptest! {
    #[test]
    fn deny_always_wins(
        allows in prop::collection::vec("(s3:[*]|[*]|s3:GetObject|sqs:[*])", 0..4),
        at in 0usize..4,
        place in 0u8..4,
        by_role: bool,
    ) {
        let mut case = Case {
            identity: allows.iter().map(|action| allow(action)).collect(),
            boundary: Some(allow("*")),
            session: by_role.then(|| vec![allow("*")]),
            resource: Some(resource("Allow", r#""*""#)),
            ..Case::default()
        };
        match place {
            0 => case.identity.insert(at.min(case.identity.len()), deny("s3:Get*")),
            1 => case.boundary = Some(deny("s3:*")),
            2 => case.resource = Some(policy(
                r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
                   {"Effect":"Deny","Principal":"*","Action":"s3:G*","Resource":"*"}"#,
            )),
            _ => case.session = Some(vec![allow("*"), deny("*")]),
        }
        let caller = if by_role { role() } else { user() };
        prop_assert!(matches!(case.decide(&caller), Decision::Deny(Reason::ExplicitDeny(_))));
    }
}
