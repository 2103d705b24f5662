//! The service and its executor together, on made-up resources.

mod world;

use api_cloudformation::CloudFormation as _;
use api_cloudformation::types as t;
use world::World;

const ONE: &str = r#"
Resources:
  B: {Type: "Test::Thing", Properties: {Name: b, Link: !GetAtt A.Arn}}
  A: {Type: "Test::Thing", Properties: {Name: a, Size: 1}}
  C: {Type: "Test::Thing", Properties: {Name: c, Link: !Ref B}}
Outputs:
  Arn: {Value: !GetAtt A.Arn, Export: {Name: a-arn}}
"#;

/// A is replaced, B and C follow, D is new, E fails unless told not to.
const TWO: &str = r#"
Resources:
  B: {Type: "Test::Thing", Properties: {Name: b, Link: !GetAtt A.Arn}}
  A: {Type: "Test::Thing", Properties: {Name: a2, Size: 1}}
  D: {Type: "Test::Thing", Properties: {Name: d, Link: !Ref A}}
  E: {Type: "Test::Thing", Properties: {Name: e, Fail: "FAIL", Link: !Ref B}}
Outputs:
  Arn: {Value: !GetAtt A.Arn, Export: {Name: a-arn}}
"#;

fn two(fails: bool) -> String {
    TWO.replace("FAIL", if fails { "true" } else { "false" })
}

#[tokio::test]
async fn a_stack_is_created_in_order_and_its_events_tell_it() {
    let world = World::new();
    let running = world.start();
    running.create(ONE).await.unwrap();
    let stack = running.settled("shop").await;
    assert_eq!(stack.stack_status.as_str(), "CREATE_COMPLETE");
    assert_eq!(stack.outputs.unwrap()[0].output_value.as_deref(), Some("arn:a"));
    assert_eq!(world.things()["b"]["Link"], "arn:a");
    assert_eq!(
        running.events("shop").await,
        [
            "shop CREATE_IN_PROGRESS User Initiated",
            "A CREATE_IN_PROGRESS",
            "A CREATE_IN_PROGRESS Resource creation Initiated",
            "A CREATE_COMPLETE",
            "B CREATE_IN_PROGRESS",
            "B CREATE_IN_PROGRESS Resource creation Initiated",
            "B CREATE_COMPLETE",
            "C CREATE_IN_PROGRESS",
            "C CREATE_IN_PROGRESS Resource creation Initiated",
            "C CREATE_COMPLETE",
            "shop CREATE_COMPLETE",
        ]
    );
    let same = running.update(ONE).await.unwrap_err();
    assert_eq!(same.message, "No updates are to be performed.");
    let again = running.create(ONE).await.unwrap_err();
    assert_eq!(
        (&*again.code, again.message.as_str()),
        ("AlreadyExistsException", "Stack [shop] already exists")
    );
}

#[tokio::test]
async fn a_failed_creation_is_undone_in_reverse() {
    let world = World::new();
    let running = world.start();
    let body = r#"
Resources:
  A: {Type: "Test::Thing", Properties: {Name: a}}
  B: {Type: "Test::Thing", DependsOn: A}
  F: {Type: "Test::Thing", DependsOn: B, Properties: {Fail: "yes"}}
  N: {Type: "Test::Thing", DependsOn: F}
"#;
    running.create(body).await.unwrap();
    assert_eq!(running.settled("shop").await.stack_status.as_str(), "ROLLBACK_COMPLETE");
    assert!(world.things().is_empty());
    let events = running.events("shop").await;
    assert_eq!(
        events[7..],
        [
            "F CREATE_IN_PROGRESS",
            "F CREATE_FAILED it fails",
            "shop ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [F]. Rollback requested by user.",
            "F DELETE_COMPLETE",
            "B DELETE_IN_PROGRESS",
            "B DELETE_COMPLETE",
            "A DELETE_IN_PROGRESS",
            "A DELETE_COMPLETE",
            "shop ROLLBACK_COMPLETE",
        ]
    );
    let refused = running.update(ONE).await.unwrap_err().message;
    assert!(refused.ends_with("is in ROLLBACK_COMPLETE state and can not be updated."), "{refused}");
}

