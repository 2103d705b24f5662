//! One operation a file.

pub mod cancel_update_stack;
pub mod continue_update_rollback;
pub mod create_change_set;
pub mod create_stack;
pub mod delete_change_set;
pub mod delete_stack;
pub mod describe_change_set;
pub mod describe_stack_events;
pub mod describe_stack_resource;
pub mod describe_stack_resources;
pub mod describe_stacks;
pub mod execute_change_set;
pub mod get_stack_policy;
pub mod get_template;
pub mod get_template_summary;
pub mod list_change_sets;
pub mod list_exports;
pub mod list_imports;
pub mod list_stack_resources;
pub mod list_stacks;
pub mod set_stack_policy;
pub mod update_stack;
pub mod update_termination_protection;
pub mod validate_template;
