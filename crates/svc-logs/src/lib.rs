//! svc-logs: see ARCHITECTURE.md.
