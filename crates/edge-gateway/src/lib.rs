//! edge-gateway: see ARCHITECTURE.md.
