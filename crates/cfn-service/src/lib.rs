//! cfn-service: see ARCHITECTURE.md.
