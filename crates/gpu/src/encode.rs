//! Pipelines, and the commands of a search.

use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages, CommandEncoder,
    ComputePassDescriptor, ComputePipeline, ComputePipelineDescriptor, ShaderModuleDescriptor, ShaderSource,
};

use crate::device::Gpu;

/// Candidates that are sorted at a time, see `top.wgsl`.
pub(crate) const TOP_TILE: usize = 1024;

const PACKED: &str = "fn dot4(a: u32, b: u32) -> i32 { return dot4I8Packed(a, b); }";
const PLAIN: &str = "fn dot4(a: u32, b: u32) -> i32 {
    let x = vec4<i32>(bitcast<i32>(a << 24u), bitcast<i32>(a << 16u), bitcast<i32>(a << 8u), bitcast<i32>(a)) >> vec4<u32>(24u);
    let y = vec4<i32>(bitcast<i32>(b << 24u), bitcast<i32>(b << 16u), bitcast<i32>(b << 8u), bitcast<i32>(b)) >> vec4<u32>(24u);
    return dot(x, y);
}";

/// The pipeline that scans with so many queries at once.
pub(crate) fn scan_pipeline(gpu: &Gpu, queries: usize, steps: usize) -> ComputePipeline {
    let dot4 = if gpu.packed { PACKED } else { PLAIN };
    let head = format!("const QUERIES: u32 = {queries}u;\nconst STEPS: u32 = {steps}u;\n{dot4}\n");
    pipeline(gpu, &(head + include_str!("shaders/scan.wgsl")), "scan")
}

/// The pipelines that keep the best: of rows, and of what these keep.
pub(crate) fn top_pipelines(gpu: &Gpu) -> [ComputePipeline; 2] {
    ["of_rows", "of_candidates"].map(|entry| pipeline(gpu, include_str!("shaders/top.wgsl"), entry))
}

fn pipeline(gpu: &Gpu, source: &str, entry: &str) -> ComputePipeline {
    let source = ShaderSource::Wgsl(source.into());
    let module = gpu.device.create_shader_module(ShaderModuleDescriptor { label: Some(entry), source });
    gpu.device.create_compute_pipeline(&ComputePipelineDescriptor {
        label: Some(entry),
        layout: None,
        module: &module,
        entry_point: Some(entry),
        compilation_options: Default::default(),
        cache: None,
    })
}

/// A buffer of some bytes that are 0.
pub(crate) fn buffer(gpu: &Gpu, bytes: u64, usage: BufferUsages) -> Buffer {
    let size = bytes.next_multiple_of(16).max(16);
    gpu.device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

/// A uniform buffer with these words.
pub(crate) fn words(gpu: &Gpu, values: &[u32]) -> Buffer {
    let buffer = buffer(gpu, 4 * values.len() as u64, BufferUsages::UNIFORM | BufferUsages::COPY_DST);
    gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(values));
    buffer
}

/// The buffers that a pipeline is given, by their numbers in the shader.
pub(crate) fn bind(gpu: &Gpu, pipeline: &ComputePipeline, buffers: &[(u32, &Buffer)]) -> BindGroup {
    let entries: Vec<BindGroupEntry<'_>> = buffers
        .iter()
        .map(|&(binding, buffer)| BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    gpu.device.create_bind_group(&BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    })
}

/// Runs a pipeline over workgroups.
pub(crate) fn dispatch(encoder: &mut CommandEncoder, pipeline: &ComputePipeline, bound: &BindGroup, groups: [u32; 2]) {
    let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, bound, &[]);
    pass.dispatch_workgroups(groups[0], groups[1], 1);
}
