//! DynamoDB: tables, items, expressions, queries, batches and transactions.

pub mod expr;
pub mod value;
