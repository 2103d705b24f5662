//! The service driven through its operations, on a store in memory.

use std::sync::Arc;

use api_ssm::Ssm as _;
use api_ssm::types as t;
use base_id::Ids;
use base_time::{Clock, Timestamp};
use port::{
    Access, AccessDenied, Authorizer, BoxFuture, ParameterReader, Principal, RequestContext, RequestSource,
    ResourceProvider, ResourceRequest,
};
use serde_json::json;
use store_kv::Store;
use wire_codec::ApiError;

use crate::Ssm;

/// Allows all but one action.
struct Rights(&'static str);

impl Authorizer for Rights {
    fn authorize<'a>(
        &'a self,
        _cx: &'a RequestContext,
        access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>> {
        let denied = AccessDenied { action: access.action.to_owned(), message: access.resource.to_owned() };
        let is_denied = access.action == self.0;
        Box::pin(async move { if is_denied { Err(denied) } else { Ok(()) } })
    }
}

fn service() -> (Ssm, RequestContext) {
    refusing("")
}

fn refusing(action: &'static str) -> (Ssm, RequestContext) {
    let (clock, ids) = (Clock::manual(Timestamp::from_secs(1_800_000_000)), Ids::seeded(7));
    let store = Store::in_memory(clock.clone(), ids.clone()).unwrap();
    let account = "123456789012".to_owned();
    let cx = RequestContext::new(
        Principal::Root { account: account.clone() },
        account,
        "eu-central-1".to_owned(),
        "request".to_owned(),
        clock.now(),
        RequestSource::default(),
        Arc::new(Rights(action)),
    );
    (Ssm::open(store, clock, ids), cx)
}

fn string(name: &str, value: &str) -> t::PutParameterInput {
    t::PutParameterInput {
        name: name.to_owned(),
        value: value.to_owned(),
        r#type: Some(t::ParameterType::String),
        ..Default::default()
    }
}

fn over(name: &str, value: &str) -> t::PutParameterInput {
    t::PutParameterInput { overwrite: Some(true), ..string(name, value) }
}

async fn value(ssm: &Ssm, cx: &RequestContext, name: &str) -> Result<String, ApiError> {
    let input = t::GetParameterInput { name: name.to_owned(), with_decryption: None };
    Ok(ssm.get_parameter(cx, input).await?.parameter.unwrap().value.unwrap())
}

async fn by_path(ssm: &Ssm, cx: &RequestContext, input: t::GetParametersByPathInput) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut token) = (Vec::new(), 0, None);
    loop {
        let page = t::GetParametersByPathInput { next_token: token, ..input.clone() };
        let page = ssm.get_parameters_by_path(cx, page).await.unwrap();
        names.extend(page.parameters.unwrap().into_iter().map(|parameter| parameter.name.unwrap()));
        pages += 1;
        token = page.next_token;
        if token.is_none() {
            return (names, pages);
        }
    }
}

#[tokio::test]
async fn versions_count_up_and_selectors_reach_them() {
    let (ssm, cx) = service();
    assert_eq!(ssm.put_parameter(&cx, string("/a/b", "one")).await.unwrap().version, Some(1));
    let again = ssm.put_parameter(&cx, string("/a/b", "two")).await.unwrap_err();
    assert_eq!(again.code, "ParameterAlreadyExists");
    assert_eq!(ssm.put_parameter(&cx, over("/a/b", "two")).await.unwrap().version, Some(2));
    let label = t::LabelParameterVersionInput {
        name: "/a/b".to_owned(),
        parameter_version: Some(1),
        labels: vec!["old".to_owned(), "1bad".to_owned()],
    };
    let labelled = ssm.label_parameter_version(&cx, label).await.unwrap();
    assert_eq!(labelled.invalid_labels.unwrap(), ["1bad"]);
    assert_eq!(value(&ssm, &cx, "/a/b").await.unwrap(), "two");
    assert_eq!(value(&ssm, &cx, "/a/b:1").await.unwrap(), "one");
    assert_eq!(value(&ssm, &cx, "/a/b:old").await.unwrap(), "one");
    let arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/a/b:old";
    assert_eq!(value(&ssm, &cx, arn).await.unwrap(), "one");
    assert_eq!(value(&ssm, &cx, "/a/b:3").await.unwrap_err().code, "ParameterVersionNotFound");
    assert_eq!(value(&ssm, &cx, "/aws/service/x").await.unwrap_err().code, "ParameterNotFound");
    assert_eq!(ssm.read(&cx, "/a/b:2").await.unwrap().value, "two");
}

