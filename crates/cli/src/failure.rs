//! Why a command ends without its result: one line that names culprit and remedy, and an exit code.

use std::fmt;
use std::path::Path;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    message: String,
    usage: bool,
}

impl Failure {
    /// The data or a file cannot be used.
    pub fn data(message: impl Into<String>) -> Self {
        Self { message: message.into(), usage: false }
    }

    /// The command line asks for something impossible.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), usage: true }
    }

    /// What an operation on a file answered.
    pub fn file(path: &Path, what: &str, error: &dyn fmt::Display) -> Self {
        Self::data(format!("{}: {what}: {error}", path.display()))
    }

    /// 1 or 2.
    pub fn exit_code(&self) -> u8 {
        if self.usage { 2 } else { 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever a library put into its message.
        formatter.write_str(&self.message.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
