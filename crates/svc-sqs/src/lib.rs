//! svc-sqs: see ARCHITECTURE.md.
