//! What comes in from anybody, and how much of it. Nothing here knows HTTP.
//!
//! [`coding`] names what a body may be packed with, [`unpack`] unpacks it within a bound.
//! A [`rate`] says how often somebody may come, a [`table`] remembers how often very many
//! did, in memory that does not grow. [`proxies`] tells who asks, [`address`] turns that
//! into a number nobody can turn back, and [`connections`] counts by it. [`gate`] puts them together.

pub mod address;
pub mod coding;
pub mod connections;
pub mod gate;
pub mod proxies;
pub mod rate;
pub mod table;
pub mod unpack;
