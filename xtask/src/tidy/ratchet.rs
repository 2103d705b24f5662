//! The list of what is longer than it should be. It may only shrink: nothing is added, nothing grows, and what got shorter
//! is lowered by `cargo xtask tidy --ratchet`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::tidy::{Violation, lengths};
use crate::{houses, steps};

const PATH: &str = "xtask/tidy-ratchet.txt";
const HEAD: &str = "# Files over 600 lines and functions over 70, as <lines> <path>[::<function>]. This list only shrinks:\n\
    # shorten one, then `cargo xtask tidy --ratchet`.\n";

type Lines = BTreeMap<String, usize>;

/// Compares what is there with what is listed, and the list with the one committed last.
pub fn check(excess: &Lines) -> Result<Vec<Violation>> {
    let listed = read(&fs::read_to_string(path()).unwrap_or_default())?;
    let mut violations = compare(excess, &listed);
    if let Ok(committed) = steps::output(steps::command("git").args(["show", &format!("HEAD:{PATH}")])) {
        violations.extend(grown(&listed, &read(&committed)?));
    }
    Ok(violations)
}

/// Lowers the list to what is there. What is not listed stays unlisted.
pub fn lower(excess: &Lines) -> Result<()> {
    let listed = read(&fs::read_to_string(path()).unwrap_or_default())?;
    let lowered: Lines = listed
        .into_iter()
        .filter_map(|(name, lines)| excess.get(&name).map(|now| (name, lines.min(*now))))
        .collect();
    let text: String = lowered.iter().map(|(name, lines)| format!("{lines} {name}\n")).collect();
    fs::write(path(), format!("{HEAD}{text}")).with_context(|| format!("writing {PATH}"))
}

fn path() -> PathBuf {
    houses::root().join(PATH)
}

fn read(text: &str) -> Result<Lines> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (lines, name) =
                line.split_once(' ').with_context(|| format!("{PATH}: not `lines name`: {line}"))?;
            Ok((name.to_owned(), lines.parse().with_context(|| format!("{PATH}: {line}"))?))
        })
        .collect()
}

fn compare(excess: &Lines, listed: &Lines) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (name, lines) in excess {
        let is_function = name.contains("::");
        let limit = if is_function { lengths::FUNCTION_LINES } else { lengths::FILE_LINES };
        let allowed = listed.get(name).copied().unwrap_or(limit);
        if *lines > allowed || (!is_function && *lines > lengths::FILE_LINES_LIMIT) {
            let allowed = allowed.min(if is_function { usize::MAX } else { lengths::FILE_LINES_LIMIT });
            violations.push(violation(name, format!("{lines} lines, at most {allowed}: split it")));
        } else if *lines < allowed {
            violations.push(violation(
                name,
                format!("shorter than listed ({allowed}): `cargo xtask tidy --ratchet`"),
            ));
        }
    }
    for name in listed.keys().filter(|name| !excess.contains_key(*name)) {
        violations.push(violation(name, "listed, but short enough now: `cargo xtask tidy --ratchet`".into()));
    }
    violations
}

fn grown(listed: &Lines, committed: &Lines) -> Vec<Violation> {
    let risen =
        listed.iter().filter(|(name, lines)| committed.get(*name).is_none_or(|before| *lines > before));
    risen.map(|(name, _)| violation(name, format!("added to {PATH}, which only shrinks"))).collect()
}

fn violation(name: &str, what: String) -> Violation {
    Violation { place: name.to_owned(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(entries: &[(&str, usize)]) -> Lines {
        entries.iter().map(|(name, lines)| ((*name).to_owned(), *lines)).collect()
    }

    fn complaints(excess: &[(&str, usize)], listed: &[(&str, usize)]) -> Vec<String> {
        compare(&lines(excess), &lines(listed)).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn what_is_listed_may_stay_as_long_as_it_is() {
        assert!(complaints(&[("a.rs", 700), ("a.rs::f", 80)], &[("a.rs", 700), ("a.rs::f", 80)]).is_empty());
    }

    #[test]
    fn growth_and_newcomers_are_refused() {
        assert_eq!(complaints(&[("a.rs", 701)], &[("a.rs", 700)]), ["701 lines, at most 700: split it"]);
        assert_eq!(complaints(&[("a.rs::f", 71)], &[]), ["71 lines, at most 70: split it"]);
    }

    #[test]
    fn a_file_over_the_hard_limit_is_refused_even_when_listed() {
        assert_eq!(
            complaints(&[("a.rs", 1_100)], &[("a.rs", 1_100)]),
            ["1100 lines, at most 1000: split it"]
        );
    }

    #[test]
    fn what_shrank_must_be_lowered() {
        assert_eq!(complaints(&[("a.rs", 650)], &[("a.rs", 700)]).len(), 1);
        assert_eq!(complaints(&[], &[("a.rs", 700)]).len(), 1);
    }

    #[test]
    fn the_list_itself_does_not_grow() {
        let committed = lines(&[("a.rs", 700)]);
        assert!(grown(&lines(&[("a.rs", 650)]), &committed).is_empty());
        assert_eq!(grown(&lines(&[("a.rs", 701), ("b.rs", 610)]), &committed).len(), 2);
    }
}
