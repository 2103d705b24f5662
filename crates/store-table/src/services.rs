//! The services' numbers: the high byte of their tables' ids. Part of the format on the disk: a number is never changed
//! or given again.

pub const SERVER: u8 = 0x01;
pub const TIMER: u8 = 0x02;
pub const IAM: u8 = 0x10;
pub const STS: u8 = 0x11;
pub const LAMBDA: u8 = 0x12;
pub const S3: u8 = 0x13;
pub const DYNAMODB: u8 = 0x14;
pub const SQS: u8 = 0x15;
pub const APIGATEWAY: u8 = 0x16;
pub const CLOUDFORMATION: u8 = 0x17;
pub const LOGS: u8 = 0x18;
pub const SSM: u8 = 0x19;
/// For tests and benchmarks.
pub const TEST: u8 = 0x7f;
