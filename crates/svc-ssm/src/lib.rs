//! svc-ssm: see ARCHITECTURE.md.
