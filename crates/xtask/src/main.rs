//! Builds what the page loads from Rust.
//!
//! `cargo run -p xtask -- wasm [engine|encoder|builder ...]` compiles the modules, generates their JavaScript and
//! leaves both in `web/dist/wasm/`; `cargo run -p xtask -- toolchain` tells which compiler that would use, and exits
//! with [`NO_TOOLCHAIN`] where there is none.

mod modules;
mod toolchain;

use std::process::ExitCode;

use modules::{MODULES, Module, Workspace};
use toolchain::Toolchain;

/// What can go wrong here is told to a person, never matched on.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Exit code for "no compiler for wasm32": the set-up installs one and tries again.
const NO_TOOLCHAIN: u8 = 3;

const USAGE: &str = "usage: cargo run -p xtask -- wasm [engine|encoder|builder ...] | toolchain";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some("wasm") => wasm(&args[1..]),
        Some("toolchain") => toolchain(),
        _ => Err(USAGE.into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::FAILURE
    })
}

fn toolchain() -> Result<ExitCode> {
    match Toolchain::find()? {
        Some(found) => {
            println!("{found}");
            Ok(ExitCode::SUCCESS)
        }
        None => Ok(ExitCode::from(NO_TOOLCHAIN)),
    }
}

fn wasm(names: &[String]) -> Result<ExitCode> {
    let modules = select(names)?;
    let Some(toolchain) = Toolchain::find()? else {
        eprintln!("xtask: {}", toolchain::REMEDY);
        return Ok(ExitCode::from(NO_TOOLCHAIN));
    };
    let workspace = Workspace::locate()?;
    println!("wasm: {toolchain}");
    for module in modules {
        workspace.build(module, &toolchain)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The modules named, or all of them where none is.
fn select(names: &[String]) -> Result<Vec<&'static Module>> {
    if names.is_empty() {
        return Ok(MODULES.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            MODULES
                .iter()
                .find(|module| module.name == name)
                .ok_or_else(|| format!("no wasm module is called `{name}`; {USAGE}").into())
        })
        .collect()
}
