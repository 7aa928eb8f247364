//! Rows in graphics memory, and searches among them.

use predilect_core::kernel::dot;
use predilect_core::{Bitmap, Query};
use predilect_search::{Hit, TopK};
use wgpu::{BindGroup, Buffer, BufferUsages, CommandEncoder, CommandEncoderDescriptor, ComputePipeline};

use crate::GpuError;
use crate::device::{Gpu, Options};
use crate::encode::{TOP_TILE, bind, buffer, dispatch, scan_pipeline, top_pipelines, words};
use crate::pack::{PIECE, TILE, halves, place, steps, tiles};
use crate::read::read;

/// How many queries a scan may take at once.
const BATCHES: [usize; 3] = [1, 4, 8];
/// Lengths of the lists that are kept in graphics memory.
const KEPT: [usize; 3] = [16, 64, 256];
/// Candidates beyond those asked for: the device may round a score to the one or the other side.
const SPARE: usize = 6;
/// Sum of a row that may not be found.
const NONE: i32 = i32::MIN;
/// Groups in one direction of a dispatch, by every device.
const GROUPS: usize = 65_535;
/// Rows that the CPU remembers to check the device by.
const SAMPLE: usize = 256;

/// How hits come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The device picks the best; a few bytes come back. For up to 250 hits, else as [`Way::Sums`].
    Best,
    /// The sums of all rows come back, and the CPU picks the best.
    Sums,
}

/// Rows in one buffer.
#[derive(Debug)]
struct Chunk {
    tiles: Buffer,
    first: usize,
    rows: usize,
    room: usize,
}

/// Rows in graphics memory, with numbers from 0, in the order in which they came.
#[derive(Debug)]
pub struct GpuIndex {
    gpu: Gpu,
    dimension: usize,
    chunks: Vec<Chunk>,
    scales: Vec<f32>,
    /// Scales in graphics memory; made anew when there are more rows.
    scales_there: Option<Buffer>,
    allowed_there: Option<(Buffer, Bitmap)>,
    scans: [Option<ComputePipeline>; 3],
    tops: Option<[ComputePipeline; 2]>,
    /// Some rows, for [`GpuIndex::check`].
    sample: Vec<(usize, Vec<i8>)>,
}