#[tokio::test]
async fn a_hundred_versions_are_kept_unless_the_oldest_bears_a_label() {
    let (ssm, cx) = service();
    for _ in 0..101 {
        ssm.put_parameter(&cx, over("p", "x")).await.unwrap();
    }
    assert_eq!(value(&ssm, &cx, "p:1").await.unwrap_err().code, "ParameterVersionNotFound");
    let label = t::LabelParameterVersionInput {
        name: "p".to_owned(),
        parameter_version: Some(2),
        labels: vec!["keep".to_owned()],
    };
    ssm.label_parameter_version(&cx, label).await.unwrap();
    let refused = ssm.put_parameter(&cx, over("p", "x")).await.unwrap_err();
    assert_eq!(refused.code, "ParameterMaxVersionLimitExceeded");
    let history = t::GetParameterHistoryInput { name: "p".to_owned(), ..Default::default() };
    let history = ssm.get_parameter_history(&cx, history).await.unwrap();
    let first = &history.parameters.unwrap()[0];
    assert_eq!((first.version, first.labels.clone().unwrap()), (Some(2), vec!["keep".to_owned()]));
    assert!(history.next_token.is_some());
}

#[tokio::test]
async fn paths_list_one_level_or_all_in_pages() {
    let (ssm, cx) = service();
    for name in ["/p/a", "/p/b", "/p/c/d", "/p/c/e", "/pp/x", "p", "/q"] {
        ssm.put_parameter(&cx, string(name, "v")).await.unwrap();
    }
    let level = t::GetParametersByPathInput { path: "/p".to_owned(), ..Default::default() };
    assert_eq!(by_path(&ssm, &cx, level.clone()).await, (vec!["/p/a".to_owned(), "/p/b".to_owned()], 1));
    let all = t::GetParametersByPathInput { recursive: Some(true), max_results: Some(2), ..level };
    let (names, pages) = by_path(&ssm, &cx, all.clone()).await;
    assert_eq!(names, ["/p/a", "/p/b", "/p/c/d", "/p/c/e"]);
    assert_eq!(pages, 2);
    let root = t::GetParametersByPathInput { path: "/".to_owned(), ..all };
    assert_eq!(by_path(&ssm, &cx, root).await.0.len(), 6);
    let relative = t::GetParametersByPathInput { path: "p".to_owned(), ..Default::default() };
    assert_eq!(ssm.get_parameters_by_path(&cx, relative).await.unwrap_err().code, "ValidationException");
}

