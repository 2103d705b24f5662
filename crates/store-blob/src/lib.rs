//! store-blob: see ARCHITECTURE.md.
