//! store-table: see ARCHITECTURE.md.
