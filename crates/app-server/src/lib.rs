//! app-server: see ARCHITECTURE.md.
