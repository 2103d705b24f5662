//! What may not be written: notes to do something later, paths of one machine, unsafe code outside the sandbox, modules
//! that do not say what they are, lock files that name a registry's host.

use std::path::Path;

use crate::tidy::{SourceFile, Violation, rust_text};

/// Words that stand for work not done. Spelled in halves, so that this file may name them.
const LATER: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("to", "do!("),
    concat!("unimplem", "ented!("),
];
/// Where one machine's or one person's files are.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];
/// A line with this word says itself why the path is right.
const PATH_REASON: &str = "tidy: a path, since";
/// Where unsafe code may be: in the sandbox, and in benches of other people's engines.
const UNSAFE: [&str; 2] = ["crates/fn-sandbox", "bench"];

/// Checks every file.
pub fn check(files: &[SourceFile]) -> Vec<Violation> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    if is_code(&file.path) {
        for (number, line) in file.text.lines().enumerate() {
            violations.extend(check_line(line).map(|what| Violation { place: file.at(number + 1), what }));
        }
    }
    if file.is_rust() {
        violations.extend(check_rust(file).map(|what| Violation { place: file.at(1), what }));
    }
    if file.path.ends_with("package-lock.json") && file.text.contains("\"resolved\"") {
        let what = "names a registry's host: npm install --omit-lockfile-registry-resolved".to_owned();
        violations.push(Violation { place: file.at(1), what });
    }
    violations
}

/// Files people write code in; documents may say what they like.
fn is_code(path: &Path) -> bool {
    let kinds = ["rs", "py", "js", "mjs", "toml", "yaml", "yml", "sh"];
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    (kinds.contains(&extension) || path.starts_with(".ci")) && !path.starts_with("models")
}

fn check_line(line: &str) -> Option<String> {
    if let Some(word) = LATER.iter().find(|word| line.contains(**word)) {
        return Some(format!("{word}: build it, or refuse it with an error that names it"));
    }
    let path = MACHINE_PATHS.iter().find(|path| has_path(line, path))?;
    (!line.contains(PATH_REASON)).then(|| format!("a path of one machine ({path})"))
}

/// The folder at the start of a path, with something below it.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-.}/*".contains(c))
            && after.is_some_and(char::is_alphanumeric)
    })
}

fn check_rust(file: &SourceFile) -> Option<String> {
    if rust_text::blank(&file.text).contains("unsafe_code")
        && !UNSAFE.iter().any(|folder| file.path.starts_with(folder))
    {
        return Some("lifts the ban on unsafe code, which lives in fn-sandbox only".into());
    }
    if file.is_generated() || file.path.starts_with("examples") || file.text.trim().is_empty() {
        return None;
    }
    let first = file.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!"));
    let says = first.is_some_and(|line| line.starts_with("//!"));
    (!says).then(|| "no `//!` at its top that says what lives here".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile { path: path.into(), text: text.into() };
        check_file(&file).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn work_put_off_is_refused() {
        let text = format!("//! x\nfn f() {{ {}) }}\n", LATER[3]);
        assert_eq!(complaints("crates/a/src/lib.rs", &text).len(), 1);
        assert_eq!(complaints("tests/a.py", &format!("# {} later\n", LATER[0])).len(), 1);
        assert!(complaints("docs/a.md", &format!("no {} here\n", LATER[0])).is_empty());
    }

    #[test]
    fn machine_paths_are_refused_unless_the_line_says_why() {
        let path = format!("{}someone/x", MACHINE_PATHS[0]);
        assert_eq!(complaints("a.py", &format!("x = '{path}'\n")).len(), 1);
        assert!(complaints("a.py", &format!("x = '{path}'  # {PATH_REASON} the test hides it\n")).is_empty());
        assert!(complaints("a.py", &format!("x = 'https://host{path}'\n")).is_empty());
    }

    #[test]
    fn a_module_says_what_it_is() {
        assert_eq!(complaints("a.rs", "use std::fs;\n"), ["no `//!` at its top that says what lives here"]);
        assert!(complaints("a.rs", "#![expect(x, reason = \"y\")]\n//! What it is.\n").is_empty());
        assert!(complaints("a.rs", "//! What it is.\n").is_empty());
    }

    #[test]
    fn unsafe_lives_in_the_sandbox() {
        let text = "//! x\n#![expect(unsafe_code, reason = \"y\")]\n";
        assert_eq!(complaints("crates/svc-s3/src/lib.rs", text).len(), 1);
        assert!(complaints("crates/fn-sandbox/src/lib.rs", text).is_empty());
    }

    #[test]
    fn lock_files_name_no_host() {
        assert_eq!(complaints("a/package-lock.json", "{\"resolved\": \"https://x\"}").len(), 1);
    }
}
