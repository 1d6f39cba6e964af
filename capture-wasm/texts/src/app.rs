//! Everything one capture holds here.

use std::cell::RefCell;

use tacit_capture::{config::Content, texts::Texts};

use crate::{editors::Editors, host::Host};

/// One capture. It is never freed, as what it waits for may still come.
pub(crate) struct App {
    pub(crate) host: Host,
    pub(crate) texts: RefCell<Texts>,
    pub(crate) editors: RefCell<Editors>,
    /// What the editor held when that happened which is told late; none of what
    /// happens now.
    pub(crate) past: RefCell<Option<Option<String>>>,
    /// The key of what is kept on the device, while anything may be.
    pub(crate) stored_by: RefCell<Option<String>>,
}

impl App {
    pub(crate) fn new(host: Host, content: Content) -> &'static Self {
        Box::leak(Box::new(Self {
            host,
            texts: RefCell::new(Texts::new(content)),
            editors: RefCell::default(),
            past: RefCell::default(),
            stored_by: RefCell::default(),
        }))
    }
}
