//! Loads the kernel for relaxed SIMD where the browser knows its instructions.

/// Vectors are the same with it and without.
pub(crate) fn load() {
    #[cfg(target_family = "wasm")]
    predilect_guest::load_once!(["dots"], |[place]: [u32; 1]| {
        // SAFETY: that is the function at this place, and nothing else writes to the table.
        #[allow(unsafe_code)]
        unsafe {
            predilect_encoder::install_kernel(place);
        }
    });
}
