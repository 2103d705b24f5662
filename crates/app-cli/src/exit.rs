//! Exit codes, and how an error is told.

use std::io::Write;
use std::process::ExitCode;

use app_server::StartError;

/// Shown by `haneul --help`.
pub const HELP: &str = "\
Exit codes:
  0  done
  1  the command failed; the message says what and why
  2  the command line is wrong
  3  the port or address can't be bound
  4  the data directory is in use by another server
  5  the data directory can't be used (read-only, not a directory, unknown format)
  6  functions can't be isolated as required on this machine (see `haneul doctor`)";

/// Prints the error with its causes and gives its exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "haneul: {error}");
    for cause in error.chain().skip(1) {
        let _ = writeln!(stderr, "  because: {cause}");
    }
    ExitCode::from(code(error))
}

fn code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<StartError>() {
        Some(StartError::Bind { .. }) => 3,
        Some(StartError::DataInUse { .. }) => 4,
        Some(StartError::Data { .. }) => 5,
        Some(StartError::Isolation { .. }) => 6,
        Some(_) | None => 1,
    }
}
