//! fn-pool: see ARCHITECTURE.md.
