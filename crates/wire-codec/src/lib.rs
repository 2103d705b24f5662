//! wire-codec: see ARCHITECTURE.md.
