//! fn-runtime: see ARCHITECTURE.md.
