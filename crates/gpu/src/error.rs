//! What keeps a search from the graphics processor.

use thiserror::Error;

/// Why the graphics processor is not used, or no longer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GpuError {
    /// The browser offers none.
    #[error("there is no WebGPU adapter")]
    Absent,
    /// It is the CPU in disguise, which is slower than the CPU itself.
    #[error("the WebGPU adapter {0} is software")]
    Software(String),
    /// The adapter gives no device.
    #[error("the WebGPU adapter gives no device: {0}")]
    Refused(String),
    /// The device went away: sleep, a driver update, too many pages.
    #[error("the WebGPU device was lost: {0}")]
    Lost(String),
    /// Its memory is at its end.
    #[error("the graphics memory is at its end: {0}")]
    OutOfMemory(String),
    /// It refuses what it is told.
    #[error("WebGPU refuses a command: {0}")]
    Invalid(String),
    /// It does not answer.
    #[error("the WebGPU device does not answer: {0}")]
    Silent(String),
    /// It computes something else than the CPU.
    #[error("the WebGPU device computes wrongly: row {row} has the sum {found}, not {expected}")]
    Wrong {
        /// The row.
        row: usize,
        /// Its sum by the device.
        found: i32,
        /// Its sum by the CPU.
        expected: i32,
    },
    /// The rows or queries given do not fit the index.
    #[error("{values} values are not whole rows of {dimension}")]
    Partial {
        /// Values that were given.
        values: usize,
        /// Values of a row.
        dimension: usize,
    },
}

impl GpuError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent => "gpu-absent",
            Self::Software(_) => "gpu-software",
            Self::Refused(_) => "gpu-refused",
            Self::Lost(_) => "gpu-lost",
            Self::OutOfMemory(_) => "gpu-out-of-memory",
            Self::Invalid(_) => "gpu-invalid",
            Self::Silent(_) => "gpu-silent",
            Self::Wrong { .. } => "gpu-wrong",
            Self::Partial { .. } => "dimension-mismatch",
        }
    }
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory(error.to_string()),
            _ => Self::Invalid(error.to_string()),
        }
    }
}
