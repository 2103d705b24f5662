//! Compiles rules to classic BPF (seccomp(2)): check the architecture, load the number, search it by halves.

use libc::sock_filter;

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allow,
    /// The call fails with this errno.
    Fail(i32),
    /// Allowed where every check holds; else the call fails with EPERM.
    AllowIf(Vec<Check>),
}

/// A condition on one argument (its low 32 bits; the kernel ignores the rest of these `int` arguments).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    OneOf {
        argument: u8,
        values: Vec<u32>,
    },
    NoneOf {
        argument: u8,
        values: Vec<u32>,
    },
    NoBits {
        argument: u8,
        mask: u32,
    },
    /// Where `argument` equals `when`, `other` must be 0.
    ZeroWhen {
        argument: u8,
        when: u32,
        other: u8,
    },
}

/// A verdict for one system call number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) number: u32,
    pub(crate) verdict: Verdict,
}

/// A filter ready to be installed.
#[derive(Clone)]
pub(crate) struct Program(Vec<sock_filter>);

const LOAD_WORD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_GREATER_EQUAL: u16 = 0x35;
const JUMP_SET: u16 = 0x45;
const JUMP_ALWAYS: u16 = 0x05;
const RETURN: u16 = 0x06;

const RET_ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const RET_KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCH: u32 = 4;
const OFFSET_ARGUMENTS: u32 = 16;

#[cfg(target_arch = "x86_64")]
const ARCH: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
const ARCH: u32 = 0xC000_00B7;

/// Numbers without a rule: newer calls than this list, which libraries then do without.
const UNLISTED: Verdict = Verdict::Fail(libc::ENOSYS);

impl Program {
    pub(crate) fn compile(rules: &[Rule]) -> Self {
        let spans = spans(rules);
        let mut code = vec![
            op(LOAD_WORD, 0, 0, OFFSET_ARCH),
            op(JUMP_EQUAL, 1, 0, ARCH),
            op(RETURN, 0, 0, RET_KILL),
            op(LOAD_WORD, 0, 0, OFFSET_NUMBER),
        ];
        code.extend(search(&spans));
        Self(code)
    }

    pub(crate) fn instructions(&self) -> &[sock_filter] {
        &self.0
    }
}

fn op(code: u16, jump_true: u8, jump_false: u8, k: u32) -> sock_filter {
    sock_filter { code, jt: jump_true, jf: jump_false, k }
}

/// Runs of numbers with the same verdict, from 0 upward without a gap: (first number, verdict).
fn spans(rules: &[Rule]) -> Vec<(u32, Verdict)> {
    let mut rules = rules.to_vec();
    rules.sort_by_key(|rule| rule.number);
    let mut spans: Vec<(u32, Verdict)> = Vec::new();
    let mut push = |first: u32, verdict: Verdict| {
        if spans.last().is_none_or(|(_, last)| *last != verdict) {
            spans.push((first, verdict));
        }
    };
    let mut next = 0;
    for rule in rules {
        if rule.number > next {
            push(next, UNLISTED);
        }
        next = rule.number + 1;
        push(rule.number, rule.verdict);
    }
    push(next, UNLISTED);
    spans
}

fn search(spans: &[(u32, Verdict)]) -> Vec<sock_filter> {
    let middle = spans.len() / 2;
    let (Some((pivot, _)), false) = (spans.get(middle), middle == 0) else {
        return spans.first().map_or_else(|| verdict(&UNLISTED), |(_, v)| verdict(v));
    };
    let (left, right) = (search(&spans[..middle]), search(&spans[middle..]));
    // The long jump: a conditional one reaches 255 instructions only.
    let mut code = vec![op(JUMP_GREATER_EQUAL, 0, 1, *pivot), op(JUMP_ALWAYS, 0, 0, left.len() as u32)];
    code.extend(left);
    code.extend(right);
    code
}

fn verdict(verdict: &Verdict) -> Vec<sock_filter> {
    match verdict {
        Verdict::Allow => vec![op(RETURN, 0, 0, RET_ALLOW)],
        Verdict::Fail(errno) => vec![op(RETURN, 0, 0, fail(*errno))],
        Verdict::AllowIf(checks) => {
            let mut code: Vec<_> = checks.iter().flat_map(check).collect();
            code.push(op(RETURN, 0, 0, RET_ALLOW));
            code
        }
    }
}

fn fail(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | (errno as u32 & libc::SECCOMP_RET_DATA)
}

