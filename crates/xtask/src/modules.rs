//! From a crate to the files that the page loads: compile, bind, optimise.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use wasm_bindgen_cli_support::Bindgen;

use crate::Result;
use crate::toolchain::{PLAIN, RELAXED, TARGET, Toolchain};

/// One wasm module.
#[derive(Debug)]
pub struct Module {
    /// Stem of its files.
    pub name: &'static str,
    /// The crate of its bindings.
    package: &'static str,
    /// A crate whose module this one carries as bytes.
    carries: Option<&'static str>,
    /// What takes time, told before it starts.
    note: &'static str,
}

/// In the order of what takes longest last.
pub const MODULES: [Module; 6] = [
    Module { name: "engine", package: "predilect-wasm", carries: None, note: "small: vectors only" },
    Module {
        name: "search",
        package: "predilect-search-wasm",
        carries: Some("predilect-search-kernels"),
        note: "smaller still: a page's own vectors",
    },
    Module { name: "words", package: "predilect-words-wasm", carries: None, note: "the index of words" },
    Module { name: "gpu", package: "predilect-gpu-wasm", carries: None, note: "the same on WebGPU" },
    Module { name: "builder", package: "predilect-builder-wasm", carries: None, note: "makes catalogues in Node" },
    Module {
        name: "encoder",
        package: "predilect-encoder-wasm",
        carries: Some("predilect-encoder-kernels"),
        note: "the largest: tokenizer and neural network; minutes where it was never built",
    },
];

/// What binaryen may use and assume. Not `--all-features`, whose modules browsers refuse.
const FEATURES: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-simd",
    "--enable-relaxed-simd",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How hard binaryen tries, and what it leaves out. Sections are stripped here, not by rustc, which would also drop the
/// list of target features that wasm-bindgen reads.
const OPTIMISE: [&str; 4] = ["-O3", "--strip-debug", "--strip-producers", "--strip-target-features"];

/// The folders of a checkout.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    dist: PathBuf,
}

