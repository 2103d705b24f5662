//! fn-sandbox: see ARCHITECTURE.md.