impl GpuIndex {
    /// An empty index on the adapter that the browser prefers.
    ///
    /// # Errors
    /// [`GpuError::Absent`], [`GpuError::Software`], [`GpuError::Refused`].
    pub async fn open(dimension: usize, options: Options) -> Result<Self, GpuError> {
        let gpu = Gpu::open(options).await?;
        let (scans, tops) = ([None, None, None], None);
        let (scales_there, allowed_there) = (None, None);
        let (chunks, scales, sample) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { gpu, dimension, chunks, scales, scales_there, allowed_there, scans, tops, sample })
    }

    /// What the adapter calls itself.
    pub fn adapter(&self) -> &str {
        &self.gpu.name
    }

    /// Whether shaders use `dot4I8Packed`.
    pub fn packed(&self) -> bool {
        self.gpu.packed
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.scales.len()
    }

    /// Adds rows, a scale for each; `more` is how many are expected after them.
    ///
    /// # Errors
    /// [`GpuError::Partial`], or what the device says. What was there before stays.
    pub async fn push(&mut self, values: &[i8], scales: &[f32], more: usize) -> Result<(), GpuError> {
        if values.len() != scales.len() * self.dimension {
            return Err(GpuError::Partial { values: values.len(), dimension: self.dimension });
        }
        let mut at = 0;
        while at < scales.len() {
            let (room, first) = self.chunks.last().map_or((0, 0), |c| (c.room - c.rows, c.first + c.rows));
            // A tile is written as a whole: a chunk that ends within one goes on row by row.
            let start = self.chunks.last().map_or(0, |c| c.rows);
            if room == 0 {
                self.grow(first, scales.len() - at + more).await?;
                continue;
            }
            let count = if start.is_multiple_of(TILE) { room.min(scales.len() - at) } else { 1 };
            let rows = &values[at * self.dimension..(at + count) * self.dimension];
            if count == 1 {
                let step = |chunk: &Chunk| write_row(&self.gpu, chunk, start, rows);
                self.gpu.watched(|| self.chunks.last().map(step)).await?;
            } else {
                let at = (start / TILE * TILE * steps(self.dimension) * PIECE) as u64;
                let packed = tiles(rows, self.dimension);
                let write = |chunk: &Chunk| self.gpu.queue.write_buffer(&chunk.tiles, at, &packed);
                self.gpu.watched(|| self.chunks.last().map(write)).await?;
            }
            if let Some(chunk) = self.chunks.last_mut() {
                chunk.rows += count;
            }
            for row in [0, count / 2, count - 1] {
                self.remember(first + row, &rows[row * self.dimension..(row + 1) * self.dimension]);
            }
            self.scales.extend_from_slice(&scales[at..at + count]);
            at += count;
        }
        self.scales_there = None;
        Ok(())
    }

    /// Puts other values in the place of a row.
    ///
    /// # Errors
    /// [`GpuError::Partial`], or what the device says.
    pub async fn set(&mut self, row: usize, values: &[i8], scale: f32) -> Result<(), GpuError> {
        let chunk = self.chunks.iter().find(|chunk| (chunk.first..chunk.first + chunk.rows).contains(&row));
        let Some(chunk) = chunk.filter(|_| values.len() == self.dimension) else {
            return Err(GpuError::Partial { values: values.len(), dimension: self.dimension });
        };
        self.gpu.watched(|| write_row(&self.gpu, chunk, row - chunk.first, values)).await?;
        self.scales[row] = scale;
        self.scales_there = None;
        self.sample.retain(|(known, _)| *known != row);
        self.remember(row, values);
        Ok(())
    }

    /// Scale of each row, 0 for a row that is not to be found.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// The `k` best rows of `allowed` for each query, as [`predilect_search::top_k`] finds them without an outline.
    ///
    /// # Errors
    /// What the device says; a query of another dimension is [`GpuError::Partial`].
    pub async fn search(
        &mut self,
        queries: &[&Query],
        k: usize,
        allowed: &Bitmap,
        way: Way,
    ) -> Result<Vec<Vec<Hit>>, GpuError> {
        if let Some(query) = queries.iter().find(|query| query.values().len() != self.dimension) {
            return Err(GpuError::Partial { values: query.values().len(), dimension: self.dimension });
        }
        if k == 0 || self.scales.is_empty() {
            return Ok(vec![Vec::new(); queries.len()]);
        }
        let kept = KEPT.into_iter().find(|&kept| way == Way::Best && k + SPARE <= kept);
        let mut out = Vec::with_capacity(queries.len());
        let mut rest = queries;
        while !rest.is_empty() {
            let (batch, now, later) = self.split(rest);
            let found = match kept {
                Some(kept) => self.best(now, batch, kept, allowed).await?,
                None => self.sums(now, batch, allowed).await?,
            };
            out.extend(now.iter().zip(found).map(|(query, found)| {
                let mut best = TopK::new(k);
                for (row, sum) in found.into_iter().filter(|&(row, sum)| sum != NONE && row < self.scales.len()) {
                    best.push(row as u32, query.score(sum, self.scales[row]));
                }
                best.into_hits()
            }));
            rest = later;
        }
        Ok(out)
    }

    /// Compares what the device computes with the CPU, on some of the rows.
    ///
    /// # Errors
    /// [`GpuError::Wrong`], or what the device says.
    pub async fn check(&mut self) -> Result<(), GpuError> {
        let all = Bitmap::full(self.scales.len());
        let mut queries: Vec<Query> = (0..3_u64)
            .map(|seed| {
                let value = |j: usize| (predilect_core::candidates::chance(seed, j as u64) - 0.5) as f32;
                Query::from_values(&(0..self.dimension).map(value).collect::<Vec<_>>())
            })
            .collect();
        let own = self.sample.iter().step_by(self.sample.len().div_ceil(5).max(1));
        queries.extend(own.map(|(_, row)| Query::from_values(&row.iter().map(|&v| f32::from(v)).collect::<Vec<_>>())));
        let asked: Vec<&Query> = queries.iter().collect();
        let mut rest = asked.as_slice();
        while !rest.is_empty() {
            let (batch, now, later) = self.split(rest);
            rest = later;
            for (query, sums) in now.iter().zip(self.sums(now, batch, &all).await?) {
                for (row, values) in &self.sample {
                    let expected = dot(values, query.values());
                    let found = sums.get(*row).map_or(NONE, |&(_, sum)| sum);
                    if found != expected {
                        return Err(GpuError::Wrong { row: *row, found, expected });
                    }
                }
            }
        }
        let mut allowed = Bitmap::empty(self.scales.len());
        self.sample.iter().for_each(|(row, _)| allowed.insert(*row));
        let found = self.search(&asked, 9, &allowed, Way::Best).await?;
        for (query, found) in asked.iter().zip(found) {
            let mut best = TopK::new(9);
            for (row, values) in &self.sample {
                best.push(*row as u32, query.score(dot(values, query.values()), self.scales[*row]));
            }
            let best = best.into_hits();
            if let Some((expected, found)) = best.iter().zip(&found).find(|(a, b)| a.item != b.item) {
                let (row, found) = (expected.item.row(), found.item.0 as i32);
                return Err(GpuError::Wrong { row, found, expected: expected.item.0 as i32 });
            }
        }
        Ok(())
    }

    /// Which of [`BATCHES`] to take for the first of these queries, those queries, and the others.
    fn split<'a, 'q>(&self, queries: &'a [&'q Query]) -> (usize, &'a [&'q Query], &'a [&'q Query]) {
        let fits = |batch: &usize| (BATCHES[*batch] * self.scales.len() * 4) as u64 <= self.gpu.binding;
        let wanted = BATCHES.iter().position(|&batch| batch >= queries.len()).unwrap_or(BATCHES.len() - 1);
        let batch = (0..=wanted).rev().find(fits).unwrap_or(0);
        let (now, later) = queries.split_at(BATCHES[batch].min(queries.len()));
        (batch, now, later)
    }

    fn remember(&mut self, row: usize, values: &[i8]) {
        if self.sample.len() < SAMPLE && self.sample.iter().all(|(known, _)| *known != row) {
            self.sample.push((row, values.to_vec()));
        }
    }

    /// Room for more rows behind the last chunk.
    async fn grow(&mut self, first: usize, wanted: usize) -> Result<(), GpuError> {
        let tile = (TILE * steps(self.dimension) * PIECE) as u64;
        let most = (self.gpu.binding / tile).max(1) as usize * TILE;
        let room = wanted.max(first / 4).next_multiple_of(TILE).min(most);
        let bytes = room as u64 / TILE as u64 * tile;
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let tiles = self.gpu.watched(|| buffer(&self.gpu, bytes, usage)).await?;
        self.chunks.push(Chunk { tiles, first, rows: 0, room });
        Ok(())
    }

    /// Brings pipelines, scales and the filter up to date.
    async fn prepare(&mut self, batch: usize, allowed: &Bitmap) -> Result<(), GpuError> {
        let (gpu, steps) = (&self.gpu, steps(self.dimension));
        let storage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        if self.scans[batch].is_none() {
            self.scans[batch] = Some(gpu.watched(|| scan_pipeline(gpu, BATCHES[batch], steps)).await?);
        }
        if self.tops.is_none() {
            self.tops = Some(gpu.watched(|| top_pipelines(gpu)).await?);
        }
        if self.scales_there.is_none() {
            let scales = &self.scales;
            let fill = || {
                let buffer = buffer(gpu, 4 * scales.len() as u64, storage);
                gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(scales));
                buffer
            };
            self.scales_there = Some(gpu.watched(fill).await?);
        }
        if self.allowed_there.as_ref().is_none_or(|(_, there)| there != allowed) {
            let words: Vec<u64> = (0..self.scales.len().div_ceil(64)).map(|at| allowed.word(at)).collect();
            let fill = || {
                let buffer = buffer(gpu, 8 * words.len() as u64, storage);
                gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&words));
                buffer
            };
            self.allowed_there = Some((gpu.watched(fill).await?, allowed.clone()));
        }
        Ok(())
    }

    /// Commands that write the sums of all rows for a batch of queries, into a buffer.
    fn scan(&self, encoder: &mut CommandEncoder, queries: &[&Query], batch: usize) -> Option<Buffer> {
        let (gpu, total) = (&self.gpu, self.scales.len());
        let (pipeline, allowed) = (self.scans[batch].as_ref()?, &self.allowed_there.as_ref()?.0);
        let mut packed = halves(queries, self.dimension);
        packed.resize(BATCHES[batch] * 2 * steps(self.dimension) * PIECE, 0);
        let asked = buffer(gpu, packed.len() as u64, BufferUsages::STORAGE | BufferUsages::COPY_DST);
        gpu.queue.write_buffer(&asked, 0, &packed);
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC;
        let sums = buffer(gpu, (4 * BATCHES[batch] * total) as u64, usage);
        for chunk in &self.chunks {
            let about = words(gpu, &[chunk.rows as u32, chunk.first as u32, total as u32, 0]);
            let bound = bind(gpu, pipeline, &[(0, &chunk.tiles), (1, &asked), (2, allowed), (3, &sums), (4, &about)]);
            let groups = chunk.rows.div_ceil(TILE);
            let wide = groups.min(GROUPS);
            dispatch(encoder, pipeline, &bound, [wide as u32, groups.div_ceil(wide) as u32]);
        }
        Some(sums)
    }

    /// Every row with its sum, for each query.
    async fn sums(
        &mut self,
        queries: &[&Query],
        batch: usize,
        allowed: &Bitmap,
    ) -> Result<Vec<Vec<(usize, i32)>>, GpuError> {
        self.prepare(batch, allowed).await?;
        let bytes = (4 * queries.len() * self.scales.len()) as u64;
        let found = self.run(bytes, |encoder| self.scan(encoder, queries, batch)).await?;
        let numbered = |sums: &[u32]| sums.iter().map(|sum| sum.cast_signed()).enumerate().collect();
        Ok(found.chunks_exact(self.scales.len()).map(numbered).collect())
    }

    /// The best rows with their sums, for each query.
    async fn best(
        &mut self,
        queries: &[&Query],
        batch: usize,
        kept: usize,
        allowed: &Bitmap,
    ) -> Result<Vec<Vec<(usize, i32)>>, GpuError> {
        self.prepare(batch, allowed).await?;
        let asked = BATCHES[batch];
        let commands = |encoder: &mut CommandEncoder| {
            let sums = self.scan(encoder, queries, batch)?;
            let ([of_rows, of_candidates], scales) = (self.tops.as_ref()?, self.scales_there.as_ref()?);
            let mut from: Option<Buffer> = None;
            let mut count = self.scales.len();
            loop {
                let tiles = count.div_ceil(TOP_TILE);
                let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC;
                let to = buffer(&self.gpu, (8 * asked * tiles * kept) as u64, usage);
                let about = words(&self.gpu, &[count as u32, kept as u32, 0, 0]);
                let (pipeline, bound): (_, BindGroup) = match &from {
                    None => {
                        let buffers = [(0, &sums), (1, scales), (3, &to), (4, &about)];
                        (of_rows, bind(&self.gpu, of_rows, &buffers))
                    }
                    Some(from) => {
                        let buffers = [(1, scales), (2, from), (3, &to), (4, &about)];
                        (of_candidates, bind(&self.gpu, of_candidates, &buffers))
                    }
                };
                dispatch(encoder, pipeline, &bound, [tiles as u32, asked as u32]);
                if tiles == 1 {
                    return Some(to);
                }
                (from, count) = (Some(to), tiles * kept);
            }
        };
        let found = self.run((8 * queries.len() * kept) as u64, commands).await?;
        let pair = |pair: &[u32]| (pair[0] as usize, pair[1].cast_signed());
        Ok(found.chunks_exact(2 * kept).map(|list| list.chunks_exact(2).map(pair).collect()).collect())
    }

    /// Records commands, runs them, and gives back the first bytes of the buffer that they name.
    async fn run(
        &self,
        bytes: u64,
        commands: impl FnOnce(&mut CommandEncoder) -> Option<Buffer>,
    ) -> Result<Vec<u32>, GpuError> {
        let gpu = &self.gpu;
        let submit = || {
            let mut encoder = gpu.device.create_command_encoder(&CommandEncoderDescriptor::default());
            let from = commands(&mut encoder)?;
            let staging = buffer(gpu, bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
            encoder.copy_buffer_to_buffer(&from, 0, &staging, 0, bytes);
            gpu.queue.submit([encoder.finish()]);
            Some(staging)
        };
        let staging = gpu.watched(submit).await?.ok_or_else(|| GpuError::Invalid("nothing was prepared".to_owned()))?;
        read(gpu, &staging, bytes).await
    }
}

/// Writes a row into its tile.
fn write_row(gpu: &Gpu, chunk: &Chunk, row: usize, values: &[i8]) {
    let steps = steps(values.len());
    for (step, piece) in values.chunks(PIECE).enumerate() {
        let mut bytes = [0; PIECE];
        bytes[..piece.len()].copy_from_slice(bytemuck::cast_slice(piece));
        gpu.queue.write_buffer(&chunk.tiles, place(row, step, steps) as u64, &bytes);
    }
}
