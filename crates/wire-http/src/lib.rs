//! wire-http: see ARCHITECTURE.md.
