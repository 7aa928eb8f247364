//! Loads the kernel for relaxed SIMD where the browser knows its instructions.

/// `predilect-encoder-kernels`, compiled; empty where only the crate is checked.
#[cfg(target_family = "wasm")]
static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kernels.wasm"));

/// Vectors are the same with it and without.
pub(crate) fn load() {
    #[cfg(target_family = "wasm")]
    {
        use std::sync::Once;
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            if let Some([place]) = predilect_guest::load(MODULE, ["dots"]) {
                // SAFETY: that is the function at this place, and nothing else writes to the table.
                #[allow(unsafe_code)]
                unsafe {
                    predilect_encoder::install_kernel(place);
                }
            }
        });
    }
}
