//! Lambda's own words: platform log lines and error documents (Lambda Developer Guide, "Sending Lambda function logs to
//! CloudWatch Logs" and "Troubleshoot invocation issues").

use std::time::Duration;

use bytes::Bytes;
use fn_runtime::MAX_RESPONSE_BYTES;
use fn_sandbox::RuntimeExit;

use crate::{FunctionSpec, InvokeReport, RuntimeFamily};

pub(crate) fn init_start(spec: &FunctionSpec) -> String {
    let runtime = spec.runtime.to_string();
    let name = match spec.runtime.family() {
        RuntimeFamily::Python => runtime.replacen("python", "python:", 1),
        RuntimeFamily::Node => runtime.trim_end_matches(".x").replacen("nodejs", "nodejs:", 1),
        RuntimeFamily::Provided => runtime.replacen('.', ":", 1),
    };
    let region = &spec.region;
    format!(
        "INIT_START Runtime Version: {name}\tRuntime Version ARN: arn:aws:lambda:{region}::runtime:{runtime}"
    )
}

pub(crate) fn init_report(duration: Duration, status: &str, error_type: Option<&str>) -> String {
    let error = error_type.map_or(String::new(), |e| format!("\tError Type: {e}"));
    format!("INIT_REPORT Init Duration: {} ms\tPhase: init\tStatus: {status}{error}", ms(duration))
}

pub(crate) fn start(request_id: &str, version: &str) -> String {
    format!("START RequestId: {request_id} Version: {version}")
}

pub(crate) fn end(request_id: &str) -> String {
    format!("END RequestId: {request_id}")
}

/// `status`: `timeout`, or `error` with its type, where the runtime did not answer.
pub(crate) fn report(
    request_id: &str,
    report: &InvokeReport,
    status: Option<(&str, Option<&str>)>,
) -> String {
    let mut text = format!(
        "REPORT RequestId: {request_id}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: {} MB\t",
        ms(report.duration),
        report.billed.as_millis(),
        report.memory_size_mb
    );
    if let Some(used) = report.max_memory_used_mb {
        text.push_str(&format!("Max Memory Used: {used} MB\t"));
    }
    if let Some(init) = report.init_duration {
        text.push_str(&format!("Init Duration: {} ms\t", ms(init)));
    }
    if let Some((status, error_type)) = status {
        text.push_str(&format!("Status: {status}"));
        if let Some(error_type) = error_type {
            text.push_str(&format!("\tError Type: {error_type}"));
        }
    }
    text
}

fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1_000.0)
}

/// Duration and init, in whole milliseconds, rounded up.
pub(crate) fn billed(duration: Duration, init: Option<Duration>) -> Duration {
    let micros = (duration + init.unwrap_or_default()).as_micros() as u64;
    Duration::from_millis(micros.div_ceil(1_000))
}

pub(crate) fn timed_out(timeout: Duration) -> String {
    format!("Task timed out after {:.2} seconds", timeout.as_secs_f64())
}

/// How a process ended, in Go's words: Lambda's own.
pub(crate) fn exit_reason(exit: RuntimeExit) -> String {
    match exit {
        RuntimeExit::Status(0) => "Runtime exited without providing a reason".to_owned(),
        RuntimeExit::Status(code) => format!("Runtime exited with error: exit status {code}"),
        RuntimeExit::Signal(signal) => {
            let name = match signal {
                4 => "illegal instruction",
                6 => "aborted",
                7 => "bus error",
                8 => "floating point exception",
                9 => "killed",
                11 => "segmentation fault",
                15 => "terminated",
                31 => "bad system call",
                other => return format!("Runtime exited with error: signal {other}"),
            };
            format!("Runtime exited with error: signal: {name}")
        }
    }
}

/// An error document of the platform's own.
pub(crate) fn platform_error(request_id: &str, error_type: &str, reason: &str) -> Bytes {
    document(error_type, &format!("RequestId: {request_id} Error: {reason}"))
}

pub(crate) fn response_too_large() -> Bytes {
    let text =
        format!("Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).");
    document("Function.ResponseSizeTooLarge", &text)
}

fn document(error_type: &str, message: &str) -> Bytes {
    serde_json::json!({ "errorType": error_type, "errorMessage": message }).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_lambdas() {
        let mut r = InvokeReport {
            duration: Duration::from_micros(1_234),
            billed: billed(Duration::from_micros(1_234), Some(Duration::from_micros(98_700))),
            memory_size_mb: 128,
            max_memory_used_mb: Some(36),
            init_duration: Some(Duration::from_micros(98_700)),
        };
        assert_eq!(
            report("id", &r, None),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 100 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 36 MB\tInit Duration: 98.70 ms\t"
        );
        r.init_duration = None;
        r.max_memory_used_mb = None;
        assert!(report("id", &r, Some(("timeout", None))).ends_with("Memory Size: 128 MB\tStatus: timeout"));
    }

    #[test]
    fn ends_are_told_in_lambdas_words() {
        assert_eq!(timed_out(Duration::from_secs(3)), "Task timed out after 3.00 seconds");
        assert_eq!(exit_reason(RuntimeExit::Status(1)), "Runtime exited with error: exit status 1");
        assert_eq!(exit_reason(RuntimeExit::Signal(9)), "Runtime exited with error: signal: killed");
        let document = platform_error("id", "Runtime.ExitError", "x");
        assert_eq!(document, r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id Error: x"}"#);
    }
}
