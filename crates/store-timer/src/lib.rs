//! store-timer: see ARCHITECTURE.md.
