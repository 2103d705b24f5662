//! Bytes to log lines: cut at line ends and at 256 KB, invalid UTF-8 replaced. Pure.

/// Longest log event (CloudWatch Logs quotas, "Event size" of Lambda's log pipeline).
pub(crate) const MAX_LINE: usize = 256 * 1024;
/// What Invoke's LogType=Tail answers with.
const TAIL: usize = 4 * 1024;

/// Cuts a stream of bytes to lines; holds at most one unfinished line.
#[derive(Default)]
pub(crate) struct LineCutter {
    partial: Vec<u8>,
}

impl LineCutter {
    pub(crate) fn push(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            let (content, ended) = match piece.strip_suffix(b"\n") {
                Some(content) => (content, true),
                None => (piece, false),
            };
            let mut rest = content;
            while self.partial.len() + rest.len() > MAX_LINE {
                let (now, later) = rest.split_at(MAX_LINE - self.partial.len());
                self.partial.extend_from_slice(now);
                self.cut(&mut line);
                rest = later;
            }
            self.partial.extend_from_slice(rest);
            if ended {
                self.cut(&mut line);
            }
        }
    }

    /// The unfinished line, as what it is.
    pub(crate) fn finish(&mut self, mut line: impl FnMut(String)) {
        if !self.partial.is_empty() {
            self.cut(&mut line);
        }
    }

    fn cut(&mut self, line: &mut impl FnMut(String)) {
        let bytes = std::mem::take(&mut self.partial);
        line(String::from_utf8_lossy(&bytes).into_owned());
    }
}

/// The last 4 KB of an invoke's log.
#[derive(Default)]
pub(crate) struct Tail(Vec<u8>);

impl Tail {
    pub(crate) fn push(&mut self, line: &str) {
        let line = &line.as_bytes()[line.len().saturating_sub(TAIL)..];
        self.0.extend_from_slice(line);
        self.0.push(b'\n');
        if self.0.len() > 4 * TAIL {
            self.0.drain(..self.0.len() - TAIL);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.0);
        all.drain(..all.len().saturating_sub(TAIL));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut cutter, mut lines) = (LineCutter::default(), Vec::new());
        for piece in pieces {
            cutter.push(piece, |line| lines.push(line));
        }
        cutter.finish(|line| lines.push(line));
        lines
    }

    #[test]
    fn lines_are_cut_wherever_the_reads_fall() {
        assert_eq!(lines(&[b"a\nb", b"c\n\nd"]), ["a", "bc", "", "d"]);
        assert_eq!(lines(&[b"\xff\n"]), ["\u{fffd}"]);
    }

    #[test]
    fn an_endless_line_is_cut_at_256_kb() {
        let long = vec![b'x'; 2 * MAX_LINE + 5];
        let cut = lines(&[&long[..100], &long[100..]]);
        assert_eq!(cut.iter().map(String::len).collect::<Vec<_>>(), [MAX_LINE, MAX_LINE, 5]);
    }

    #[test]
    fn the_tail_keeps_the_last_4_kb() {
        let mut tail = Tail::default();
        for n in 0..10_000 {
            tail.push(&format!("line {n}"));
        }
        tail.push("last");
        let text = String::from_utf8(tail.take()).unwrap();
        assert_eq!(text.len(), TAIL);
        assert!(text.ends_with("line 9999\nlast\n"));
        assert!(tail.take().is_empty());
    }
}
