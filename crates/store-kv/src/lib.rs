//! store-kv: see ARCHITECTURE.md.
