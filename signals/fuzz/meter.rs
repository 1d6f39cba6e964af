//! Measures what decoding holds: a length that is believed shows as memory.

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Panics when `work` and its result held more than so many bytes at once.
pub fn within<T>(allowance: usize, work: impl FnOnce() -> T) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = work();
    let held = ALLOCATOR.peak_usage().saturating_sub(before);
    drop(result);
    assert!(held <= allowance, "{held} bytes held, {allowance} allowed");
}
