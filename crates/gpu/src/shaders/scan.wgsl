// Dot products of every row with QUERIES queries, 64 rows a workgroup.
//
// A query's 14-bit values come as two int8 halves, value = 128 * high + low, so that sums are the integers of the CPU.
// Rows lie in tiles of 64: 16 values of each of the 64 rows, then the next 16, so that neighbouring threads read
// neighbouring memory. In front of this text stand QUERIES, STEPS (pieces of 16 values a row) and dot4.

struct Chunk { rows: u32, first: u32, total: u32 }

/// Sum of a row that may not be found.
const NONE: i32 = -2147483647 - 1;

@group(0) @binding(0) var<storage, read> tiles: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> queries: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> allowed: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<i32>;
@group(0) @binding(4) var<uniform> chunk: Chunk;

fn dot16(a: vec4<u32>, b: vec4<u32>) -> i32 {
    return dot4(a.x, b.x) + dot4(a.y, b.y) + dot4(a.z, b.z) + dot4(a.w, b.w);
}

@compute @workgroup_size(64)
fn scan(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = group.y * groups.x + group.x;
    let row = tile * 64u + lane;
    if row >= chunk.rows {
        return;
    }
    var high: array<i32, QUERIES>;
    var low: array<i32, QUERIES>;
    for (var step = 0u; step < STEPS; step++) {
        let values = tiles[(tile * STEPS + step) * 64u + lane];
        for (var q = 0u; q < QUERIES; q++) {
            high[q] += dot16(values, queries[2u * q * STEPS + step]);
            low[q] += dot16(values, queries[(2u * q + 1u) * STEPS + step]);
        }
    }
    let number = chunk.first + row;
    let wanted = ((allowed[number / 32u] >> (number % 32u)) & 1u) == 1u;
    for (var q = 0u; q < QUERIES; q++) {
        sums[q * chunk.total + number] = select(NONE, high[q] * 128 + low[q], wanted);
    }
}
