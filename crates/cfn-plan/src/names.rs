//! Physical names for resources whose template gives none.

/// `{stack}-{logical}-{random}`, at most `longest` characters: when too long, first the stack's part, then the logical
/// id's part is cut, never the random part. All parts are ASCII; the type's provider lowers or cleans further.
pub fn physical_name(stack: &str, logical_id: &str, random: &str, longest: usize) -> String {
    let room = longest.saturating_sub(random.len() + 2);
    let logical_room = (room / 2).max(room.saturating_sub(stack.len()));
    let logical = cut(logical_id, logical_room);
    let stack = cut(stack, room - logical.len());
    let parts: Vec<&str> = [stack, logical, random].into_iter().filter(|part| !part.is_empty()).collect();
    cut(&parts.join("-"), longest).to_owned()
}

fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::physical_name;
    use proptest::prelude::*;

    #[test]
    fn names_keep_their_random_part() {
        assert_eq!(physical_name("shop", "Table", "1A2B3C", 64), "shop-Table-1A2B3C");
        assert_eq!(
            physical_name("a-very-long-stack-name", "Function", "1A2B3C", 24),
            "a-very-l-Function-1A2B3C"
        );
        assert_eq!(physical_name("stack", "AVeryLongLogicalId", "1A2B", 20), "stack-AVeryLong-1A2B");
    }

    proptest! {
        #[test]
        fn names_fit_and_end_in_their_random_part(stack in "[a-z-]{1,60}", logical in "[A-Za-z]{1,80}", longest in 16usize..80) {
            let name = physical_name(&stack, &logical, "ABCDEF123456", longest);
            prop_assert!(name.len() <= longest && name.ends_with("ABCDEF123456"), "{}", name);
        }
    }
}
