//! From a file to a server, where there is one.

mod house;
mod to_clickhouse;
