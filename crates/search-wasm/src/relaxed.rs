//! Loads the kernels for relaxed SIMD where the browser knows their instructions.

/// `predilect-search-kernels`, compiled; empty where only the crate is checked.
#[cfg(target_family = "wasm")]
static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kernels.wasm"));

/// Hits are the same with them and without.
pub(crate) fn load() {
    #[cfg(target_family = "wasm")]
    {
        use std::sync::Once;
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            if let Some([one, four]) = predilect_guest::load(MODULE, ["one", "four"]) {
                // SAFETY: those are the functions at these places, and nothing else writes to the table.
                #[allow(unsafe_code)]
                unsafe {
                    predilect_search::install_kernels(one, four);
                }
            }
        });
    }
}
