//! cfn-sam: see ARCHITECTURE.md.
