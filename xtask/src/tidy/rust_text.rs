//! Rust source with comments and literals blanked out, and the functions in it with their first and last lines.
//!
//! Not a parser: it knows only what can hide a brace. Line breaks stay where they are, so lines can be counted.

/// A function and the lines it takes, from its `fn` to its closing brace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub first_line: usize,
    pub lines: usize,
}

/// The source with every comment, string and character literal replaced by spaces.
pub fn blank(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = hidden_end(bytes, at);
        if end == at {
            at += 1;
            continue;
        }
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none does.
fn hidden_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let after_word = at > 0 && is_word(bytes[at - 1]);
    match rest {
        [b'/', b'/', ..] => at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => at + block_comment(rest),
        [b'"', ..] => at + quoted(rest, 1),
        [b'r', b'"' | b'#', ..] if !after_word => at + raw_string(rest, 1),
        [b'b', b'r', b'"' | b'#', ..] if !after_word => at + raw_string(rest, 2),
        [b'\'', ..] => at + character(rest),
        _ => at,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn quoted(rest: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"..."`, `r#"..."#`; nothing for a raw identifier such as `r#gen`.
fn raw_string(rest: &[u8], prefix: usize) -> usize {
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(prefix + hashes) != Some(&b'"') {
        return 0;
    }
    let body = prefix + hashes + 1;
    let closing = |window: &[u8]| window[0] == b'"' && window[1..].iter().all(|byte| *byte == b'#');
    match rest[body..].windows(hashes + 1).position(closing) {
        Some(length) => body + length + hashes + 1,
        None => rest.len(),
    }
}

/// A character literal; nothing for a lifetime.
fn character(rest: &[u8]) -> usize {
    match rest {
        [_, b'\\', _, tail @ ..] => 3 + tail.iter().position(|byte| *byte == b'\'').map_or(0, |at| at + 1),
        _ => {
            let closing = rest.iter().skip(1).take(5).position(|byte| *byte == b'\'');
            match closing {
                Some(length) if length == 1 || (length > 1 && !rest[1].is_ascii()) => length + 2,
                _ => 0,
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Every function with a body, nested ones too, in the order of their first lines.
pub fn functions(blanked: &str) -> Vec<Function> {
    let bytes = blanked.as_bytes();
    let mut functions = Vec::new();
    let mut line = 1;
    for at in 0..bytes.len() {
        if bytes[at] == b'\n' {
            line += 1;
        }
        let starts_word = at == 0 || !is_word(bytes[at - 1]);
        if starts_word
            && bytes[at..].starts_with(b"fn ")
            && let Some(name) = name_after(&blanked[at + 3..])
            && let Some(lines) = body_lines(&bytes[at..])
        {
            functions.push(Function { name, first_line: line, lines });
        }
    }
    functions
}

fn name_after(text: &str) -> Option<String> {
    let name: String =
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '#').collect();
    (!name.is_empty()).then_some(name)
}

/// Lines up to the brace that closes the body; none for a declaration that ends in a semicolon.
fn body_lines(bytes: &[u8]) -> Option<usize> {
    let (mut braces, mut brackets, mut lines) = (0_usize, 0_usize, 1);
    for byte in bytes {
        match byte {
            b'\n' => lines += 1,
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b';' if braces == 0 && brackets == 0 => return None,
            b'{' => braces += 1,
            b'}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return Some(lines);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(source: &str) -> Vec<(String, usize, usize)> {
        functions(&blank(source)).into_iter().map(|f| (f.name, f.first_line, f.lines)).collect()
    }

    #[test]
    fn braces_in_literals_and_comments_do_not_count() {
        let source = "fn one() {\n  let a = \"}\\\"}\"; // }\n  /* } /* } */ */\n  let b = '}'; let c = r#\"}\"#; let d = b'}';\n}\n";
        assert_eq!(lengths(source), [("one".to_owned(), 1, 5)]);
    }

    #[test]
    fn lifetimes_are_no_characters() {
        let source = "fn two<'a>(x: &'a str) -> &'a str {\n  x\n}\nfn three() { 'l: loop { break 'l; } }\n";
        assert_eq!(lengths(source), [("two".to_owned(), 1, 3), ("three".to_owned(), 4, 1)]);
    }

    #[test]
    fn declarations_and_pointers_are_no_functions() {
        assert!(lengths("trait T { fn four(&self) -> [u8; 4]; }\ntype F = fn(u8) -> u8;\n").is_empty());
    }

    #[test]
    fn raw_identifiers_and_letters_beyond_ascii() {
        let source = "mod r#gen;\nfn five() {\n  let 한 = '한'; let s = \"하늘 {\";\n}\n";
        assert_eq!(lengths(source), [("five".to_owned(), 2, 3)]);
    }

    #[test]
    fn nested_functions_are_counted_for_themselves_too() {
        assert_eq!(
            lengths("fn outer() {\n  fn inner() {\n  }\n}\n"),
            [("outer".to_owned(), 1, 4), ("inner".to_owned(), 2, 2)]
        );
    }
}