#[tokio::test]
async fn describe_filters_by_name_type_and_path() {
    let (ssm, cx) = service();
    ssm.put_parameter(&cx, string("/p/a", "v")).await.unwrap();
    let list = t::PutParameterInput { r#type: Some(t::ParameterType::StringList), ..string("/p/b/c", "v,w") };
    ssm.put_parameter(&cx, list).await.unwrap();
    let names = async |key: &str, option: Option<&str>, value: &str| {
        let filter = t::ParameterStringFilter {
            key: key.to_owned(),
            option: option.map(str::to_owned),
            values: Some(vec![value.to_owned()]),
        };
        let input =
            t::DescribeParametersInput { parameter_filters: Some(vec![filter]), ..Default::default() };
        let found = ssm.describe_parameters(&cx, input).await?.parameters.unwrap();
        Ok::<_, ApiError>(found.into_iter().map(|p| p.name.unwrap()).collect::<Vec<_>>())
    };
    assert_eq!(names("Name", None, "/p/a").await.unwrap(), ["/p/a"]);
    assert_eq!(names("Name", Some("Contains"), "b").await.unwrap(), ["/p/b/c"]);
    assert_eq!(names("Type", None, "StringList").await.unwrap(), ["/p/b/c"]);
    assert_eq!(names("Path", None, "/p").await.unwrap(), ["/p/a"]);
    assert_eq!(names("Path", Some("Recursive"), "/p").await.unwrap().len(), 2);
    assert_eq!(names("Name", Some("Recursive"), "/p").await.unwrap_err().code, "InvalidFilterOption");
    assert!(names("KeyId", None, "k").await.unwrap_err().message.contains("KeyId"));
}

#[tokio::test]
async fn what_a_value_may_be_is_checked() {
    let (ssm, cx) = service();
    let digits = t::PutParameterInput { allowed_pattern: Some(r"^\d+$".to_owned()), ..string("n", "1") };
    ssm.put_parameter(&cx, digits).await.unwrap();
    let letters = ssm.put_parameter(&cx, over("n", "x")).await.unwrap_err();
    assert_eq!(letters.code, "ParameterPatternMismatchException");
    let list = t::PutParameterInput { r#type: Some(t::ParameterType::StringList), ..over("n", "1") };
    assert_eq!(ssm.put_parameter(&cx, list).await.unwrap_err().code, "HierarchyTypeMismatchException");
    let typeless = t::PutParameterInput { r#type: None, ..string("m", "1") };
    assert_eq!(ssm.put_parameter(&cx, typeless).await.unwrap_err().code, "ValidationException");
    let secure = t::PutParameterInput { r#type: Some(t::ParameterType::SecureString), ..string("s", "1") };
    assert!(ssm.put_parameter(&cx, secure).await.unwrap_err().message.contains("SecureString"));
    assert_eq!(value(&ssm, &cx, "n").await.unwrap(), "1");
}

#[tokio::test]
async fn several_are_read_and_deleted_at_once_and_the_missing_are_listed() {
    let (ssm, cx) = service();
    ssm.put_parameter(&cx, string("a", "1")).await.unwrap();
    let names = vec!["a".to_owned(), "b".to_owned()];
    let got = t::GetParametersInput { names: names.clone(), with_decryption: None };
    let got = ssm.get_parameters(&cx, got).await.unwrap();
    assert_eq!((got.parameters.unwrap().len(), got.invalid_parameters.unwrap()), (1, vec!["b".to_owned()]));
    let gone = ssm.delete_parameters(&cx, t::DeleteParametersInput { names }).await.unwrap();
    assert_eq!(gone.deleted_parameters.unwrap(), ["a"]);
    assert_eq!(gone.invalid_parameters.unwrap(), ["b"]);
    assert_eq!(value(&ssm, &cx, "a:1").await.unwrap_err().code, "ParameterNotFound");
    assert_eq!(ssm.put_parameter(&cx, string("a", "2")).await.unwrap().version, Some(1));
}

#[tokio::test]
async fn nothing_is_told_without_permission() {
    let (ssm, cx) = refusing("ssm:GetParameter");
    ssm.put_parameter(&cx, string("/a/b", "1")).await.unwrap();
    let denied = value(&ssm, &cx, "/a/b").await.unwrap_err();
    assert_eq!(denied.code, "AccessDeniedException");
    assert_eq!(denied.message, "arn:aws:ssm:eu-central-1:123456789012:parameter/a/b");
}

fn resource(properties: serde_json::Value) -> ResourceRequest {
    ResourceRequest {
        resource_type: "AWS::SSM::Parameter".to_owned(),
        stack_id: "stack".to_owned(),
        stack_name: "stack".to_owned(),
        logical_id: "P".to_owned(),
        generated_name: "stack-P-x".to_owned(),
        physical_id: None,
        properties: properties.as_object().unwrap().clone(),
        previous_properties: None,
        tags: vec![
            ("aws:cloudformation:stack-id".to_owned(), "stack".to_owned()),
            ("aws:cloudformation:logical-id".to_owned(), "P".to_owned()),
        ],
    }
}

#[tokio::test]
async fn a_stack_makes_repeats_changes_and_deletes_its_parameter() {
    let (ssm, cx) = service();
    let request = resource(
        json!({"Name": "/s/p", "Type": "String", "Value": "1", "Description": "d", "Tags": {"k": "v"}}),
    );
    let made = ssm.create(&cx, request.clone()).await.unwrap();
    assert_eq!(made.physical_id, "/s/p");
    assert_eq!(made.attributes["Value"], "1");
    ssm.create(&cx, request.clone()).await.unwrap();
    let foreign = ResourceRequest { stack_id: "other".to_owned(), ..request.clone() };
    assert!(ssm.create(&cx, foreign).await.is_err());
    let mut update = resource(json!({"Name": "/s/p", "Type": "String", "Value": "2"}));
    update.physical_id = Some("/s/p".to_owned());
    ssm.update(&cx, update.clone()).await.unwrap();
    let described = ssm.describe_parameters(&cx, Default::default()).await.unwrap().parameters.unwrap();
    assert_eq!((described[0].version, described[0].description.clone()), (Some(2), None));
    ssm.delete(&cx, update.clone()).await.unwrap();
    ssm.delete(&cx, update).await.unwrap();
    assert_eq!(value(&ssm, &cx, "/s/p").await.unwrap_err().code, "ParameterNotFound");
}
