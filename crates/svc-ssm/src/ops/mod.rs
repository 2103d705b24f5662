//! One operation a file.

pub mod add_tags_to_resource;
pub mod delete_parameter;
pub mod delete_parameters;
pub mod describe_parameters;
pub mod get_parameter;
pub mod get_parameter_history;
pub mod get_parameters;
pub mod get_parameters_by_path;
pub mod label_parameter_version;
pub mod list_tags_for_resource;
pub mod put_parameter;
pub mod remove_tags_from_resource;
pub mod unlabel_parameter_version;
