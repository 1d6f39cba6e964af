//! What an operator looks at: outputs found among all there are, and one output with all
//! that is known of it.
//!
//! A list goes back in time from where it is told to, reads one output after the other as
//! every label does ([`Screened`](crate::screen::Screened)), and keeps those that are
//! [`Wanted`]. It ends when its page is full or when it has looked at so much that somebody
//! would wait for it ([`Effort`]), and says how far it came: the next request goes on there.
//! So no request costs more on a store of ten million signals than on one of ten thousand,
//! and none misses anything or tells of it twice.
//!
//! One output is told with the answers beside it in its turn (`chain`), what was edited
//! (`diff`) and what datasets make of it (`fate`). A policy that does not hold yet is tried
//! on one output and on a sample of the latest (`preview`), by the code of `tacit label
//! diff`.

mod chain;
mod diff;
mod effort;
mod fate;
mod look;
mod preview;
mod start;
mod wanted;

pub use self::{
    chain::{Sibling, siblings},
    diff::{Diff, Op, Run, diff},
    effort::Effort,
    fate::{Fate, fates},
    look::{Looked, look},
    preview::{Sampled, sample},
    start::{Texts, start},
    wanted::{Wanted, words},
};
