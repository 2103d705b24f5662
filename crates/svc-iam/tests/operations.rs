//! Operations, credentials and authorization on a store in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use api_iam::*;
use api_sts::{AssumeRoleInput, GetCallerIdentityInput, GetSessionTokenInput, Sts as _};
use base_id::Ids;
use base_time::{Clock, Timestamp};
use port::{
    Access, PolicyChecker, Principal, RequestContext, RequestSource, ResourceProvider, ResourceRequest,
    RoleAssumer,
};
use serde_json::{Map, Value, json};
use store_kv::Store;
use svc_iam::{Iam as Handle, IamConfig};
use wire_auth::AuthError;

const ACCOUNT: &str = "123456789012";
const NOW: Timestamp = Timestamp::from_secs(1_795_576_310);
const LAMBDA_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

struct House {
    iam: Handle,
    store: Store,
    clock: Clock,
}

impl House {
    async fn new(dev: bool) -> Self {
        let clock = Clock::manual(NOW);
        let store = Store::in_memory(clock.clone(), Ids::seeded(1)).unwrap();
        let iam = open(&store, &clock, dev).await;
        Self { iam, store, clock }
    }

    fn as_principal(&self, principal: Principal) -> RequestContext {
        let source = RequestSource { ip: Some([127, 0, 0, 1].into()), ..RequestSource::default() };
        let account = principal.account().unwrap_or(ACCOUNT).to_owned();
        let authorizer = Arc::new(self.iam.clone());
        let (region, id) = ("us-east-1".to_owned(), "id".to_owned());
        RequestContext::new(principal, account, region, id, self.clock.now(), source, authorizer)
    }

    fn root(&self) -> RequestContext {
        self.as_principal(Principal::Root { account: ACCOUNT.to_owned() })
    }

    async fn user(&self, name: &str) -> (String, RequestContext) {
        let input = CreateUserInput { user_name: name.to_owned(), ..Default::default() };
        self.iam.create_user(&self.root(), input).await.unwrap();
        let input = CreateAccessKeyInput { user_name: Some(name.to_owned()) };
        let key = self.iam.create_access_key(&self.root(), input).await.unwrap().access_key;
        let found = self.iam.resolve_credentials(&key.access_key_id, None, NOW).await.unwrap();
        assert_eq!(found.secret_access_key, key.secret_access_key);
        (key.access_key_id, self.as_principal(found.principal))
    }

    async fn allow(&self, user: &str, statement: Value) {
        let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        let input = PutUserPolicyInput {
            user_name: user.to_owned(),
            policy_name: "p".to_owned(),
            policy_document: document,
        };
        self.iam.put_user_policy(&self.root(), input).await.unwrap();
    }

    async fn role(&self, name: &str, trust: &str) -> String {
        let input = CreateRoleInput {
            role_name: name.to_owned(),
            assume_role_policy_document: trust.to_owned(),
            ..Default::default()
        };
        self.iam.create_role(&self.root(), input).await.unwrap().role.arn
    }
}

async fn open(store: &Store, clock: &Clock, dev: bool) -> Handle {
    Handle::open(store.clone(), clock.clone(), Ids::seeded(2), ACCOUNT, IamConfig { dev }).await.unwrap()
}

fn session_name(arn: &str) -> AssumeRoleInput {
    AssumeRoleInput { role_arn: arn.to_owned(), role_session_name: "s".to_owned(), ..Default::default() }
}

#[tokio::test]
async fn root_credentials_are_made_once() {
    let house = House::new(false).await;
    let root = house.iam.root_credentials();
    let again = open(&house.store, &house.clock, false).await;
    assert!(again.root_credentials() == root);
    let found = again.resolve_credentials(&root.access_key_id, None, NOW).await.unwrap();
    assert_eq!(found.principal, Principal::Root { account: ACCOUNT.to_owned() });
    assert_eq!(found.secret_access_key, root.secret_access_key);
    let unknown = again.resolve_credentials("AKIANONE", None, NOW).await;
    assert!(matches!(unknown, Err(AuthError::UnknownAccessKey { .. })));
}

#[tokio::test]
async fn dev_lets_unknown_keys_in_as_root() {
    let house = House::new(true).await;
    let found = house.iam.resolve_credentials("test", None, NOW).await.unwrap();
    assert_eq!(found.principal, Principal::Root { account: "000000000000".to_owned() });
    assert!(!found.is_verifiable);
    let found = house.iam.resolve_credentials("210987654321", None, NOW).await.unwrap();
    assert_eq!(found.principal.account(), Some("210987654321"));
}

