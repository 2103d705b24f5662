//! Prices an order. `{"items": [{"sku": "tea-001", "quantity": 2}]}` becomes the lines with their prices and the total.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

/// Article number, name, price of one in cents.
const CATALOGUE: [(&str, &str, u64); 5] = [
    ("tea-001", "Green tea from Boseong, 100 g", 1_850),
    ("cup-017", "Celadon cup", 4_200),
    ("pot-003", "Cast iron pot", 12_900),
    ("tin-008", "Tea tin", 950),
    ("gong-001", "Temple gong, bronze", 189_000),
];
/// From this many pieces of one article on, a tenth is taken off.
const DISCOUNT_FROM: u64 = 10;

#[derive(Deserialize)]
struct Order {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sku: String,
    quantity: u64,
}

#[derive(Debug, PartialEq, Serialize)]
struct Price {
    currency: &'static str,
    lines: Vec<Line>,
    total_cents: u64,
}

#[derive(Debug, PartialEq, Serialize)]
struct Line {
    sku: String,
    name: &'static str,
    quantity: u64,
    cents: u64,
}

fn price(order: &Order) -> Result<Price, Diagnostic> {
    let lines = order.items.iter().map(price_line).collect::<Result<Vec<_>, _>>()?;
    let total_cents = lines.iter().map(|line| line.cents).sum();
    Ok(Price { currency: "EUR", lines, total_cents })
}

fn price_line(item: &Item) -> Result<Line, Diagnostic> {
    let Some((_, name, each)) = CATALOGUE.iter().find(|(sku, _, _)| *sku == item.sku) else {
        return Err(Diagnostic {
            error_type: "UnknownSku".into(),
            error_message: format!("There is no article {}", item.sku),
        });
    };
    let full = each.saturating_mul(item.quantity);
    let cents = if item.quantity >= DISCOUNT_FROM { full - full / 10 } else { full };
    Ok(Line { sku: item.sku.clone(), name, quantity: item.quantity, cents })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Order>| async move { price(&event.payload) })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(sku: &str, quantity: u64) -> Order {
        Order { items: vec![Item { sku: sku.into(), quantity }] }
    }

    #[test]
    fn ten_pieces_are_a_tenth_cheaper() {
        assert_eq!(price(&order("tea-001", 9)).map(|price| price.total_cents).ok(), Some(16_650));
        assert_eq!(price(&order("tea-001", 10)).map(|price| price.total_cents).ok(), Some(16_650));
    }

    #[test]
    fn an_unknown_article_is_named() {
        let refusal = price(&order("ufo-001", 1)).expect_err("there is no such article");
        assert_eq!(refusal.error_type, "UnknownSku");
        assert!(refusal.error_message.contains("ufo-001"));
    }
}
