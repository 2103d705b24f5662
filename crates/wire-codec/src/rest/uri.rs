//! URI templates: `/{Bucket}/{Key+}?uploads`.

/// A template taken apart.
#[derive(Debug, PartialEq)]
pub(crate) struct Template {
    pub path: Vec<Segment>,
    /// Keys that must be there, with their value where the template has one.
    pub query: Vec<(&'static str, Option<&'static str>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    Literal(&'static str),
    Label(&'static str),
    /// Takes one or more segments, slashes included.
    Greedy(&'static str),
}

impl Template {
    pub(crate) fn parse(uri: &'static str) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let segments = path.trim_matches('/').split('/').filter(|s| !s.is_empty()).map(segment).collect();
        let query = query
            .split('&')
            .filter(|p| !p.is_empty())
            .map(|pair| pair.split_once('=').map_or((pair, None), |(k, v)| (k, (!v.is_empty()).then_some(v))))
            .collect();
        Self { path: segments, query }
    }
}

fn segment(text: &'static str) -> Segment {
    match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
        Some(label) => label.strip_suffix('+').map_or(Segment::Label(label), Segment::Greedy),
        None => Segment::Literal(text),
    }
}

/// Matches a raw (still percent-encoded) path; gives the labels' raw texts, or `None`. A slash at the end does not matter
/// unless a greedy label takes it.
pub(crate) fn matches<'p>(template: &[Segment], path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
    let mut labels = Vec::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path);
    for (index, segment) in template.iter().enumerate() {
        let after = &template[index + 1..];
        if let Segment::Greedy(label) = segment {
            let (taken, left) = greedy(rest, after.len())?;
            labels.push((*label, taken));
            rest = left;
            continue;
        }
        let (part, left) = rest.split_once('/').unwrap_or((rest, ""));
        match segment {
            Segment::Literal(text) if *text == part => {}
            Segment::Label(label) if !part.is_empty() => labels.push((*label, part)),
            _ => return None,
        }
        // A missing segment and an empty one are told apart by what comes next.
        rest = left;
    }
    rest.is_empty().then_some(labels)
}

/// Splits off what a greedy label takes, leaving the last `after` segments.
fn greedy(rest: &str, after: usize) -> Option<(&str, &str)> {
    let mut end = rest.len();
    for _ in 0..after {
        end = rest[..end].rfind('/')?;
    }
    let taken = &rest[..end];
    let left = rest[end..].strip_prefix('/').unwrap_or_default();
    (!taken.is_empty()).then_some((taken, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(uri: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
        let found = matches(&Template::parse(uri).path, path)?;
        Some(found.into_iter().map(|(k, v)| (k, v.to_owned())).collect())
    }

    #[test]
    fn labels_take_a_segment_and_greedy_ones_the_rest() {
        assert_eq!(labels("/{Bucket}", "/b"), Some(vec![("Bucket", "b".to_owned())]));
        assert_eq!(labels("/{Bucket}", "/b/"), Some(vec![("Bucket", "b".to_owned())]));
        assert_eq!(labels("/{Bucket}", "/b/k"), None);
        assert_eq!(labels("/{Bucket}/{Key+}", "/b/"), None);
        assert_eq!(labels("/{Bucket}/{Key+}", "/b//x/y/").unwrap()[1], ("Key", "/x/y/".to_owned()));
        assert_eq!(labels("/a/{G+}/z", "/a/b/c/z").unwrap()[0], ("G", "b/c".to_owned()));
        assert_eq!(labels("/", "/"), Some(vec![]));
    }

    #[test]
    fn static_queries_are_kept_apart() {
        let template = Template::parse("/{Bucket}?list-type=2&x");
        assert_eq!(template.query, [("list-type", Some("2")), ("x", None)]);
    }
}