#[tokio::test]
async fn a_user_may_do_what_its_policies_say_from_the_next_request_on() {
    let house = House::new(false).await;
    let (key, cx) = house.user("bob").await;
    let access = || Access::new("s3:GetObject", "arn:aws:s3:::b/k");
    let denied = cx.authorize(access()).await.unwrap_err();
    assert_eq!(
        denied.message,
        "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: s3:GetObject on resource: \
         \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:GetObject action"
    );
    house.allow("bob", json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" })).await;
    cx.authorize(access()).await.unwrap();
    house.allow("bob", json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" })).await;
    let denied = cx.authorize(Access::new("s3:ListAllMyBuckets", "*")).await.unwrap_err();
    assert!(denied.message.ends_with("with an explicit deny in an identity-based policy"));
    let input = UpdateAccessKeyInput {
        user_name: Some("bob".to_owned()),
        access_key_id: key.clone(),
        status: StatusType::Inactive,
    };
    house.iam.update_access_key(&house.root(), input).await.unwrap();
    assert!(house.iam.resolve_credentials(&key, None, NOW).await.is_err());
}

#[tokio::test]
async fn groups_and_managed_policies_count_too() {
    let house = House::new(false).await;
    let (_, cx) = house.user("bob").await;
    let root = house.root();
    let group = || "devs".to_owned();
    house.iam.create_group(&root, CreateGroupInput { group_name: group(), path: None }).await.unwrap();
    let input = AddUserToGroupInput { group_name: group(), user_name: "bob".to_owned() };
    house.iam.add_user_to_group(&root, input).await.unwrap();
    let arn = "arn:aws:iam::aws:policy/AmazonSQSFullAccess".to_owned();
    let input = AttachGroupPolicyInput { group_name: group(), policy_arn: arn.clone() };
    house.iam.attach_group_policy(&root, input).await.unwrap();
    cx.authorize(Access::new("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:q")).await.unwrap();
    let input = ListEntitiesForPolicyInput { policy_arn: arn, ..Default::default() };
    let bearers = house.iam.list_entities_for_policy(&root, input).await.unwrap();
    assert_eq!(bearers.policy_groups.unwrap().len(), 1);
    let conflict = house.iam.delete_group(&root, DeleteGroupInput { group_name: group() }).await.unwrap_err();
    assert_eq!(conflict.code, "DeleteConflict");
}

#[tokio::test]
async fn a_role_is_assumed_by_whom_its_trust_policy_names_and_ends_with_it() {
    let house = House::new(false).await;
    let (_, cx) = house.user("bob").await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}"#;
    let arn = house.role("r", trust).await;
    let refused = house.iam.assume_role(&cx, session_name(&arn)).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
    house.allow("bob", json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" })).await;
    let session = house.iam.assume_role(&cx, session_name(&arn)).await.unwrap().credentials.unwrap();
    let (id, token) = (session.access_key_id.as_str(), session.session_token.as_str());
    let found = house.iam.resolve_credentials(id, Some(token), NOW).await.unwrap();
    assert_eq!(found.secret_access_key, session.secret_access_key);
    let as_role = house.as_principal(found.principal.clone());
    let who = house.iam.get_caller_identity(&as_role, GetCallerIdentityInput::default()).await.unwrap();
    assert_eq!(who.arn.unwrap(), "arn:aws:sts::123456789012:assumed-role/r/s");
    let late = NOW + Duration::from_secs(3600);
    assert_eq!(house.iam.resolve_credentials(id, Some(token), late).await, Err(AuthError::ExpiredToken));
    let other = house.iam.resolve_credentials("ASIAOTHER", Some(token), NOW).await;
    assert_eq!(other, Err(AuthError::InvalidToken));
    let changed = token.replacen(&token[20..22], "xx", 1);
    assert_eq!(house.iam.resolve_credentials(id, Some(&changed), NOW).await, Err(AuthError::InvalidToken));
    house.iam.delete_role(&house.root(), DeleteRoleInput { role_name: "r".to_owned() }).await.unwrap();
    assert_eq!(house.iam.resolve_credentials(id, Some(token), NOW).await, Err(AuthError::InvalidToken));
    house.role("r", trust).await;
    assert_eq!(house.iam.resolve_credentials(id, Some(token), NOW).await, Err(AuthError::InvalidToken));
    assert!(as_role.authorize(Access::new("s3:GetObject", "arn:aws:s3:::b/k")).await.is_err());
}

#[tokio::test]
async fn session_policies_narrow_a_session() {
    let house = House::new(false).await;
    let (_, cx) = house.user("bob").await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sts:AssumeRole"}]}"#;
    let arn = house.role("r", trust).await;
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess".to_owned();
    let input = AttachRolePolicyInput { role_name: "r".to_owned(), policy_arn: admin };
    house.iam.attach_role_policy(&house.root(), input).await.unwrap();
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#
            .to_owned();
    let input = AssumeRoleInput { policy: Some(policy), ..session_name(&arn) };
    let session = house.iam.assume_role(&cx, input).await.unwrap().credentials.unwrap();
    let token = Some(session.session_token.as_str());
    let found = house.iam.resolve_credentials(&session.access_key_id, token, NOW).await.unwrap();
    let as_role = house.as_principal(found.principal);
    as_role.authorize(Access::new("s3:GetObject", "arn:aws:s3:::b/k")).await.unwrap();
    let denied = as_role.authorize(Access::new("sqs:ListQueues", "*")).await.unwrap_err();
    assert!(denied.message.ends_with("because no session policy allows the sqs:ListQueues action"));
}

#[tokio::test]
async fn services_assume_roles_that_trust_them() {
    let house = House::new(false).await;
    let arn = house.role("fn", LAMBDA_TRUST).await;
    let session = house.iam.assume_for_service(&arn, "f", "lambda.amazonaws.com").await.unwrap();
    let token = Some(session.session_token.as_str());
    let found = house.iam.resolve_credentials(&session.access_key_id, token, NOW).await.unwrap();
    assert_eq!(found.principal, session.principal);
    assert!(house.iam.assume_for_service(&arn, "f", "states.amazonaws.com").await.is_err());
    assert!(house.iam.assume_for_service(&format!("{arn}x"), "f", "lambda.amazonaws.com").await.is_err());
}

#[tokio::test]
async fn a_user_gets_a_session_of_its_own() {
    let house = House::new(false).await;
    let (_, cx) = house.user("bob").await;
    let session = house.iam.get_session_token(&cx, GetSessionTokenInput::default()).await.unwrap();
    let session = session.credentials.unwrap();
    let token = Some(session.session_token.as_str());
    let found = house.iam.resolve_credentials(&session.access_key_id, token, NOW).await.unwrap();
    assert!(matches!(&found.principal, Principal::User { name, .. } if name == "bob"));
    let again = house.as_principal(found.principal);
    assert!(house.iam.get_session_token(&again, GetSessionTokenInput::default()).await.is_err());
}

#[tokio::test]
async fn managed_policies_have_versions() {
    let house = House::new(false).await;
    let root = house.root();
    let document = |n: u32| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:A{n}","Resource":"*"}}]}}"#
        )
    };
    let input =
        CreatePolicyInput { policy_name: "p".to_owned(), policy_document: document(1), ..Default::default() };
    let arn = house.iam.create_policy(&root, input.clone()).await.unwrap().policy.unwrap().arn.unwrap();
    assert_eq!(house.iam.create_policy(&root, input).await.unwrap_err().code, "EntityAlreadyExists");
    let version = |n| CreatePolicyVersionInput {
        policy_arn: arn.clone(),
        policy_document: document(n),
        set_as_default: Some(true),
    };
    for n in 2..=5 {
        house.iam.create_policy_version(&root, version(n)).await.unwrap();
    }
    assert_eq!(house.iam.create_policy_version(&root, version(6)).await.unwrap_err().code, "LimitExceeded");
    let get = |id: &str| GetPolicyVersionInput { policy_arn: arn.clone(), version_id: id.to_owned() };
    let newest = house.iam.get_policy_version(&root, get("v5")).await.unwrap().policy_version.unwrap();
    assert_eq!(newest.is_default_version, Some(true));
    assert!(newest.document.unwrap().starts_with("%7B%22Version%22"));
    assert_eq!(house.iam.get_policy_version(&root, get("v9")).await.unwrap_err().code, "NoSuchEntity");
    let delete = DeletePolicyInput { policy_arn: arn.clone() };
    assert_eq!(house.iam.delete_policy(&root, delete).await.unwrap_err().code, "DeleteConflict");
    let bad = CreatePolicyVersionInput { policy_document: "{}".to_owned(), ..version(1) };
    assert_eq!(
        house.iam.create_policy_version(&root, bad).await.unwrap_err().code,
        "MalformedPolicyDocument"
    );
}

