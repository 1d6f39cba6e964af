//! Reports as pages: one HTML file that needs nothing else.
//!
//! [`page()`] puts a body into a self-contained page (no scripts, nothing fetched;
//! light and dark as the reader's system asks; readable on a phone), [`table()`]
//! makes a table with a caption, [`plot`] draws. The same input gives the same
//! bytes on every machine, so a report can be compared, hashed and committed.

mod page;
pub mod plot;
mod table;

pub use self::{
    page::page,
    table::{Column, table},
};
