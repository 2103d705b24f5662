//! Where things are: the data directory, the running server's endpoint, the credentials. Environment variables are
//! declared here and in the command line's definition, nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// The default port: the ecosystem's convention for a local AWS endpoint.
pub const DEFAULT_PORT: u16 = 4566;
pub const DEFAULT_REGION: &str = "us-east-1";
pub const DEFAULT_DATA: &str = ".haneul";

/// Written by a running server into its data directory (mode 0600), removed at its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunningServer {
    pub endpoint: String,
    pub pid: u32,
    pub region: String,
}

/// The root user's access key as the server wrote it at first start (mode 0600).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RootCredentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub account: String,
}

pub fn running_file(data: &Path) -> PathBuf {
    data.join("running.json")
}

pub fn credentials_file(data: &Path) -> PathBuf {
    data.join("root-credentials.json")
}

/// How clients reach a server.
#[derive(Clone, Debug)]
pub struct Target {
    pub endpoint: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl Target {
    /// From AWS_ENDPOINT_URL and AWS credentials in the environment, as every AWS client takes them; else from the data
    /// directory of a server on this machine.
    pub fn resolve(data: &Path) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let (Some(endpoint), Some(access_key_id), Some(secret_access_key)) =
            (variable("AWS_ENDPOINT_URL"), variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"))
        {
            let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
            return Ok(Self {
                endpoint,
                region: region.unwrap_or_else(|| DEFAULT_REGION.to_owned()),
                access_key_id,
                secret_access_key,
                session_token: variable("AWS_SESSION_TOKEN"),
            });
        }
        Self::of_data(data)
    }

    /// From the data directory of a server on this machine.
    pub fn of_data(data: &Path) -> Result<Self> {
        if !data.is_dir() {
            bail!(
                "there is no data directory {}: start a server with `haneul up`, or name its directory with --data",
                data.display()
            );
        }
        let running: RunningServer = read(&running_file(data)).with_context(|| {
            format!("no server is running on {}: start one with `haneul up --data {0}`", data.display())
        })?;
        let root: RootCredentials = read(&credentials_file(data))?;
        Ok(Self {
            endpoint: running.endpoint,
            region: running.region,
            access_key_id: root.access_key_id,
            secret_access_key: root.secret_access_key,
            session_token: None,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what a server wrote", file.display()))
}
