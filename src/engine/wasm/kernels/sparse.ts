// Products of sparse rows of ones with a kernel. The columns of row r are `indices[offsets[r]] … indices[offsets[r + 1] - 1]`. A kernel's
// rows, like all rows of numbers here, are `stride` float32 long: the layer's units, filled up with zeros to a multiple
// of four, which makes a whole number of vectors.

/** out[i] = bias + Σ kernel[column], over the columns of row `numbers[i]`, which are uint16. */
export function sparseForward16(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  forward<u16>(numbers, count, offsets, indices, kernel, bias, stride, out);
}

/** The same, of uint32. */
export function sparseForward32(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  forward<u32>(numbers, count, offsets, indices, kernel, bias, stride, out);
}

/** gradient[column] += slopes[i], and touched[column] = 1, over the columns of row `numbers[i]`, which are uint16. */
export function sparseBackward16(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  slopes: usize,
  stride: u32,
  gradient: usize,
  touched: usize,
): void {
  backward<u16>(numbers, count, offsets, indices, slopes, stride, gradient, touched);
}

/** The same, of uint32. */
export function sparseBackward32(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  slopes: usize,
  stride: u32,
  gradient: usize,
  touched: usize,
): void {
  backward<u32>(numbers, count, offsets, indices, slopes, stride, gradient, touched);
}

function forward<I>(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  // What comes of it must go somewhere, or it would not be done; the first row takes its place.
  store<u32>(out, fetch<I>(numbers, count, offsets, indices));
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(numbers + ((<usize>i) << 2));
    const begin = indices + <usize>load<u32>(offsets + ((<usize>row) << 2)) * sizeof<I>();
    const end = indices + <usize>load<u32>(offsets + ((<usize>row) << 2), 4) * sizeof<I>();
    const to = out + <usize>i * bytes;
    let block: usize = 0;
    // Sixteen units at a time stay in registers while the row is read.
    for (; block + 64 <= bytes; block += 64) {
      const from = kernel + block;
      let a = v128.load(bias + block);
      let b = v128.load(bias + block, 16);
      let c = v128.load(bias + block, 32);
      let d = v128.load(bias + block, 48);
      for (let k = begin; k < end; k += sizeof<I>()) {
        const at = from + <usize>load<I>(k) * bytes;
        a = f32x4.add(a, v128.load(at));
        b = f32x4.add(b, v128.load(at, 16));
        c = f32x4.add(c, v128.load(at, 32));
        d = f32x4.add(d, v128.load(at, 48));
      }
      v128.store(to + block, a);
      v128.store(to + block, b, 16);
      v128.store(to + block, c, 32);
      v128.store(to + block, d, 48);
    }
    for (; block < bytes; block += 16) {
      let sum = v128.load(bias + block);
      for (let k = begin; k < end; k += sizeof<I>())
        sum = f32x4.add(sum, v128.load(kernel + block + <usize>load<I>(k) * bytes));
      v128.store(to + block, sum);
    }
  }
}

/**
 * Reads a byte of each cache line of the rows, so that they are in the cache when they are summed. The processor waits for
 * many of these at a time, but for one row after the other where each is summed at once.
 */
function fetch<I>(numbers: usize, count: u32, offsets: usize, indices: usize): u32 {
  let all: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(numbers + ((<usize>i) << 2));
    const begin = indices + <usize>load<u32>(offsets + ((<usize>row) << 2)) * sizeof<I>();
    const end = indices + <usize>load<u32>(offsets + ((<usize>row) << 2), 4) * sizeof<I>();
    for (let at = begin; at < end; at += 64) all += load<u8>(at);
  }
  return all;
}

function backward<I>(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  slopes: usize,
  stride: u32,
  gradient: usize,
  touched: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(numbers + ((<usize>i) << 2));
    const begin = indices + <usize>load<u32>(offsets + ((<usize>row) << 2)) * sizeof<I>();
    const end = indices + <usize>load<u32>(offsets + ((<usize>row) << 2), 4) * sizeof<I>();
    const from = slopes + <usize>i * bytes;
    let block: usize = 0;
    for (; block + 64 <= bytes; block += 64) {
      const a = v128.load(from + block);
      const b = v128.load(from + block, 16);
      const c = v128.load(from + block, 32);
      const d = v128.load(from + block, 48);
      const to = gradient + block;
      let k = begin;
      // Two columns a turn, which takes a tenth less time.
      for (; k + 2 * sizeof<I>() <= end; k += 2 * sizeof<I>()) {
        const one = <usize>load<I>(k);
        const other = <usize>load<I>(k, sizeof<I>());
        store<u8>(touched + one, 1);
        store<u8>(touched + other, 1);
        addTo(to + one * bytes, a, b, c, d);
        addTo(to + other * bytes, a, b, c, d);
      }
      if (k < end) {
        const last = <usize>load<I>(k);
        store<u8>(touched + last, 1);
        addTo(to + last * bytes, a, b, c, d);
      }
    }
    for (; block < bytes; block += 16) {
      const slope = v128.load(from + block);
      for (let k = begin; k < end; k += sizeof<I>()) {
        const column = <usize>load<I>(k);
        store<u8>(touched + column, 1);
        const at = gradient + block + column * bytes;
        v128.store(at, f32x4.add(v128.load(at), slope));
      }
    }
  }
}

/** Adds sixteen numbers to those at an address. */
function addTo(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  const e = f32x4.add(v128.load(at), a);
  const f = f32x4.add(v128.load(at, 16), b);
  const g = f32x4.add(v128.load(at, 32), c);
  const h = f32x4.add(v128.load(at, 48), d);
  v128.store(at, e);
  v128.store(at, f, 16);
  v128.store(at, g, 32);
  v128.store(at, h, 48);
}
