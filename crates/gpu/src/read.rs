//! Getting bytes back.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use wgpu::{Buffer, BufferAsyncError, MapMode};

use crate::GpuError;
use crate::device::Gpu;

#[derive(Default)]
struct Signal {
    answer: Option<Result<(), BufferAsyncError>>,
    waker: Option<Waker>,
}

/// What `buffer`, which can be mapped, holds in its first `bytes`, once all that was submitted is done.
pub(crate) async fn read(gpu: &Gpu, buffer: &Buffer, bytes: u64) -> Result<Vec<u32>, GpuError> {
    let signal = Arc::new(Mutex::new(Signal::default()));
    let sender = Arc::clone(&signal);
    buffer.map_async(MapMode::Read, ..bytes, move |answer| {
        if let Ok(mut signal) = sender.lock() {
            signal.answer = Some(answer);
            if let Some(waker) = signal.waker.take() {
                waker.wake();
            }
        }
    });
    // In a browser the page's event loop does this.
    #[cfg(not(target_arch = "wasm32"))]
    gpu.device
        .poll(wgpu::PollType::Wait { submission_index: None, timeout: Some(std::time::Duration::from_secs(60)) })
        .map_err(|error| GpuError::Silent(error.to_string()))?;
    let answer = poll_fn(|context| match signal.lock() {
        Err(_) => Poll::Ready(Err(BufferAsyncError)),
        Ok(mut signal) => signal.answer.take().map_or_else(
            || {
                signal.waker = Some(context.waker().clone());
                Poll::Pending
            },
            Poll::Ready,
        ),
    })
    .await;
    gpu.alive()?;
    answer.map_err(|error| GpuError::Silent(error.to_string()))?;
    let out = match buffer.get_mapped_range(..bytes) {
        Ok(view) => bytemuck::pod_collect_to_vec(&view),
        Err(error) => return Err(GpuError::Invalid(error.to_string())),
    };
    buffer.unmap();
    Ok(out)
}
