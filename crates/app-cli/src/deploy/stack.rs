//! A stack's life seen from the client: a change set made, looked at and executed, its events printed as they come.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base_time::{Clock, Timestamp};

use crate::client::Client;
use crate::progress::Progress;
use crate::xml::Element;

/// CloudFormation's API version.
const VERSION: &str = "2010-05-15";
/// Pause between two looks at the stack.
const PAUSE: Duration = Duration::from_millis(150);
/// A deployment that takes longer is left running and reported.
const LIMIT: Duration = Duration::from_secs(3600);

/// What is to be deployed.
pub struct Deployment<'a> {
    pub stack_name: &'a str,
    pub template: TemplateSource<'a>,
    pub parameters: &'a [(String, String)],
    pub tags: &'a [(String, String)],
}

pub enum TemplateSource<'a> {
    /// At most 51,200 bytes.
    Body(&'a str),
    /// An object's URL; at most 1 MB.
    Url(&'a str),
}

/// How a deployment ended well.
#[derive(Debug, PartialEq, Eq)]
pub enum Deployed {
    Created,
    Updated,
    /// The template and its parameters are what the stack has already.
    Unchanged,
}

/// Deploys through a change set and waits for the end. An error names each resource that failed, and why.
pub async fn deploy(
    client: &Client,
    clock: &Clock,
    deployment: &Deployment<'_>,
    progress: &Progress,
) -> Result<Deployed> {
    let exists = stack(client, deployment.stack_name)
        .await?
        .is_some_and(|stack| stack.text("StackStatus") != "REVIEW_IN_PROGRESS");
    let change_set = format!("haneul-{}", clock.now().as_millis());
    let started = clock.now();
    create_change_set(client, deployment, &change_set, exists).await?;
    let Some(changes) = wait_for_change_set(client, clock, deployment.stack_name, &change_set).await? else {
        return Ok(Deployed::Unchanged);
    };
    for change in &changes {
        progress.note(change);
    }
    call(client, "ExecuteChangeSet", &[("StackName", deployment.stack_name), ("ChangeSetName", &change_set)])
        .await?;
    follow(client, clock, deployment.stack_name, started, progress).await?;
    Ok(if exists { Deployed::Updated } else { Deployed::Created })
}

/// The stack's description, if it exists.
pub async fn stack(client: &Client, name: &str) -> Result<Option<Element>> {
    match call(client, "DescribeStacks", &[("StackName", name)]).await {
        Ok(answer) => Ok(answer.find("Stacks").and_then(|stacks| stacks.children.into_iter().next())),
        Err(error) if error.to_string().contains("does not exist") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Key, value and description of each output.
pub fn outputs(stack: &Element) -> Vec<(String, String, String)> {
    stack
        .find("Outputs")
        .map(|outputs| outputs.children)
        .unwrap_or_default()
        .iter()
        .map(|o| (o.text("OutputKey"), o.text("OutputValue"), o.text("Description")))
        .collect()
}

async fn create_change_set(
    client: &Client,
    deployment: &Deployment<'_>,
    change_set: &str,
    exists: bool,
) -> Result<()> {
    let mut form: Vec<(String, String)> = vec![
        ("StackName".into(), deployment.stack_name.into()),
        ("ChangeSetName".into(), change_set.into()),
        ("ChangeSetType".into(), if exists { "UPDATE" } else { "CREATE" }.into()),
        ("Description".into(), "by haneul deploy".into()),
    ];
    match deployment.template {
        TemplateSource::Body(body) => form.push(("TemplateBody".into(), body.into())),
        TemplateSource::Url(url) => form.push(("TemplateURL".into(), url.into())),
    }
    for (i, capability) in
        ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"].iter().enumerate()
    {
        form.push((format!("Capabilities.member.{}", i + 1), (*capability).into()));
    }
    for (i, (key, value)) in deployment.parameters.iter().enumerate() {
        form.push((format!("Parameters.member.{}.ParameterKey", i + 1), key.clone()));
        form.push((format!("Parameters.member.{}.ParameterValue", i + 1), value.clone()));
    }
    for (i, (key, value)) in deployment.tags.iter().enumerate() {
        form.push((format!("Tags.member.{}.Key", i + 1), key.clone()));
        form.push((format!("Tags.member.{}.Value", i + 1), value.clone()));
    }
    let pairs: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    call(client, "CreateChangeSet", &pairs).await?;
    Ok(())
}

/// One line a change; none if there is nothing to change.
async fn wait_for_change_set(
    client: &Client,
    clock: &Clock,
    stack_name: &str,
    change_set: &str,
) -> Result<Option<Vec<String>>> {
    let give_up = clock.now() + LIMIT;
    while clock.now() < give_up {
        let answer =
            call(client, "DescribeChangeSet", &[("StackName", stack_name), ("ChangeSetName", change_set)])
                .await?;
        let result = answer.find("DescribeChangeSetResult").unwrap_or(answer);
        match result.text("Status").as_str() {
            "CREATE_COMPLETE" => return Ok(Some(change_lines(&result))),
            "FAILED" => {
                let reason = result.text("StatusReason");
                let is_empty = reason.contains("didn't contain changes") || reason.contains("No updates");
                let _ = call(
                    client,
                    "DeleteChangeSet",
                    &[("StackName", stack_name), ("ChangeSetName", change_set)],
                )
                .await;
                if is_empty {
                    return Ok(None);
                }
                bail!("the template can't be deployed: {reason}");
            }
            _ => clock.sleep(PAUSE).await,
        }
    }
    bail!("the change set {change_set} of {stack_name} is still being made; see `haneul status`")
}

fn change_lines(result: &Element) -> Vec<String> {
    let changes = result.find("Changes").map(|changes| changes.children).unwrap_or_default();
    changes
        .iter()
        .filter_map(|change| change.find("ResourceChange"))
        .map(|c| {
            let replacement = if c.text("Replacement") == "True" { " (replaced)" } else { "" };
            format!(
                "{:<7} {:<32} {}{replacement}",
                c.text("Action"),
                c.text("LogicalResourceId"),
                c.text("ResourceType")
            )
        })
        .collect()
}

/// Prints events until the stack stands still.
async fn follow(
    client: &Client,
    clock: &Clock,
    stack_name: &str,
    started: Timestamp,
    progress: &Progress,
) -> Result<()> {
    let mut seen = HashSet::new();
    let mut failures = Vec::new();
    let give_up = clock.now() + LIMIT;
    while clock.now() < give_up {
        let description = stack(client, stack_name).await?.context("the stack is gone")?;
        let status = description.text("StackStatus");
        for event in new_events(client, stack_name, started, &mut seen).await? {
            let line = EventLine::of(&event);
            if line.status.ends_with("FAILED") && !line.reason.contains("cancelled") {
                failures.push(line.failure());
            }
            progress.note(&line.text());
        }
        match status.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" => return Ok(()),
            _ if !status.ends_with("IN_PROGRESS") => {
                bail!("{stack_name} ended as {status}:\n{}", failures.join("\n"));
            }
            _ => clock.sleep(PAUSE).await,
        }
    }
    bail!("{stack_name} is still being deployed after {} s; it goes on, see `haneul status`", LIMIT.as_secs())
}

/// Events since `started` not seen before, oldest first.
async fn new_events(
    client: &Client,
    stack_name: &str,
    started: Timestamp,
    seen: &mut HashSet<String>,
) -> Result<Vec<Element>> {
    let answer = call(client, "DescribeStackEvents", &[("StackName", stack_name)]).await?;
    let mut events: Vec<Element> = answer
        .find("StackEvents")
        .map(|events| events.children)
        .unwrap_or_default()
        .into_iter()
        .filter(|e| Timestamp::parse_rfc3339(&e.text("Timestamp")).is_ok_and(|t| t >= started))
        .filter(|e| seen.insert(e.text("EventId")))
        .collect();
    events.reverse();
    Ok(events)
}

struct EventLine {
    status: String,
    logical_id: String,
    resource_type: String,
    reason: String,
}

impl EventLine {
    fn of(event: &Element) -> Self {
        Self {
            status: event.text("ResourceStatus"),
            logical_id: event.text("LogicalResourceId"),
            resource_type: event.text("ResourceType"),
            reason: event.text("ResourceStatusReason"),
        }
    }

    fn text(&self) -> String {
        let reason = if self.reason.is_empty() { String::new() } else { format!("  {}", self.reason) };
        format!("{:<28} {:<32} {}{reason}", self.status, self.logical_id, self.resource_type)
    }

    fn failure(&self) -> String {
        format!("  {} ({}): {}", self.logical_id, self.resource_type, self.reason)
    }
}

async fn call(client: &Client, action: &str, form: &[(&str, &str)]) -> Result<Element> {
    client.query("cloudformation", VERSION, action, form).await
}
