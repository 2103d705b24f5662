//! `cargo xtask demo`: builds Haneul, starts it on an empty data directory, deploys the three examples as they stand, drives
//! them with real input and leaves it running. A second run finds everything still there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::steps::{self, Steps};
use crate::{houses, http, screen, tools};

/// What is deployed, with what it shows.
const EXAMPLES: [(&str, &str); 3] = [
    ("thumbnails", "photographs in a bucket become thumbnails (Python, S3, DynamoDB)"),
    ("notes-api", "notes behind a REST and an HTTP API (Node.js, API Gateway, DynamoDB)"),
    ("orders", "orders priced at once and fulfilled from a queue (Python and Rust, SQS)"),
];
const START_LIMIT: Duration = Duration::from_secs(60);
/// Between two looks at a server that is starting.
const START_PAUSE: Duration = Duration::from_millis(10);

#[derive(clap::Args)]
pub struct Arguments {
    /// Stop Haneul at the end
    #[arg(long)]
    once: bool,
    /// The data directory
    #[arg(long, default_value = ".haneul/demo")]
    data: PathBuf,
    /// The port to listen on
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// A haneul to use instead of building one
    #[arg(long)]
    binary: Option<PathBuf>,
}

/// Runs the demo. What fails ends it, with Haneul stopped.
pub fn run(arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let data = houses::root().join(&arguments.data);
    let mut steps = Steps::default();
    let binary = match &arguments.binary {
        Some(binary) => houses::root().join(binary),
        None => steps.step("building haneul (the first time takes some minutes)", build)?,
    };
    steps.step("tools to drive it with", || {
        tools::ensure_system()?;
        tools::ensure_python()
    })?;
    let second_run = passed_before(&data).exists();
    let server = steps.step("haneul up", || Server::start(&binary, &data, arguments.port))?;
    if second_run {
        screen::say("    this data directory is of an earlier run: what that one made must still be there");
    }
    for (example, shows) in EXAMPLES {
        screen::say(format!("\n{example}: {shows}"));
        steps.step(&format!("haneul deploy examples/{example}"), || server.deploy(example))?;
        steps.step(&format!("examples/{example}/try.py"), || server.drive(example, second_run))?;
    }
    fs::write(passed_before(&data), "The demo's examples were deployed and driven here.\n")?;
    steps.verdict()?;
    screen::say(format!("\nEverything above happened, in {}.", screen::seconds(start.elapsed())));
    if arguments.once {
        return server.stop();
    }
    server.leave_running(arguments)
}

fn build() -> Result<PathBuf> {
    steps::run(steps::cargo().args(["build", "--locked", "--profile", "fast", "-p", "app-cli"]))?;
    Ok(houses::target().join("fast/haneul"))
}

/// A file beside the data directory that says a demo went well on it.
fn passed_before(data: &Path) -> PathBuf {
    data.with_extension("demo-passed")
}

/// A running Haneul; stopped when dropped.
struct Server {
    binary: PathBuf,
    data: PathBuf,
    log: PathBuf,
    child: Child,
    environment: BTreeMap<String, String>,
}

