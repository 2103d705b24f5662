//! cfn-plan: see ARCHITECTURE.md.
