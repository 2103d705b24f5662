//! cfn-exec: see ARCHITECTURE.md.