#[tokio::test]
async fn what_is_not_there_is_told_in_iams_words() {
    let house = House::new(false).await;
    let root = house.root();
    let error = house.iam.get_role(&root, GetRoleInput { role_name: "x".to_owned() }).await.unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("NoSuchEntity", 404));
    assert_eq!(error.message, "The role with name x cannot be found.");
    house.role("x", LAMBDA_TRUST).await;
    let arn = "arn:aws:iam::aws:policy/Nothing".to_owned();
    let input = AttachRolePolicyInput { role_name: "x".to_owned(), policy_arn: arn };
    let error = house.iam.attach_role_policy(&root, input).await.unwrap_err();
    assert_eq!(error.message, "Policy arn:aws:iam::aws:policy/Nothing does not exist or is not attachable.");
    let trust = LAMBDA_TRUST
        .replace(r#""Service":"lambda.amazonaws.com""#, r#""AWS":"arn:aws:iam::123456789012:user/no""#);
    let input = UpdateAssumeRolePolicyInput { role_name: "x".to_owned(), policy_document: trust };
    let error = house.iam.update_assume_role_policy(&root, input).await.unwrap_err();
    assert_eq!(error.message, "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/no\"");
}

#[tokio::test]
async fn a_resource_policy_that_cannot_be_read_denies_all_but_the_owners_root() {
    let house = House::new(false).await;
    let (_, cx) = house.user("bob").await;
    house.allow("bob", json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })).await;
    let access = || Access::new("s3:GetObject", "arn:aws:s3:::b/k").with_policy(Some("{"));
    assert!(cx.authorize(access()).await.is_err());
    house.root().authorize(access()).await.unwrap();
    assert!(house.root().authorize(access().owned_by("210987654321")).await.is_err());
    assert_eq!(house.iam.check_resource_policy("{"), Err("Syntax errors in policy.".to_owned()));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let house = House::new(false).await;
    let root = house.root();
    for n in 0..5 {
        house.role(&format!("r{n}"), LAMBDA_TRUST).await;
    }
    let mut names = Vec::new();
    let mut marker = None;
    for _ in 0..3 {
        let input = ListRolesInput { max_items: Some(2), marker: marker.take(), ..Default::default() };
        let page = house.iam.list_roles(&root, input).await.unwrap();
        names.extend(page.roles.into_iter().map(|role| role.role_name));
        marker = page.marker;
    }
    assert_eq!(
        (names, marker),
        (vec!["r0", "r1", "r2", "r3", "r4"].into_iter().map(String::from).collect(), None)
    );
    let bad = ListRolesInput { marker: Some("!".to_owned()), ..Default::default() };
    assert_eq!(house.iam.list_roles(&root, bad).await.unwrap_err().code, "ValidationError");
}

