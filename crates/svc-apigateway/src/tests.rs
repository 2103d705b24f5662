//! Tests of the service on a store in memory.
