//! port: see ARCHITECTURE.md.
