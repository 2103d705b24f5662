//! CloudFormation templates, pure: text to a checked template, intrinsic functions, the dependency graph, and the plan
//! that takes a stack from its present state to what a template says.
//!
//! Data in, data out: nothing here does I/O, waits, or knows which resource types exist (a catalogue is handed in). The
//! way through: [`template::Source`] (text to tree) -> `cfn-sam` for templates with the AWS::Serverless transform ->
//! [`template::Template`] (sections, checked) -> [`parameters`] -> [`intrinsics::Scope`] -> [`plan::Plan`].

pub mod capabilities;
pub mod graph;
pub mod intrinsics;
pub mod names;
pub mod parameters;
pub mod plan;
pub mod rules;
pub mod template;
