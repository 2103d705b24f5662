//! `haneul logs NAME [-f]`.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use base_time::{Clock, Timestamp};
use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::settings::Target;

/// Pause between two looks when following.
const PAUSE: Duration = Duration::from_millis(300);
const PREFIX: &str = "Logs_20140328";

#[derive(Args)]
pub struct Arguments {
    /// Function name, or a log group's (`/…`).
    name: String,
    /// Go on with what comes.
    #[arg(long, short)]
    follow: bool,
    /// How far back, in minutes.
    #[arg(long, default_value_t = 60)]
    minutes: u32,
    /// A CloudWatch Logs filter pattern.
    #[arg(long)]
    filter: Option<String>,
}

pub async fn run(data: &Path, arguments: Arguments) -> Result<()> {
    let clock = Clock::system();
    let client = Client::new(Target::resolve(data)?, clock.clone())?;
    let group = match arguments.name.starts_with('/') {
        true => arguments.name.clone(),
        false => format!("/aws/lambda/{}", arguments.name),
    };
    let mut since = clock.now() - Duration::from_secs(u64::from(arguments.minutes) * 60);
    let mut seen = HashSet::new();
    loop {
        let newest = print(&client, &group, since, arguments.filter.as_deref(), &mut seen).await?;
        if !arguments.follow {
            return Ok(());
        }
        // Events may arrive a little late; those seen already are known by their ids.
        let edge = newest.map_or(since, |t| t - Duration::from_secs(10));
        if edge > since {
            since = edge;
        }
        tokio::select! {
            () = clock.sleep(PAUSE) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

/// Prints events not seen before; returns the newest one's time.
async fn print(
    client: &Client,
    group: &str,
    since: Timestamp,
    filter: Option<&str>,
    seen: &mut HashSet<String>,
) -> Result<Option<Timestamp>> {
    let mut token = Value::Null;
    let mut newest = None;
    loop {
        let mut request = json!({ "logGroupName": group, "startTime": since.as_millis() });
        if let Some(filter) = filter {
            request["filterPattern"] = json!(filter);
        }
        if !token.is_null() {
            request["nextToken"] = token;
        }
        let answer = client.json("logs", PREFIX, "FilterLogEvents", "1.1", &request).await?;
        let mut out = std::io::stdout().lock();
        for event in answer["events"].as_array().context("the answer has no events")? {
            if !seen.insert(event["eventId"].as_str().unwrap_or_default().to_owned()) {
                continue;
            }
            let time = Timestamp::from_millis(event["timestamp"].as_i64().unwrap_or_default());
            newest = newest.max(Some(time));
            let message = event["message"].as_str().unwrap_or_default().trim_end();
            writeln!(out, "{}  {message}", time.to_rfc3339_millis())?;
        }
        drop(out);
        token = answer["nextToken"].clone();
        if token.is_null() {
            return Ok(newest);
        }
    }
}