#[tokio::test]
async fn an_update_replaces_updates_and_cleans_up() {
    let world = World::new();
    let running = world.start();
    let id = running.create(ONE).await.unwrap();
    running.settled("shop").await;
    running.update(&two(false)).await.unwrap();
    let stack = running.settled("shop").await;
    assert_eq!(stack.stack_status.as_str(), "UPDATE_COMPLETE");
    assert_eq!(world.things().keys().collect::<Vec<_>>(), ["a2", "b", "d", "e"]);
    assert_eq!(world.things()["b"]["Link"], "arn:a2");
    running.delete().await.unwrap();
    assert_eq!(running.settled(&id).await.stack_status.as_str(), "DELETE_COMPLETE");
    assert!(world.things().is_empty());
    let gone = running.stack("shop").await.unwrap_err();
    assert_eq!(
        (&*gone.code, gone.message.as_str()),
        ("ValidationError", "Stack with id shop does not exist")
    );
}

#[tokio::test]
async fn a_failed_update_restores_what_was() {
    let world = World::new();
    let running = world.start();
    running.create(ONE).await.unwrap();
    running.settled("shop").await;
    let before = world.things();
    running.update(&two(true)).await.unwrap();
    assert_eq!(running.settled("shop").await.stack_status.as_str(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.things(), before);
    let events = running.events("shop").await;
    let at = |text: &str| {
        events
            .iter()
            .position(|event| event.starts_with(text))
            .unwrap_or_else(|| panic!("{text} is not in {events:#?}"))
    };
    assert!(
        at("shop UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [E")
            < at("shop UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    );
    assert_eq!(events.last().unwrap(), "shop UPDATE_ROLLBACK_COMPLETE");
    // And the next update starts from there.
    running.update(&two(false)).await.unwrap();
    assert_eq!(running.settled("shop").await.stack_status.as_str(), "UPDATE_COMPLETE");
}

/// Whatever call the process dies in, before its effect or after it, the next one brings the same result.
#[tokio::test]
async fn a_crash_at_any_call_is_recovered_from() {
    for (fails, expected, left) in [
        (false, "UPDATE_COMPLETE", vec!["a2", "b", "d", "e"]),
        (true, "UPDATE_ROLLBACK_COMPLETE", vec!["a", "b", "c"]),
    ] {
        for at in 0..40 {
            let world = World::new();
            let running = world.start();
            running.create(ONE).await.unwrap();
            running.settled("shop").await;
            let before = world.things();
            let done = world.things.calls.lock().len();
            *world.things.stuck_after.lock() = Some(done * 2 + at);
            running.update(&two(fails)).await.unwrap();
            let finished = tokio::select! {
                () = world.things.stuck.notified() => false,
                _ = running.settled("shop") => true,
            };
            running.crash().await;
            *world.things.stuck_after.lock() = None;
            let running = world.start();
            assert_eq!(running.settled("shop").await.stack_status.as_str(), expected, "at {at}");
            assert_eq!(world.things().keys().collect::<Vec<_>>(), left, "at {at}");
            if fails {
                assert_eq!(world.things(), before, "at {at}");
            }
            running.delete().await.unwrap();
            for _ in 0..1_000 {
                if world.things().is_empty() {
                    break;
                }
                base_time::Clock::system().sleep(std::time::Duration::from_millis(2)).await;
            }
            assert!(world.things().is_empty());
            if finished {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_crash_in_a_creation_that_fails_leaves_nothing() {
    let body = r#"
Resources:
  A: {Type: "Test::Thing"}
  B: {Type: "Test::Thing", DependsOn: A}
  F: {Type: "Test::Thing", DependsOn: B, Properties: {Fail: "yes"}}
"#;
    for at in 0..8 {
        let world = World::new();
        let running = world.start();
        *world.things.stuck_after.lock() = Some(at);
        running.create(body).await.unwrap();
        tokio::select! {
            () = world.things.stuck.notified() => {}
            _ = running.settled("shop") => {}
        }
        running.crash().await;
        *world.things.stuck_after.lock() = None;
        let running = world.start();
        assert_eq!(running.settled("shop").await.stack_status.as_str(), "ROLLBACK_COMPLETE", "at {at}");
        assert!(world.things().is_empty(), "at {at}: {:?}", world.things());
    }
}

fn change_set(name: &str, body: &str, kind: t::ChangeSetType) -> t::CreateChangeSetInput {
    t::CreateChangeSetInput {
        stack_name: "shop".into(),
        change_set_name: name.into(),
        template_body: Some(body.into()),
        change_set_type: Some(kind),
        ..t::CreateChangeSetInput::default()
    }
}

#[tokio::test]
async fn change_sets_create_and_update() {
    let world = World::new();
    let running = world.start();
    let (cf, cx) = (&running.cf, &running.cx);
    cf.create_change_set(cx, change_set("first", ONE, t::ChangeSetType::Create)).await.unwrap();
    assert_eq!(running.stack("shop").await.unwrap().stack_status.as_str(), "REVIEW_IN_PROGRESS");
    let named = |name: &str| t::DescribeChangeSetInput {
        change_set_name: name.into(),
        stack_name: Some("shop".into()),
        ..t::DescribeChangeSetInput::default()
    };
    let described = cf.describe_change_set(cx, named("first")).await.unwrap();
    assert_eq!(described.status, Some(t::ChangeSetStatus::CreateComplete));
    assert_eq!(described.changes.unwrap().len(), 3);
    let execute = |name: &str| t::ExecuteChangeSetInput {
        change_set_name: name.into(),
        stack_name: Some("shop".into()),
        ..t::ExecuteChangeSetInput::default()
    };
    cf.execute_change_set(cx, execute("first")).await.unwrap();
    for _ in 0..1_000 {
        if running.stack("shop").await.unwrap().stack_status == t::StackStatus::CreateComplete {
            break;
        }
        base_time::Clock::system().sleep(std::time::Duration::from_millis(2)).await;
    }
    cf.create_change_set(cx, change_set("same", ONE, t::ChangeSetType::Update)).await.unwrap();
    let same = cf.describe_change_set(cx, named("same")).await.unwrap();
    assert_eq!(same.status, Some(t::ChangeSetStatus::Failed));
    assert_eq!(
        same.status_reason.as_deref(),
        Some(
            "The submitted information didn't contain changes. Submit different information to create a change set."
        )
    );
    let refused = cf.execute_change_set(cx, execute("same")).await.unwrap_err();
    assert_eq!(&*refused.code, "InvalidChangeSetStatus");
    let wrong = ONE.replace("Size: 1", "Sise: 1");
    cf.create_change_set(cx, change_set("wrong", &wrong, t::ChangeSetType::Update)).await.unwrap();
    let wrong = cf.describe_change_set(cx, named("wrong")).await.unwrap();
    assert!(wrong.status_reason.unwrap().contains("resource A"), "names the resource");
    let missing = cf.describe_change_set(cx, named("none")).await.unwrap_err();
    assert_eq!(&*missing.code, "ChangeSetNotFound");
}

#[tokio::test]
async fn an_export_in_use_keeps_its_stack() {
    let world = World::new();
    let running = world.start();
    running.create(ONE).await.unwrap();
    running.settled("shop").await;
    let input = t::CreateStackInput {
        stack_name: "user".into(),
        template_body: Some(
            "Resources: {U: {Type: 'Test::Thing', Properties: {Link: !ImportValue a-arn}}}".into(),
        ),
        ..t::CreateStackInput::default()
    };
    running.cf.create_stack(&running.cx, input).await.unwrap();
    assert_eq!(running.settled("user").await.stack_status.as_str(), "CREATE_COMPLETE");
    let refused = running.delete().await.unwrap_err().message;
    assert_eq!(refused, "Export a-arn cannot be deleted as it is in use by user");
    // The replacement of A would change the export's value.
    running.update(&two(false)).await.unwrap();
    let stack = running.settled("shop").await;
    assert_eq!(stack.stack_status.as_str(), "UPDATE_ROLLBACK_COMPLETE");
    let events = running.events("shop").await;
    assert!(
        events.iter().any(|event| event.contains("Export a-arn cannot be updated as it is in use by user"))
    );
}
