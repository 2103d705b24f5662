//! `Fn::Cidr`: `[block, count, bits]` to `count` blocks that leave `bits` host bits each.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::functions::scalar_text;
use super::{EvalError, Scope, invalid};

pub(super) fn cidr(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "every Fn::Cidr object requires two parameters, (1) a CIDR block and (2) the number of CIDRs to generate, and optionally (3) the number of subnet bits";
    let items =
        argument.as_array().filter(|items| (2..=3).contains(&items.len())).ok_or_else(|| invalid(USAGE))?;
    let mut texts = Vec::with_capacity(3);
    for item in items {
        texts.push(scope.value(item)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?);
    }
    let count: u32 = texts[1].parse().map_err(|_| invalid(USAGE))?;
    if !(1..=256).contains(&count) {
        return Err(invalid("Fn::Cidr count must be between 1 and 256"));
    }
    let bits: Option<u32> = match texts.get(2) {
        Some(text) => Some(text.parse().map_err(|_| invalid(USAGE))?),
        None => None,
    };
    let blocks = blocks(&texts[0], count, bits)
        .ok_or_else(|| invalid(format!("Unable to generate {count} CIDR blocks from {}", texts[0])))?;
    Ok(Value::from(blocks))
}

fn blocks(block: &str, count: u32, bits: Option<u32>) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    if let Ok(v4) = address.parse::<Ipv4Addr>() {
        let starts = starts(u128::from(u32::from(v4)), 32, prefix, count, bits.unwrap_or(8))?;
        let length = 32 - bits.unwrap_or(8);
        let show = |start: u128| Some(format!("{}/{length}", Ipv4Addr::from(u32::try_from(start).ok()?)));
        return starts.into_iter().map(show).collect();
    }
    let v6: Ipv6Addr = address.parse().ok()?;
    let bits = bits.unwrap_or(64);
    let starts = starts(u128::from(v6), 128, prefix, count, bits)?;
    Some(starts.into_iter().map(|start| format!("{}/{}", Ipv6Addr::from(start), 128 - bits)).collect())
}

fn starts(address: u128, width: u32, prefix: u32, count: u32, bits: u32) -> Option<Vec<u128>> {
    if prefix > width || bits == 0 || bits >= width || prefix + bits > width {
        return None;
    }
    let room = width - prefix - bits;
    if room < 32 && u64::from(count) > 1u64 << room {
        return None;
    }
    let host = width - prefix;
    let base = if host >= 128 { 0 } else { address >> host << host };
    Some((0..count).map(|index| base + (u128::from(index) << bits)).collect())
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_are_cut_in_order() {
        assert_eq!(
            blocks("192.168.0.0/24", 6, Some(5)).unwrap(),
            [
                "192.168.0.0/27",
                "192.168.0.32/27",
                "192.168.0.64/27",
                "192.168.0.96/27",
                "192.168.0.128/27",
                "192.168.0.160/27"
            ]
        );
        assert_eq!(blocks("10.0.0.0/16", 2, None).unwrap(), ["10.0.0.0/24", "10.0.1.0/24"]);
        assert_eq!(blocks("fd00::/56", 2, Some(64)).unwrap(), ["fd00::/64", "fd00:0:0:1::/64"]);
        assert_eq!(blocks("10.0.0.0/24", 2, Some(8)), None);
        assert_eq!(blocks("10.0.0.0/99", 2, Some(8)), None);
        assert_eq!(blocks("nonsense", 2, None), None);
        assert_eq!(blocks("::/0", 1, Some(127)).unwrap(), ["::/1"]);
    }
}
