//! svc-dynamodb: see ARCHITECTURE.md.
