//! From a folder to a running stack: read the template, build the code, ship it, deploy, show what comes of it.

mod archive;
mod build;
mod stack;
mod template;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use base_time::Clock;
use bytes::Bytes;
use http::{Method, StatusCode};

use crate::client::{Client, encode};
use crate::progress::Progress;
use archive::Archive;
use build::BuildOutcome;
use stack::{Deployed, Deployment, TemplateSource};
use template::{ArtifactKind, LocalArtifact, LocalTemplate};

/// A template above this size goes through S3 (CloudFormation's limit for TemplateBody), in bytes.
const INLINE_TEMPLATE: usize = 51_200;

/// What the command line asks for.
pub struct Request<'a> {
    pub path: &'a Path,
    pub stack_name: &'a str,
    pub parameters: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
}

/// Deploys and returns the stack's outputs: key, value, description.
pub async fn deploy(
    client: &Client,
    clock: &Clock,
    request: &Request<'_>,
    progress: &Progress,
) -> Result<Vec<(String, String, String)>> {
    let mut template = LocalTemplate::read(request.path)?;
    progress.step(&format!("{} -> stack {}", template.path.display(), request.stack_name));
    let artifacts = template.artifacts()?;
    let work = template.folder.join(".haneul").join("build");
    fs::create_dir_all(&work).with_context(|| format!("making {}", work.display()))?;
    let bucket = deployment_bucket(client).await?;
    for artifact in &artifacts {
        let key = ship(client, request.stack_name, &bucket, artifact, &work, progress).await?;
        template.point(artifact, &bucket, &key)?;
    }
    let text = serde_json::to_string_pretty(&template.value)?;
    let url;
    let source = if text.len() <= INLINE_TEMPLATE {
        TemplateSource::Body(&text)
    } else {
        let key = format!("{}/template-{}.json", request.stack_name, clock.now().as_millis());
        put(client, &bucket, &key, Bytes::from(text.clone())).await?;
        url = format!("{}/{bucket}/{}", client.endpoint(), encode(&key));
        TemplateSource::Url(&url)
    };
    progress.step("deploying");
    let deployment = Deployment {
        stack_name: request.stack_name,
        template: source,
        parameters: &request.parameters,
        tags: &request.tags,
    };
    let outcome = stack::deploy(client, clock, &deployment, progress).await?;
    progress.step(match outcome {
        Deployed::Created => "created",
        Deployed::Updated => "updated",
        Deployed::Unchanged => "nothing has changed",
    });
    let description = stack::stack(client, request.stack_name)
        .await?
        .context("the stack is gone right after its deployment")?;
    Ok(stack::outputs(&description))
}

/// Builds, packs and uploads one artifact; returns its key. Content that is there already is not sent again.
async fn ship(
    client: &Client,
    stack_name: &str,
    bucket: &str,
    artifact: &LocalArtifact,
    work: &Path,
    progress: &Progress,
) -> Result<String> {
    let archive = match &artifact.kind {
        ArtifactKind::Code(item) => {
            progress.note(&format!("building {} ({:?})", item.logical_id, item.method));
            let outcome = build::build(item, work).await?;
            pack(&outcome, &work.join(format!("{}.zip", item.logical_id)))?
        }
        ArtifactKind::Archive(path) | ArtifactKind::File(path) => archive::describe(path)?,
    };
    let key = format!("{stack_name}/{}", archive.sha256_hex);
    let path = format!("/{bucket}/{}", encode_key(&key));
    let known = client.try_send("s3", Method::HEAD, &path, &[], Bytes::new()).await?;
    if known.status() != StatusCode::OK {
        progress.note(&format!("sending {} ({})", artifact.logical_id, human_size(archive.size_bytes)));
        let bytes = fs::read(&archive.path).with_context(|| format!("reading {}", archive.path.display()))?;
        put(client, bucket, &key, bytes.into()).await?;
    }
    Ok(key)
}

fn pack(outcome: &BuildOutcome, path: &Path) -> Result<Archive> {
    match outcome {
        BuildOutcome::Unchanged(_) if path.is_file() => archive::describe(path),
        outcome => archive::write(outcome.artifacts(), path),
    }
}

async fn put(client: &Client, bucket: &str, key: &str, bytes: Bytes) -> Result<()> {
    let path = format!("/{bucket}/{}", encode_key(key));
    client.send("s3", Method::PUT, &path, &[], bytes).await?;
    Ok(())
}

/// The bucket that deployments ship through, made on first use.
async fn deployment_bucket(client: &Client) -> Result<String> {
    let identity = client.query("sts", "2011-06-15", "GetCallerIdentity", &[]).await?;
    let account = identity.find("Account").map(|a| a.value).context("GetCallerIdentity names no account")?;
    let bucket = format!("haneul-deploy-{account}-{}", client.region());
    let path = format!("/{bucket}");
    let known = client.try_send("s3", Method::HEAD, &path, &[], Bytes::new()).await?;
    match known.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => {
            let location = match client.region() {
                "us-east-1" => String::new(),
                region => format!(
                    "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
                ),
            };
            client.send("s3", Method::PUT, &path, &[], location.into()).await?;
        }
        status => bail!("the deployment bucket {bucket} can't be used: {status}"),
    }
    Ok(bucket)
}

/// Percent-encodes a key for a path, slashes kept.
fn encode_key(key: &str) -> String {
    key.split('/').map(encode).collect::<Vec<_>>().join("/")
}

fn human_size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KB", bytes as f64 / 1_024.0),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}
