//! The device: asked for once, and watched.

use std::sync::{Arc, Mutex};

use wgpu::{
    Adapter, Device, DeviceDescriptor, DeviceType, ErrorFilter, Instance, InstanceDescriptor, PowerPreference, Queue,
    RequestAdapterOptions, WgslLanguageFeatures,
};

use crate::GpuError;

/// How a device is chosen and used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Take an adapter that is software, too: for tests.
    pub software: bool,
    /// Do without `dot4I8Packed` where it is there, too: for tests.
    pub plain: bool,
    /// Bytes that a shader may be shown of a buffer, where fewer than the adapter's own limit are wanted.
    pub binding: Option<u64>,
}

/// An open device.
#[derive(Debug)]
pub(crate) struct Gpu {
    pub device: Device,
    pub queue: Queue,
    /// What it is called.
    pub name: String,
    /// Bytes that a shader may be shown of a buffer.
    pub binding: u64,
    /// Whether shaders have `dot4I8Packed`.
    pub packed: bool,
    lost: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    pub(crate) async fn open(options: Options) -> Result<Self, GpuError> {
        let instance = Instance::new(InstanceDescriptor::new_without_display_handle());
        let packed = instance.wgsl_language_features().contains(WgslLanguageFeatures::Packed4x8IntegerDotProduct);
        let wish = RequestAdapterOptions {
            power_preference: PowerPreference::HighPerformance,
            ..RequestAdapterOptions::default()
        };
        let adapter = instance.request_adapter(&wish).await.map_err(|_| GpuError::Absent)?;
        let name = name(&adapter);
        if adapter.get_info().device_type == DeviceType::Cpu && !options.software {
            return Err(GpuError::Software(name));
        }
        let most = adapter.limits();
        let wish = DeviceDescriptor {
            required_limits: wgpu::Limits {
                max_storage_buffer_binding_size: most.max_storage_buffer_binding_size,
                max_buffer_size: most.max_buffer_size,
                ..wgpu::Limits::default()
            }
            .or_worse_values_from(&most),
            ..DeviceDescriptor::default()
        };
        let (device, queue) =
            adapter.request_device(&wish).await.map_err(|error| GpuError::Refused(error.to_string()))?;
        let lost = Arc::new(Mutex::new(None));
        let notice = Arc::clone(&lost);
        device.set_device_lost_callback(move |reason, message| {
            if let Ok(mut lost) = notice.lock() {
                *lost = Some(format!("{reason:?} {message}").trim().to_owned());
            }
        });
        let own = most.max_storage_buffer_binding_size.min(most.max_buffer_size);
        let binding = options.binding.map_or(own, |wish| wish.min(own));
        Ok(Self { device, queue, name, binding, packed: packed && !options.plain, lost })
    }

    /// Runs commands and tells what the device found wrong with them.
    pub(crate) async fn watched<T>(&self, run: impl FnOnce() -> T) -> Result<T, GpuError> {
        let filters = [ErrorFilter::Internal, ErrorFilter::Validation, ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let out = run();
        // The last one that was opened is closed first.
        let found: Vec<_> = scopes.into_iter().rev().map(|scope| scope.pop()).collect();
        for found in found {
            if let Some(error) = found.await {
                return Err(error.into());
            }
        }
        self.alive().map(|()| out)
    }

    pub(crate) fn alive(&self) -> Result<(), GpuError> {
        let lost = self.lost.lock().ok().and_then(|lost| lost.clone());
        lost.map_or(Ok(()), |why| Err(GpuError::Lost(why)))
    }
}

fn name(adapter: &Adapter) -> String {
    let info = adapter.get_info();
    let known = [info.name, info.driver, info.driver_info].into_iter().find(|text| !text.is_empty());
    known.unwrap_or_else(|| "without a name".to_owned())
}
