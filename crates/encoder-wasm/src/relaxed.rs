//! Loads the kernel for relaxed SIMD where the browser knows its instructions.

/// `predilect-encoder-kernels`, compiled; empty where only the crate is checked.
#[cfg(target_family = "wasm")]
static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kernels.wasm"));

/// Vectors are the same with it and without, so whatever goes wrong leaves the encoder as it was.
pub(crate) fn load() {
    #[cfg(target_family = "wasm")]
    {
        use std::sync::Once;
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let _ = install();
        });
    }
}

#[cfg(target_family = "wasm")]
fn install() -> Result<(), wasm_bindgen::JsValue> {
    use js_sys::{Function, Object, Reflect, Uint8Array, WebAssembly};
    use wasm_bindgen::JsCast;

    let bytes = Uint8Array::from(MODULE);
    if MODULE.is_empty() || !WebAssembly::validate(&bytes)? {
        return Ok(());
    }
    let (imports, env) = (Object::new(), Object::new());
    Reflect::set(&env, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"env".into(), &env)?;
    let instance = WebAssembly::Instance::new(&WebAssembly::Module::new(&bytes)?, &imports)?;
    let dots: Function = Reflect::get(&instance.exports(), &"dots".into())?.dyn_into()?;
    let table: WebAssembly::Table = wasm_bindgen::function_table().dyn_into()?;
    let place = table.grow(1)?;
    table.set(place, &dots)?;
    // SAFETY: that is the function at this place, and nothing else writes to the table.
    #[allow(unsafe_code)]
    unsafe {
        predilect_encoder::install_kernel(place);
    }
    Ok(())
}
