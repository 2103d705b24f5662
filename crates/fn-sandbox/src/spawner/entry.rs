//! Takes the program over before `main` when it was started as a spawner.

use rustix::net::SocketType;

/// Environment variable that makes a start of this program a spawner's. Alone it has no effect: standard input must be
/// our socket too.
pub(crate) const MARKER: &str = "HANEUL_FUNCTION_SPAWNER";
pub(crate) const MARKER_VALUE: &str = "1";

extern "C" fn take_over() {
    if std::env::var_os(MARKER).is_none_or(|value| value != MARKER_VALUE) {
        return;
    }
    let is_ours =
        rustix::net::sockopt::socket_type(rustix::stdio::stdin()).is_ok_and(|t| t == SocketType::SEQPACKET);
    if !is_ours {
        return;
    }
    let ended = std::panic::catch_unwind(super::server::run);
    crate::sys::exit_now(if ended.is_ok() { 0 } else { 70 });
}

// SAFETY: the loader calls each pointer of this section once, before `main`; `take_over` has the ABI it expects (further
// arguments are ignored) and does not unwind.
#[used]
#[unsafe(link_section = ".init_array")]
static TAKE_OVER: extern "C" fn() = take_over;