/// Falls through when the condition holds, else returns EPERM.
fn check(check: &Check) -> Vec<sock_filter> {
    let refuse = op(RETURN, 0, 0, fail(libc::EPERM));
    let load = |argument: u8| op(LOAD_WORD, 0, 0, OFFSET_ARGUMENTS + 8 * u32::from(argument));
    match check {
        Check::OneOf { argument, values } => {
            let mut code = vec![load(*argument)];
            let count = values.len() as u8;
            code.extend(values.iter().zip(0u8..).map(|(v, i)| op(JUMP_EQUAL, count - i, 0, *v)));
            code.push(refuse);
            code
        }
        Check::NoneOf { argument, values } => {
            let mut code = vec![load(*argument)];
            let count = values.len() as u8;
            code.extend(values.iter().zip(0u8..).map(|(v, i)| op(JUMP_EQUAL, count - i, 0, *v)));
            code.push(op(JUMP_ALWAYS, 0, 0, 1));
            code.push(refuse);
            code
        }
        Check::NoBits { argument, mask } => vec![load(*argument), op(JUMP_SET, 0, 1, *mask), refuse],
        Check::ZeroWhen { argument, when, other } => {
            vec![load(*argument), op(JUMP_EQUAL, 0, 3, *when), load(*other), op(JUMP_EQUAL, 1, 0, 0), refuse]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a filter as the kernel does.
    fn run(program: &Program, arch: u32, number: u32, arguments: [u32; 6]) -> u32 {
        let (code, mut at, mut a) = (program.instructions(), 0usize, 0u32);
        loop {
            let i = code[at];
            at += 1;
            let taken = match i.code {
                LOAD_WORD => {
                    a = match i.k {
                        OFFSET_NUMBER => number,
                        OFFSET_ARCH => arch,
                        k => arguments[((k - OFFSET_ARGUMENTS) / 8) as usize],
                    };
                    continue;
                }
                JUMP_ALWAYS => {
                    at += i.k as usize;
                    continue;
                }
                RETURN => return i.k,
                JUMP_EQUAL => a == i.k,
                JUMP_GREATER_EQUAL => a >= i.k,
                JUMP_SET => a & i.k != 0,
                other => panic!("unknown instruction {other}"),
            };
            at += usize::from(if taken { i.jt } else { i.jf });
        }
    }

    #[test]
    fn every_number_gets_the_verdict_of_its_rule() {
        let rules = crate::seccomp::allow::rules();
        let program = Program::compile(&rules);
        for number in 0..1_000 {
            let expected = match rules.iter().find(|r| r.number == number).map(|r| &r.verdict) {
                Some(Verdict::Allow) => RET_ALLOW,
                Some(Verdict::Fail(errno)) => fail(*errno),
                Some(Verdict::AllowIf(_)) => continue,
                None => fail(libc::ENOSYS),
            };
            assert_eq!(run(&program, ARCH, number, [0; 6]), expected, "system call {number}");
        }
        assert!(program.instructions().len() < 4_096);
    }

    #[test]
    fn a_foreign_architecture_and_the_x32_numbers_get_nowhere() {
        let program = crate::seccomp::program();
        assert_eq!(run(&program, ARCH ^ 1, 0, [0; 6]), RET_KILL);
        assert_eq!(run(&program, ARCH, 0x4000_0000, [0; 6]), fail(libc::ENOSYS));
    }

    #[test]
    fn namespaces_and_foreign_socket_families_are_refused_by_their_arguments() {
        let program = crate::seccomp::program();
        let socket = libc::SYS_socket as u32;
        let family =
            |domain: i32, protocol: u32| run(&program, ARCH, socket, [domain as u32, 1, protocol, 0, 0, 0]);
        for domain in [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK] {
            assert_eq!(family(domain, 0), RET_ALLOW);
        }
        for domain in [libc::AF_VSOCK, libc::AF_PACKET, libc::AF_ALG, libc::AF_BLUETOOTH] {
            assert_eq!(family(domain, 0), fail(libc::EPERM));
        }
        assert_eq!(family(libc::AF_NETLINK, 12), fail(libc::EPERM), "netfilter");
        let clone = libc::SYS_clone as u32;
        let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u32;
        assert_eq!(run(&program, ARCH, clone, [thread, 0, 0, 0, 0, 0]), RET_ALLOW);
        for flag in [libc::CLONE_NEWUSER, libc::CLONE_NEWNS, libc::CLONE_NEWNET, libc::CLONE_NEWPID] {
            assert_eq!(run(&program, ARCH, clone, [flag as u32, 0, 0, 0, 0, 0]), fail(libc::EPERM));
        }
        assert_eq!(run(&program, ARCH, libc::SYS_clone3 as u32, [0; 6]), fail(libc::ENOSYS));
        let ioctl = libc::SYS_ioctl as u32;
        assert_eq!(run(&program, ARCH, ioctl, [0, libc::TIOCSTI as u32, 0, 0, 0, 0]), fail(libc::EPERM));
        assert_eq!(run(&program, ARCH, ioctl, [0, libc::FIONREAD as u32, 0, 0, 0, 0]), RET_ALLOW);
    }
}
