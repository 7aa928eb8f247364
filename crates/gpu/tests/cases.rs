//! The cases of the CPU search, on a Vulkan adapter: software, where there is no other. Skipped where there is none.

#![allow(clippy::unwrap_used)]

use std::iter::repeat_n;
use std::sync::{Mutex, PoisonError};

use predilect_core::candidates::chance;
use predilect_core::vector::quantise_row;
use predilect_core::{Bitmap, Query, UnitVector};
use predilect_gpu::{GpuError, GpuIndex, Options, Way};
use predilect_search::{Hit, Rows, top_k};

const TEST: Options = Options { software: true, plain: false, binding: None };

fn vector(seed: u64, dimension: usize) -> Vec<f32> {
    (0..dimension as u64).map(|j| (chance(seed, j) - 0.45) as f32).collect()
}

struct Data {
    values: Vec<i8>,
    scales: Vec<f32>,
    dimension: usize,
}

impl Data {
    fn new(count: usize, dimension: usize) -> Self {
        let (mut values, mut scales) = (Vec::new(), Vec::new());
        for row in 0..count as u64 {
            // Every seventh row is like one before it: equal scores.
            let (row, scale) = quantise_row(&UnitVector::new(&vector(row - row % 7 / 6, dimension)).unwrap());
            values.extend(row);
            scales.push(scale);
        }
        Self { values, scales, dimension }
    }

    fn rows(&self) -> Rows<'_> {
        Rows { values: &self.values, scales: &self.scales, dimension: self.dimension }
    }
}

fn queries(count: usize, dimension: usize) -> Vec<Query> {
    (0..count as u64).map(|i| Query::new(&UnitVector::new(&vector(90_000 + i, dimension)).unwrap())).collect()
}

/// A device in software takes all processors: one test at a time.
static ONE: Mutex<()> = Mutex::new(());

/// An index, or nothing where there is no adapter at all.
async fn open(dimension: usize, options: Options) -> Option<GpuIndex> {
    match GpuIndex::open(dimension, options).await {
        Ok(index) => Some(index),
        Err(GpuError::Absent) => {
            eprintln!("skipped: no Vulkan adapter on this machine");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

async fn same(index: &mut GpuIndex, data: &Data, asked: usize, k: usize, allowed: &Bitmap, what: &str) {
    let queries = queries(asked, data.dimension);
    let queries: Vec<&Query> = queries.iter().collect();
    let expected: Vec<Vec<Hit>> = top_k(data.rows(), None, &queries, k, allowed);
    for way in [Way::Best, Way::Sums] {
        let found = index.search(&queries, k, allowed, way).await.unwrap();
        assert_eq!(found, expected, "{what}, {way:?}, {asked} queries, k {k}");
    }
}

#[test]
fn every_case_is_as_on_the_cpu() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    pollster::block_on(async {
        for (dimension, plain) in [(384, false), (50, true)] {
            let Some(mut index) = open(dimension, Options { plain, ..TEST }).await else { return };
            assert!(!plain || !index.packed());
            for (asked, k) in [(0, 5), (2, 5)] {
                let none = Data::new(0, dimension);
                same(&mut index, &none, asked, k, &Bitmap::full(0), "no rows").await;
            }
            let data = Data::new(3000, dimension);
            let mut at = 0;
            for count in [1, 5, 58, 64, 700, 2172] {
                let values = &data.values[at * dimension..(at + count) * dimension];
                index.push(values, &data.scales[at..at + count], 0).await.unwrap();
                at += count;
            }
            assert_eq!(index.rows(), 3000);
            index.check().await.unwrap();
            let all = Bitmap::full(3000);
            for (asked, k) in [(1, 10), (9, 58), (3, 250), (2, 300), (1, 5000), (1, 0)] {
                same(&mut index, &data, asked, k, &all, "all rows").await;
            }
            let mut third = Bitmap::empty(3000);
            (0..3000).step_by(3).for_each(|row| third.insert(row));
            same(&mut index, &data, 2, 40, &third, "a third of the rows").await;
            same(&mut index, &data, 2, 40, &Bitmap::empty(3000), "no row allowed").await;
        }
    });
}

#[test]
fn rows_that_change_are_found_where_they_are() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    pollster::block_on(async {
        let Some(mut index) = open(384, TEST).await else { return };
        let mut data = Data::new(900, 384);
        index.push(&data.values, &data.scales, 100).await.unwrap();
        for row in [0, 63, 64, 899] {
            let (values, scale) = quantise_row(&UnitVector::new(&vector(70_000 + row as u64, 384)).unwrap());
            index.set(row, &values, scale).await.unwrap();
            data.values[row * 384..(row + 1) * 384].copy_from_slice(&values);
            data.scales[row] = scale;
        }
        index.check().await.unwrap();
        same(&mut index, &data, 4, 30, &Bitmap::full(900), "changed rows").await;
        let wrong = index.set(900, &[0; 384], 1.0).await.unwrap_err();
        assert_eq!(wrong.code(), "dimension-mismatch");
        assert_eq!(index.push(&[1, 2], &[1.0], 0).await.unwrap_err().code(), "dimension-mismatch");
        let short = Query::new(&UnitVector::new(&[1.0, 2.0]).unwrap());
        let wrong = index.search(&[&short], 3, &Bitmap::full(900), Way::Best).await.unwrap_err();
        assert_eq!(wrong.code(), "dimension-mismatch");
    });
}

#[test]
fn rows_in_many_buffers_are_one_index() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    pollster::block_on(async {
        // Room for 128 rows of 384 values, and for the sums of one query of 12,288 rows.
        let Some(mut index) = open(384, Options { binding: Some(48 << 10), ..TEST }).await else { return };
        let data = Data::new(5000, 384);
        index.push(&data.values, &data.scales, 0).await.unwrap();
        index.check().await.unwrap();
        same(&mut index, &data, 9, 20, &Bitmap::full(5000), "40 buffers").await;
    });
}

