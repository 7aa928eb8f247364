//! Which compiler builds for wasm32, and how it is called.
//!
//! The plain way is a toolchain that has the standard library of `wasm32-unknown-unknown` (`rustup target add`). Where
//! the server of the toolchains cannot be reached, a toolchain that has the *source* of the standard library builds it
//! along: Debian packages one (`rustc-web cargo-web rust-web-src`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// The target of every module.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What to do where no toolchain will do.
pub const REMEDY: &str = "no standard library for wasm32-unknown-unknown: run `rustup target add \
    wasm32-unknown-unknown`, or on Debian `apt-get install rustc-web cargo-web rust-web-src`";

/// Flags of modules for every browser: the scans and the matrix kernels are written for simd128, which all in use have.
pub const PLAIN: &str = "-C target-feature=+simd128";

/// Flags of functions that are loaded into another module's memory where relaxed SIMD is known.
pub const RELAXED: &str =
    "-C target-feature=+simd128,+relaxed-simd -C link-arg=--import-memory -C link-arg=-zstack-size=0";

/// Where Debian puts the toolchain that its browsers are built with.
const SYSTEM_BIN: &str = "/usr/bin";

/// A compiler that can build for [`TARGET`].
#[derive(Debug)]
pub struct Toolchain {
    /// Folder of `cargo` and `rustc`, or none for those that run this program.
    bin: Option<PathBuf>,
    /// First line of `rustc --version`.
    version: String,
    /// The linker, where the standard library is built along.
    build_std: Option<PathBuf>,
}

impl Toolchain {
    /// The first that will do: one with the standard library before one that must build it, the caller's own before
    /// the system's. None where nothing will do; an error where a compiler cannot even be started.
    pub fn find() -> Result<Option<Self>> {
        let own = Probe::new(None)?;
        let system = Probe::new(Some(PathBuf::from(SYSTEM_BIN))).ok();
        let probes: Vec<Probe> = std::iter::once(own).chain(system).filter(Probe::recent).collect();
        if let Some(probe) = probes.iter().find(|probe| probe.has_std()) {
            return Ok(Some(probe.toolchain(None)));
        }
        let linker = probes.iter().find_map(Probe::bundled_linker).or_else(linker_on_path);
        Ok(linker.and_then(|linker| {
            let probe = probes.iter().find(|probe| probe.has_std_source())?;
            Some(probe.toolchain(Some(linker)))
        }))
    }

    /// `cargo build` of one package for [`TARGET`] in the release profile, to which the caller adds what differs.
    pub fn cargo_build(&self, package: &str, target_dir: &Path, flags: &str) -> Command {
        let mut command = match &self.bin {
            None => Command::new(own_cargo()),
            Some(bin) => {
                let mut command = Command::new(bin.join("cargo"));
                let path = std::env::var_os("PATH").unwrap_or_default();
                let path = std::iter::once(bin.clone()).chain(std::env::split_paths(&path));
                if let Ok(path) = std::env::join_paths(path) {
                    command.env("PATH", path);
                }
                // Set for this process by another cargo: the library path would load that cargo's compiler.
                for name in ["LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC", "CARGO"] {
                    command.env_remove(name);
                }
                command
            }
        };
        command
            .args(["build", "--release", "--target", TARGET, "--package", package])
            .arg("--target-dir")
            .arg(target_dir)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        if std::env::var_os("CI").is_some() {
            command.arg("--locked");
        }
        if let Some(linker) = &self.build_std {
            command
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        command
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.version)?;
        if let Some(bin) = &self.bin {
            write!(f, " from {}", bin.display())?;
        }
        match &self.build_std {
            None => Ok(()),
            Some(linker) => write!(f, ", building its standard library, linker {}", linker.display()),
        }
    }
}

/// What a `rustc` says about itself.
struct Probe {
    bin: Option<PathBuf>,
    version: String,
    host: String,
    sysroot: PathBuf,
}

impl Probe {
    fn new(bin: Option<PathBuf>) -> Result<Self> {
        let about = rustc(bin.as_deref(), &["--version", "--verbose"])?;
        let host = about.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(Self {
            host: host.unwrap_or_default().to_owned(),
            version: about.lines().next().unwrap_or_default().to_owned(),
            sysroot: PathBuf::from(rustc(bin.as_deref(), &["--print", "sysroot"])?.trim()),
            bin,
        })
    }

    /// At least the version that the workspace asks for.
    fn recent(&self) -> bool {
        let numbers =
            |text: &str| -> Vec<u32> { text.split(['.', '-']).take(2).map_while(|n| n.parse().ok()).collect() };
        let version = self.version.split_whitespace().nth(1).unwrap_or_default();
        numbers(version) >= numbers(env!("CARGO_PKG_RUST_VERSION"))
    }

    fn has_std(&self) -> bool {
        let libraries = self.sysroot.join("lib/rustlib").join(TARGET).join("lib");
        std::fs::read_dir(libraries).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
        })
    }

    fn has_std_source(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
    }

    fn bundled_linker(&self) -> Option<PathBuf> {
        let linker = self.sysroot.join("lib/rustlib").join(&self.host).join("bin/rust-lld");
        linker.is_file().then_some(linker)
    }

    fn toolchain(&self, build_std: Option<PathBuf>) -> Toolchain {
        Toolchain { bin: self.bin.clone(), version: self.version.clone(), build_std }
    }
}

/// The cargo that runs this program.
fn own_cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

fn linker_on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    ["rust-lld", "wasm-ld"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

fn rustc(bin: Option<&Path>, args: &[&str]) -> Result<String> {
    let program = bin.map_or_else(|| "rustc".into(), |bin| bin.join("rustc"));
    let mut command = Command::new(&program);
    if bin.is_some() {
        command.env_remove("LD_LIBRARY_PATH");
    }
    let output = command.args(args).output().map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} {}: {}", program.display(), args.join(" "), said.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
