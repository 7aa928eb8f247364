// The best of 1,024 candidates by a bitonic sort in the workgroup; run again over what it puts out until one list is left.
// A candidate is the number of a row and the bits of its sum.

struct Pass { count: u32, keep: u32 }

const TILE: u32 = 1024u;
const LANES: u32 = 256u;
const NONE: i32 = -2147483647 - 1;
const NO_ROW: u32 = 0xffffffffu;

@group(0) @binding(0) var<storage, read> sums: array<i32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> candidates: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> best: array<vec2<u32>>;
@group(0) @binding(4) var<uniform> pass_: Pass;

var<workgroup> keys: array<f32, TILE>;
var<workgroup> rows: array<u32, TILE>;
var<workgroup> held: array<i32, TILE>;

fn put(at: u32, row: u32, sum: i32) {
    rows[at] = row;
    held[at] = sum;
    if sum == NONE {
        keys[at] = -3.4e38;
    } else {
        keys[at] = f32(sum) * scales[row];
    }
}

/// Whether a comes before b: by score, equal scores by row.
fn before(a: u32, b: u32) -> bool {
    return keys[a] > keys[b] || (keys[a] == keys[b] && rows[a] < rows[b]);
}

fn sort(lane: u32) {
    for (var size = 2u; size <= TILE; size = size * 2u) {
        for (var gap = size / 2u; gap > 0u; gap = gap / 2u) {
            workgroupBarrier();
            for (var i = lane; i < TILE / 2u; i += LANES) {
                let a = 2u * i - (i & (gap - 1u));
                let b = a + gap;
                if before(b, a) == ((a & size) == 0u) {
                    let key = keys[a];
                    let row = rows[a];
                    let sum = held[a];
                    keys[a] = keys[b];
                    rows[a] = rows[b];
                    held[a] = held[b];
                    keys[b] = key;
                    rows[b] = row;
                    held[b] = sum;
                }
            }
        }
    }
    workgroupBarrier();
}

fn keep(tile: u32, tiles: u32, query: u32, lane: u32) {
    for (var i = lane; i < pass_.keep; i += LANES) {
        best[(query * tiles + tile) * pass_.keep + i] = vec2<u32>(rows[i], bitcast<u32>(held[i]));
    }
}

@compute @workgroup_size(256)
fn of_rows(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    for (var i = lane; i < TILE; i += LANES) {
        let row = group.x * TILE + i;
        if row < pass_.count {
            put(i, row, sums[group.y * pass_.count + row]);
        } else {
            put(i, NO_ROW, NONE);
        }
    }
    sort(lane);
    keep(group.x, groups.x, group.y, lane);
}

@compute @workgroup_size(256)
fn of_candidates(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    for (var i = lane; i < TILE; i += LANES) {
        let at = group.x * TILE + i;
        if at < pass_.count {
            let candidate = candidates[group.y * pass_.count + at];
            put(i, candidate.x, bitcast<i32>(candidate.y));
        } else {
            put(i, NO_ROW, NONE);
        }
    }
    sort(lane);
    keep(group.x, groups.x, group.y, lane);
}