impl Workspace {
    /// The checkout that cargo runs this program for, which a shared target folder may have built for another one.
    pub fn locate() -> Result<Self> {
        let own =
            std::env::var_os("CARGO_MANIFEST_DIR").ok_or("run this through cargo: `cargo run -p xtask -- wasm`")?;
        let root = Path::new(&own).join("../..").canonicalize()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { dist: root.join("web/dist/wasm"), target: target.join("wasm"), root })
    }

    /// Brings the files of one module up to date.
    pub fn build(&self, module: &Module, toolchain: &Toolchain) -> Result<()> {
        let name = module.name;
        println!("wasm: {name}: compiling {} ({})", module.package, module.note);
        let started = Instant::now();
        let compiled = self.compile(module, toolchain)?;
        let stamp = self.stamp(&fs::read(&compiled)?);
        let stamp_file = self.target.join(format!("{name}.stamp"));
        let output = self.dist.join(format!("{name}_bg.wasm"));
        if output.is_file() && fs::read_to_string(&stamp_file).is_ok_and(|before| before == stamp) {
            println!("wasm: {name}: up to date");
            return Ok(());
        }
        let compile_seconds = started.elapsed().as_secs_f64();
        println!("wasm: {name}: compiled in {compile_seconds:.0} s, now bindings and wasm-opt");
        self.bind(module, &compiled)?;
        fs::write(stamp_file, stamp)?;
        let bytes = fs::metadata(&output)?.len();
        println!("wasm: {name}: {} KB in {:.0} s", bytes.div_ceil(1000), started.elapsed().as_secs_f64());
        Ok(())
    }

    /// Names a compiled module, what is done to it afterwards, and for whom.
    fn stamp(&self, compiled: &[u8]) -> String {
        let mut hasher = DefaultHasher::new();
        (compiled, FEATURES, OPTIMISE, &self.root, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    fn compile(&self, module: &Module, toolchain: &Toolchain) -> Result<PathBuf> {
        let mut command = toolchain.cargo_build(module.package, &self.target, PLAIN);
        if let Some(package) = module.carries {
            command.env("PREDILECT_KERNELS", self.carried(package, toolchain)?);
        }
        run(command.current_dir(&self.root))?;
        Ok(self.compiled(module.package))
    }

    /// Where cargo leaves the module of a package.
    fn compiled(&self, package: &str) -> PathBuf {
        self.target.join(TARGET).join("release").join(package.replace('-', "_")).with_extension("wasm")
    }

    /// A module of functions that work in another one's memory.
    fn carried(&self, package: &str, toolchain: &Toolchain) -> Result<PathBuf> {
        run(toolchain.cargo_build(package, &self.target, RELAXED).current_dir(&self.root))?;
        let optimised = self.target.join(package).with_extension("wasm");
        let partial = optimised.with_extension("partial");
        fs::copy(self.compiled(package), &partial)?;
        self.optimise(&partial)?;
        let bytes = fs::read(&partial)?;
        if !is_guest(&bytes) {
            return Err(format!("{package} keeps data or a stack in memory, which is not its own").into());
        }
        // A file that did not change keeps its time, and with it what was built from it.
        if fs::read(&optimised).ok().as_ref() != Some(&bytes) {
            fs::write(&optimised, bytes)?;
        }
        Ok(optimised)
    }

    fn bind(&self, module: &Module, compiled: &Path) -> Result<()> {
        let staging = self.target.join("bindgen").join(module.name);
        if staging.exists() {
            fs::remove_dir_all(&staging)?;
        }
        Bindgen::new()
            .input_path(compiled)
            .out_name(module.name)
            .web(true)?
            .typescript(true)
            .remove_name_section(true)
            .generate(&staging)?;
        self.optimise(&staging.join(format!("{}_bg.wasm", module.name)))?;
        fs::create_dir_all(&self.dist)?;
        for entry in fs::read_dir(&staging)? {
            let path = entry?.path();
            if let Some(file) = path.file_name() {
                replace(&path, &self.dist.join(file))?;
            }
        }
        Ok(())
    }

    fn optimise(&self, wasm: &Path) -> Result<()> {
        let wasm_opt = self.root.join("node_modules/binaryen/bin/wasm-opt");
        if !wasm_opt.is_file() {
            return Err("wasm-opt is missing: run `npm ci` first".into());
        }
        run(Command::new("node").arg(wasm_opt).args(FEATURES).args(OPTIMISE).arg(wasm).arg("-o").arg(wasm))
    }
}

/// Whether a module neither fills memory (sections 11 and 12) nor has a variable, such as a place in a stack (a section 6 in
/// which a global is mutable).
fn is_guest(module: &[u8]) -> bool {
    let mut rest = module.get(8..).unwrap_or_default();
    while let Some((&id, after)) = rest.split_first() {
        let Some((length, body)) = leb128(after) else { return false };
        let Some((section, next)) = body.split_at_checked(length) else { return false };
        // A global is its type, whether it is mutable, and an initial value: `i32.const N`, `end`.
        let mutable = || {
            let (count, mut globals) = leb128(section).unwrap_or((1, &[]));
            (0..count).any(|_| match globals {
                [0x7f, 0, 0x41, value @ ..] => {
                    let length = value.iter().take_while(|&&byte| byte & 0x80 != 0).count();
                    globals = value.get(length + 2..).unwrap_or_default();
                    false
                }
                _ => true,
            })
        };
        if matches!(id, 11 | 12) || id == 6 && mutable() {
            return false;
        }
        rest = next;
    }
    true
}

/// A number of variable length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(length);
    Some((number.iter().rev().fold(0, |value, &byte| value << 7 | usize::from(byte & 0x7f)), rest))
}

/// Puts a file in place in one step, so that a server in between never reads half of it.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let partial = to.with_extension("partial");
    fs::copy(from, &partial)?;
    Ok(fs::rename(partial, to)?)
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("cannot start {program}: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("{program} failed ({status}); what it said is above").into())
}