/// An index of so many thousand rows, a thousand of them over and over.
async fn thousands(count: usize, dimension: usize, options: Options) -> Option<(GpuIndex, Data)> {
    let mut index = open(dimension, options).await?;
    let row = |i: usize| quantise_row(&UnitVector::new(&vector(i as u64, dimension)).unwrap());
    let (values, scales): (Vec<Vec<i8>>, Vec<f32>) = (0..1000).map(row).unzip();
    let block: Vec<i8> = values.concat();
    for left in (0..count).rev() {
        index.push(&block, &scales, 1000 * left).await.unwrap();
    }
    let values = repeat_n(block, count).flatten().collect();
    Some((index, Data { values, scales: scales.repeat(count), dimension }))
}

#[test]
fn an_index_of_many_rows_keeps_within_what_a_shader_may_see() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    pollster::block_on(async {
        // Room for 32,768 rows of 64 values, and for the sums of one query or of four.
        let options = Options { binding: Some(2 << 20), ..TEST };
        let Some((mut index, data)) = thousands(100, 64, options).await else { return };
        same(&mut index, &data, 5, 10, &Bitmap::full(100_000), "100,000 rows").await;
    });
}

/// So many thousand rows of 384 values, of which a shader may see so many bytes at once, or less where the adapter says so.
fn beyond(binding: u64, count: usize, asked: usize) {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    pollster::block_on(async {
        let options = Options { binding: Some(binding), ..TEST };
        let Some((mut index, data)) = thousands(count, 384, options).await else { return };
        assert!(data.values.len() as u64 > binding);
        index.check().await.unwrap();
        same(&mut index, &data, asked, 10, &Bitmap::full(1000 * count), "more than a binding").await;
    });
}

#[test]
fn more_rows_than_one_binding_of_128_mib_holds() {
    // The least that WebGPU promises.
    beyond(128 << 20, 360, 2);
}

#[test]
#[ignore = "3 GB of memory and a minute: cargo test -p predilect-gpu -- --ignored"]
fn more_rows_than_one_binding_of_1_gib_holds() {
    beyond(1 << 30, 2_900, 1);
}

#[test]
fn software_is_refused_unless_it_is_asked_for() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    pollster::block_on(async {
        match GpuIndex::open(8, Options::default()).await {
            Err(error @ (GpuError::Absent | GpuError::Software(_))) => assert!(error.code().starts_with("gpu-")),
            Ok(index) => assert!(!index.adapter().is_empty()),
            Err(error) => panic!("{error}"),
        }
    });
}
