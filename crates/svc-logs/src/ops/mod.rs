//! One file per operation; `service.rs` names them all.

pub mod create_log_group;
pub mod create_log_stream;
pub mod delete_log_group;
pub mod delete_log_stream;
pub mod delete_retention_policy;
pub mod describe_log_groups;
pub mod describe_log_streams;
pub mod filter_log_events;
pub mod get_log_events;
pub mod list_tags_for_resource;
pub mod list_tags_log_group;
pub mod put_log_events;
pub mod put_retention_policy;
pub mod start_live_tail;
pub mod tag_log_group;
pub mod tag_resource;
pub mod untag_log_group;
pub mod untag_resource;