impl Server {
    fn start(binary: &Path, data: &Path, port: u16) -> Result<Self> {
        fs::create_dir_all(data.parent().unwrap_or(data))?;
        let log = data.with_extension("log");
        let output = File::create(&log).with_context(|| format!("making {}", log.display()))?;
        let start = Instant::now();
        let child = steps::command(binary)
            .args(["up", "--data"])
            .arg(data)
            .args(["--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let mut server =
            Self { binary: binary.into(), data: data.into(), log, child, environment: BTreeMap::new() };
        server.wait_ready(port, start)?;
        server.environment = server.read_environment()?;
        screen::say(format!("    first answer after {}", screen::seconds(start.elapsed())));
        Ok(server)
    }

    fn wait_ready(&mut self, port: u16, start: Instant) -> Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("haneul up ended with {status}:\n{}", self.log_tail());
            }
            if http::status(port, "/_haneul/health").is_ok_and(|status| status == 200) {
                return Ok(());
            }
            if start.elapsed() > START_LIMIT {
                bail!("no answer on port {port} in {}:\n{}", screen::seconds(START_LIMIT), self.log_tail());
            }
            // Another process is waited for: there is no event to wait on.
            std::thread::park_timeout(START_PAUSE);
        }
    }

    /// What `haneul env` exports.
    fn read_environment(&self) -> Result<BTreeMap<String, String>> {
        let text = steps::output(steps::command(&self.binary).args(["env", "--data"]).arg(&self.data))?;
        let environment = parse_exports(&text);
        if !environment.contains_key("AWS_ENDPOINT_URL") {
            bail!("haneul env exports no AWS_ENDPOINT_URL:\n{text}");
        }
        Ok(environment)
    }

    /// A command whose AWS clients reach this server. Python is the tools' own, which has pip on every machine.
    fn command(&self, program: &Path) -> Command {
        let mut command = steps::command(program);
        command
            .envs(&self.environment)
            .env("CARGO_TARGET_DIR", tools::cargo_target())
            .env("PATH", tools::path());
        command
    }

    fn deploy(&self, example: &str) -> Result<()> {
        let folder = format!("examples/{example}");
        steps::run(self.command(&self.binary).args(["deploy", &folder])).with_context(|| self.log_tail())
    }

    fn drive(&self, example: &str, second_run: bool) -> Result<()> {
        let mut python = self.command(&tools::python());
        python.arg(format!("examples/{example}/try.py")).env("PYTHONDONTWRITEBYTECODE", "1");
        if example == "thumbnails" {
            python.arg("--photographs").arg(tools::photographs());
        }
        if second_run {
            python.arg("--expect-earlier");
        }
        steps::run(&mut python).with_context(|| self.log_tail())
    }

    fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = &lines[lines.len().saturating_sub(20)..];
        format!("the end of {}:\n{}\n", self.log.display(), tail.join("\n"))
    }

    /// Asks it to drain and waits for its end.
    fn stop(mut self) -> Result<()> {
        steps::run(steps::command("kill").args(["-TERM", &self.child.id().to_string()]))?;
        let status = self.child.wait()?;
        if !status.success() {
            bail!("haneul up ended with {status} when asked to stop:\n{}", self.log_tail());
        }
        screen::say("Haneul is stopped; its data stay.");
        Ok(())
    }

    /// Tells how to go on, and stays until Haneul ends (Ctrl-C reaches it too).
    fn leave_running(mut self, arguments: &Arguments) -> Result<()> {
        let data = arguments.data.display();
        let binary = self.binary.strip_prefix(houses::root()).unwrap_or(&self.binary).display();
        screen::say("\nHaneul is running. In another terminal:\n");
        for (name, value) in &self.environment {
            screen::say(format!("  export {name}={value}"));
        }
        screen::say(format!("  # or: eval \"$({binary} env --data {data})\"\n"));
        screen::say(
            "  aws cloudformation describe-stacks --query 'Stacks[].[StackName,StackStatus]' --output text",
        );
        screen::say("  aws s3 ls");
        screen::say("  aws dynamodb list-tables");
        screen::say(format!("  {binary} status"));
        screen::say(format!("  {} examples/notes-api/try.py", short(&tools::python())));
        screen::say(format!(
            "\nIts log is {}. Ctrl-C stops it; the next run finds everything still there.",
            short(&self.log)
        ));
        let status = self.child.wait()?;
        screen::say(format!("Haneul ended with {status}."));
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn short(path: &Path) -> String {
    path.strip_prefix(houses::root()).unwrap_or(path).display().to_string()
}

/// `export NAME=value` lines; a value may stand in quotes.
fn parse_exports(text: &str) -> BTreeMap<String, String> {
    let exports = text.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    exports.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_read_with_and_without_quotes() {
        let exports =
            parse_exports("# Haneul\nexport AWS_REGION=us-east-1\nexport AWS_SECRET_ACCESS_KEY='a/b=='\n");
        assert_eq!(exports["AWS_REGION"], "us-east-1");
        assert_eq!(exports["AWS_SECRET_ACCESS_KEY"], "a/b==");
        assert_eq!(exports.len(), 2);
    }

    #[test]
    fn the_note_of_an_earlier_run_lies_beside_the_data() {
        assert_eq!(passed_before(Path::new(".haneul/demo")), Path::new(".haneul/demo.demo-passed"));
    }
}
