//! svc-s3: see ARCHITECTURE.md.
