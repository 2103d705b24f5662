//! `haneul deploy DIR`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base_time::Clock;
use clap::Args;

use crate::client::Client;
use crate::deploy::{Request, deploy};
use crate::progress::Progress;
use crate::settings::Target;

#[derive(Args)]
pub struct Arguments {
    /// A folder with a template, or the template itself.
    #[arg(value_name = "DIR", default_value = ".")]
    path: PathBuf,
    /// The stack's name; the folder's by default.
    #[arg(long)]
    stack_name: Option<String>,
    /// A template parameter; may be given several times.
    #[arg(long = "parameter", short = 'p', value_name = "KEY=VALUE")]
    parameters: Vec<String>,
    /// A tag for the stack and its resources; may be given several times.
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    tags: Vec<String>,
}

pub async fn run(data: &Path, arguments: Arguments) -> Result<()> {
    let clock = Clock::system();
    let client = Client::new(Target::resolve(data)?, clock.clone())?;
    let stack_name = match arguments.stack_name {
        Some(name) => name,
        None => folder_name(&arguments.path)?,
    };
    let request = Request {
        path: &arguments.path,
        stack_name: &stack_name,
        parameters: pairs(&arguments.parameters)?,
        tags: pairs(&arguments.tags)?,
    };
    let progress = Progress::new(clock.clone());
    let outputs = deploy(&client, &clock, &request, &progress).await?;
    let mut out = std::io::stdout().lock();
    for (key, value, description) in outputs {
        let about = if description.is_empty() { String::new() } else { format!("  ({description})") };
        writeln!(out, "{key} = {value}{about}")?;
    }
    Ok(())
}

fn folder_name(path: &Path) -> Result<String> {
    let path = path.canonicalize().with_context(|| format!("{} can't be found", path.display()))?;
    let folder = if path.is_file() { path.parent().unwrap_or(&path) } else { &path };
    let name: String = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        bail!("the folder's name makes no stack name; give one with --stack-name");
    }
    Ok(name)
}

fn pairs(arguments: &[String]) -> Result<Vec<(String, String)>> {
    arguments
        .iter()
        .map(|text| {
            let (key, value) =
                text.split_once('=').with_context(|| format!("`{text}` is not of the form KEY=VALUE"))?;
            Ok((key.to_owned(), value.to_owned()))
        })
        .collect()
}