fn request(resource_type: &str, properties: Value) -> ResourceRequest {
    let Value::Object(properties) = properties else { return request(resource_type, json!({})) };
    ResourceRequest {
        resource_type: resource_type.to_owned(),
        stack_id: "stack/1".to_owned(),
        stack_name: "stack".to_owned(),
        logical_id: "Role".to_owned(),
        generated_name: format!("stack-{}-ABCDEFGHIJKL", "VeryLongLogicalId".repeat(5)),
        physical_id: None,
        properties,
        previous_properties: None,
        tags: vec![("aws:cloudformation:stack-name".to_owned(), "stack".to_owned())],
    }
}

#[tokio::test]
async fn a_stacks_role_is_made_changed_and_deleted() {
    let house = House::new(false).await;
    let root = house.root();
    let trust: Value = serde_json::from_str(LAMBDA_TRUST).unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } });
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let create = request(
        "AWS::IAM::Role",
        json!({
            "AssumeRolePolicyDocument": trust,
            "ManagedPolicyArns": [basic],
            "Policies": [{ "PolicyName": "one", "PolicyDocument": policy }],
            "Tags": [{ "Key": "k", "Value": "v" }],
        }),
    );
    let made = house.iam.create(&root, create.clone()).await.unwrap();
    assert_eq!(house.iam.create(&root, create.clone()).await.unwrap(), made);
    let name = made.physical_id.clone();
    assert!(name.len() <= 64 && name.ends_with("-ABCDEFGHIJKL"));
    let role = house.iam.get_role(&root, GetRoleInput { role_name: name.clone() }).await.unwrap().role;
    assert_eq!(made.attributes["Arn"], role.arn.as_str());
    assert_eq!(role.tags.unwrap().len(), 2);
    let update = ResourceRequest {
        physical_id: Some(name.clone()),
        properties: Map::from_iter([("AssumeRolePolicyDocument".to_owned(), trust)]),
        previous_properties: Some(create.properties.clone()),
        ..create.clone()
    };
    house.iam.update(&root, update.clone()).await.unwrap();
    let input = ListRolePoliciesInput { role_name: name.clone(), ..Default::default() };
    assert!(house.iam.list_role_policies(&root, input).await.unwrap().policy_names.is_empty());
    let delete = ResourceRequest { previous_properties: None, ..update };
    house.iam.delete(&root, delete.clone()).await.unwrap();
    house.iam.delete(&root, delete).await.unwrap();
    assert!(house.iam.get_role(&root, GetRoleInput { role_name: name }).await.is_err());
}
