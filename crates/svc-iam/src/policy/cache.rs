//! Parsed policies by their text.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::document::Policy;
use super::error::PolicyError;

/// Documents in each of the two generations.
const GENERATION: usize = 2048;

/// A bounded cache. When the young generation is full it becomes the old one, and the old one is let go; what is used
/// moves back. A document is at most some kilobytes, so the whole is bounded by tens of megabytes.
#[derive(Default)]
pub struct PolicyCache(Mutex<Generations>);

type Parsed = Result<Arc<Policy>, PolicyError>;

#[derive(Default)]
struct Generations {
    young: HashMap<Box<str>, Parsed>,
    old: HashMap<Box<str>, Parsed>,
}

impl PolicyCache {
    /// The document, parsed at its first use. Errors are kept too.
    pub fn get(&self, text: &str) -> Parsed {
        {
            let mut generations = self.0.lock();
            if let Some(parsed) = generations.young.get(text) {
                return parsed.clone();
            }
            if let Some(parsed) = generations.old.remove(text) {
                generations.keep(text, parsed.clone());
                return parsed;
            }
        }
        let parsed = Policy::parse(text).map(Arc::new);
        self.0.lock().keep(text, parsed.clone());
        parsed
    }
}

impl Generations {
    fn keep(&mut self, text: &str, parsed: Parsed) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(text.into(), parsed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_and_the_cache_is_bounded() {
        let cache = PolicyCache::default();
        let text =
            |n: usize| format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"s3:A{n}","Resource":"*"}}]}}"#);
        let first = cache.get(&text(0)).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.get(&text(0)).unwrap()));
        for n in 0..3 * GENERATION {
            cache.get(&text(n)).unwrap();
        }
        let generations = cache.0.lock();
        assert!(generations.young.len() + generations.old.len() <= 2 * GENERATION);
    }
}
