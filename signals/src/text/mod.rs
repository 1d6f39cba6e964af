//! The measures both sides take of a text.

mod anchors;
mod clean;
mod distance;
mod grams;
mod letter;
mod private;
mod sketch;

pub use clean::{
    chars, clean, clean_scalars, common_ends, cut, dense, find, letters, scalars, trimmed, words,
};
pub use distance::{Distance, distance, in_common};
pub use grams::{Apart, Distinct, apart, coverage, likeness, similarity, survival};
pub use letter::{is_blank, is_letter, is_space};
pub use private::PRIVATE;
pub use sketch::{sketch, sketch_agreement};
