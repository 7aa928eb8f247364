//! Build script of modules that carry another one: puts it, which `xtask` builds first, where the crate takes it in; an
//! empty file where there is none, as when the crate is only checked.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-env-changed=PREDILECT_KERNELS");
    // Functions of the module take places in the table of functions.
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo:rustc-link-arg-cdylib=--growable-table");
    }
    let to = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("kernels.wasm");
    let kernels = std::env::var_os("PREDILECT_KERNELS").map(|path| {
        println!("cargo:rerun-if-changed={}", PathBuf::from(&path).display());
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", PathBuf::from(&path).display()))
    });
    std::fs::write(to, kernels.unwrap_or_default()).expect("OUT_DIR can be written to");
}
