// Products of sparse rows with a kernel. The columns of row r are `indices[offsets[r]] … indices[offsets[r + 1] - 1]`; what is in them is
// at the same place of `values`, float32, or it is ones. A kernel's rows, like all rows of numbers here, are `stride` float32 long:
// the layer's units, filled up with zeros to a multiple of four, which makes a whole number of vectors.
//
// I is the type of an index; V is f32 where there are values, and void where there are none: what compiles then knows nothing of them.

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
  forward<u16, void>(numbers, count, offsets, indices, 0, kernel, bias, stride, out);
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
  forward<u32, void>(numbers, count, offsets, indices, 0, kernel, bias, stride, out);
}

/** out[i] = bias + Σ value · kernel[column], over the columns of row `numbers[i]`, which are uint16. */
export function weightedForward16(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  values: usize,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  forward<u16, f32>(numbers, count, offsets, indices, values, kernel, bias, stride, out);
}

/** The same, of uint32. */
export function weightedForward32(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  values: usize,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  forward<u32, f32>(numbers, count, offsets, indices, values, kernel, bias, stride, out);
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
  backward<u16, void>(numbers, count, offsets, indices, 0, slopes, stride, gradient, touched);
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
  backward<u32, void>(numbers, count, offsets, indices, 0, slopes, stride, gradient, touched);
}

/** gradient[column] += value · slopes[i], and touched[column] = 1, over the columns of row `numbers[i]`, which are uint16. */
export function weightedBackward16(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  values: usize,
  slopes: usize,
  stride: u32,
  gradient: usize,
  touched: usize,
): void {
  backward<u16, f32>(numbers, count, offsets, indices, values, slopes, stride, gradient, touched);
}

/** The same, of uint32. */
export function weightedBackward32(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  values: usize,
  slopes: usize,
  stride: u32,
  gradient: usize,
  touched: usize,
): void {
  backward<u32, f32>(numbers, count, offsets, indices, values, slopes, stride, gradient, touched);
}

function forward<I, V>(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  values: usize,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  // What comes of it must go somewhere, or it would not be done; the first row takes its place.
  store<u32>(out, fetch<I>(numbers, count, offsets, indices));
  if (!isVoid<V>()) store<u32>(out, fetch<V>(numbers, count, offsets, values));
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
        const value = valueAt<I, V>(values, k - indices);
        a = f32x4.add(a, times<V>(value, v128.load(at)));
        b = f32x4.add(b, times<V>(value, v128.load(at, 16)));
        c = f32x4.add(c, times<V>(value, v128.load(at, 32)));
        d = f32x4.add(d, times<V>(value, v128.load(at, 48)));
      }
      v128.store(to + block, a);
      v128.store(to + block, b, 16);
      v128.store(to + block, c, 32);
      v128.store(to + block, d, 48);
    }
    for (; block < bytes; block += 16) {
      let sum = v128.load(bias + block);
      for (let k = begin; k < end; k += sizeof<I>()) {
        const weights = v128.load(kernel + block + <usize>load<I>(k) * bytes);
        sum = f32x4.add(sum, times<V>(valueAt<I, V>(values, k - indices), weights));
      }
      v128.store(to + block, sum);
    }
  }
}

/** The value of the column whose index lies `offset` bytes after the first one, in all lanes. */
function valueAt<I, V>(values: usize, offset: usize): v128 {
  return isVoid<V>() ? f32x4.splat(1) : v128.load32_splat(values + offset * (sizeof<f32>() / sizeof<I>()));
}

function times<V>(value: v128, numbers: v128): v128 {
  return isVoid<V>() ? numbers : f32x4.mul(value, numbers);
}

/**
 * Reads a byte of each cache line of the rows, so that they are in the cache when they are summed. The processor waits for
 * many of these at a time, but for one row after the other where each is summed at once.
 */
function fetch<T>(numbers: usize, count: u32, offsets: usize, array: usize): u32 {
  let all: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(numbers + ((<usize>i) << 2));
    const begin = array + <usize>load<u32>(offsets + ((<usize>row) << 2)) * sizeof<T>();
    const end = array + <usize>load<u32>(offsets + ((<usize>row) << 2), 4) * sizeof<T>();
    for (let at = begin; at < end; at += 64) all += load<u8>(at);
  }
  return all;
}

function backward<I, V>(
  numbers: usize,
  count: u32,
  offsets: usize,
  indices: usize,
  values: usize,
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
        addTo<V>(to + one * bytes, valueAt<I, V>(values, k - indices), a, b, c, d);
        addTo<V>(to + other * bytes, valueAt<I, V>(values, k + sizeof<I>() - indices), a, b, c, d);
      }
      if (k < end) {
        const last = <usize>load<I>(k);
        store<u8>(touched + last, 1);
        addTo<V>(to + last * bytes, valueAt<I, V>(values, k - indices), a, b, c, d);
      }
    }
    for (; block < bytes; block += 16) {
      const slope = v128.load(from + block);
      for (let k = begin; k < end; k += sizeof<I>()) {
        const column = <usize>load<I>(k);
        store<u8>(touched + column, 1);
        const at = gradient + block + column * bytes;
        v128.store(at, f32x4.add(v128.load(at), times<V>(valueAt<I, V>(values, k - indices), slope)));
      }
    }
  }
}

/** Adds sixteen numbers, each times the value, to those at an address. */
function addTo<V>(at: usize, value: v128, a: v128, b: v128, c: v128, d: v128): void {
  const e = f32x4.add(v128.load(at), times<V>(value, a));
  const f = f32x4.add(v128.load(at, 16), times<V>(value, b));
  const g = f32x4.add(v128.load(at, 32), times<V>(value, c));
  const h = f32x4.add(v128.load(at, 48), times<V>(value, d));
  v128.store(at, e);
  v128.store(at, f, 16);
  v128.store(at, g, 32);
  v128.store(at, h, 48);
}
