//! svc-iam: see ARCHITECTURE.md.
