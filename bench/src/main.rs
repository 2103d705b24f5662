//! Haneul's benches: `haneul-bench <bench> [arguments]`. Started by `cargo xtask bench`, which builds what they need.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench is a command line")]

mod crash;
mod invoke;
mod store;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match arguments.next().as_deref() {
        Some("crash") => crash::run(arguments),
        Some("invoke") => invoke::run(arguments),
        Some("store") => store::run(arguments),
        other => Err(anyhow::anyhow!(
            "unknown bench {}; known are crash, invoke and store",
            other.unwrap_or("(none)")
        )),
    };
    match outcome {
        Ok(result) => {
            println!("{result}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("haneul-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
