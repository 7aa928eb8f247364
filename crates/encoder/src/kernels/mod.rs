//! Arithmetic with one fixed order of operations.
//!
//! A catalogue encoded by the command line must equal, byte for byte, one encoded by the same code in a browser or in
//! Node. So nothing here leaves the order of a sum to the compiler or the machine:
//! - no fused multiply-add, no library `exp` or `tanh`, only `+ - * / sqrt`, comparisons and conversions, which IEEE 754
//!   defines exactly;
//! - sums run either in plain order or over eight lanes that are folded in one written order, whatever the vector width;
//! - integer dot products are exact, so each machine may compute them its own way.

mod bytes;
pub(crate) mod dot;
pub(crate) mod dot8;
pub(crate) mod float;
pub(crate) mod linear;

/// Compiles a function once more for AVX2, and picks at run time. AVX2 has no multiply-add, so both give the same bits.
/// It is not copied to where it is called: it is a loop over many values.
macro_rules! widest {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        #[inline(never)]
        $vis fn $name($($arg: $type),*) {
            #[inline(always)]
            fn plain($($arg: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn wide($($arg: $type),*) {
                plain($($arg),*);
            }

            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the machine has AVX2, which is all that `wide` asks for.
                #[allow(unsafe_code)]
                unsafe {
                    wide($($arg),*);
                }
                return;
            }
            plain($($arg),*);
        }
    };
}
use widest;
