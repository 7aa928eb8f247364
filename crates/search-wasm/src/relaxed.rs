//! Loads the kernels for relaxed SIMD where the browser knows their instructions.

/// Hits are the same with them and without.
pub(crate) fn load() {
    #[cfg(target_family = "wasm")]
    predilect_guest::load_once!(["one", "four"], |[one, four]: [u32; 2]| {
        // SAFETY: those are the functions at these places, and nothing else writes to the table.
        #[allow(unsafe_code)]
        unsafe {
            predilect_search::install_kernels(one, four);
        }
    });
}
