//! wire-auth: see ARCHITECTURE.md.
