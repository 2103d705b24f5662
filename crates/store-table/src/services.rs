//! The services' numbers: the high byte of their tables' ids. Part of the format on the disk: a number is never changed
//! or given again.

pub const DYNAMODB: u8 = 1;
pub const S3: u8 = 2;
pub const SQS: u8 = 3;
pub const LAMBDA: u8 = 4;
/// STS too.
pub const IAM: u8 = 5;
pub const LOGS: u8 = 6;
pub const APIGATEWAY: u8 = 7;
pub const CLOUDFORMATION: u8 = 8;
pub const SSM: u8 = 9;
pub const TIMER: u8 = 10;
pub const SERVER: u8 = 11;
/// For tests and benchmarks.
pub const TEST: u8 = 0x7f;
