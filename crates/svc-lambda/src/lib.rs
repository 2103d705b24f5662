//! svc-lambda: see ARCHITECTURE.md.
