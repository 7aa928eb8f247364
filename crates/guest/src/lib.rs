//! Loads functions of a module that not every browser understands, such as one with relaxed SIMD, into the memory of the
//! module that carries it as bytes. `carry.rs` is the build script of those that do, [`load_once`] loads what it put there.
#![cfg(target_family = "wasm")]

use js_sys::{Function, Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};

/// Hands the places of the named functions of the carried module to `install`, the first time that it is called; not where [`load`] finds none.
#[macro_export]
macro_rules! load_once {
    ($names:expr, $install:expr) => {{
        // Empty where only the crate is checked.
        static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kernels.wasm"));
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            if let Some(places) = $crate::load(MODULE, $names) {
                $install(places);
            }
        });
    }};
}

/// The places of its functions in this module's table of functions; none where the browser refuses it, or if anything else goes wrong: who
/// carries one does as well without. The table must be allowed to grow, which `carry.rs` sees to.
pub fn load<const N: usize>(module: &[u8], names: [&str; N]) -> Option<[u32; N]> {
    if module.is_empty() { None } else { put(module, names).ok().flatten() }
}

fn put<const N: usize>(module: &[u8], names: [&str; N]) -> Result<Option<[u32; N]>, JsValue> {
    let bytes = Uint8Array::from(module);
    if !WebAssembly::validate(&bytes)? {
        return Ok(None);
    }
    let (imports, env) = (Object::new(), Object::new());
    Reflect::set(&env, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"env".into(), &env)?;
    let instance = WebAssembly::Instance::new(&WebAssembly::Module::new(&bytes)?, &imports)?;
    let table: WebAssembly::Table = wasm_bindgen::function_table().dyn_into()?;
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(names) {
        let function: Function = Reflect::get(&instance.exports(), &name.into())?.dyn_into()?;
        *place = table.grow(1)?;
        table.set(*place, &function)?;
    }
    Ok(Some(places))
}
