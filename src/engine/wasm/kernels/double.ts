// What layers give, in float64, for predictions. Weights are float32, as they are elsewhere, in rows of `stride`, a multiple
// of four; sums and outputs are rows of `stride` float64.

/** out[i] = bias + Σ kernel[column], over the columns of row i: uint32, `indices[offsets[i]] … indices[offsets[i + 1] - 1]`. */
export function sparseDouble(
  offsets: usize,
  indices: usize,
  count: u32,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  sparse<void>(offsets, indices, 0, count, kernel, bias, stride, out);
}

/** out[i] = bias + Σ value · kernel[column]; the values are float32, at the same places as the columns. */
export function weightedDouble(
  offsets: usize,
  indices: usize,
  values: usize,
  count: u32,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  sparse<f32>(offsets, indices, values, count, kernel, bias, stride, out);
}

/** V is f32 where there are values, and void where there are none. */
function sparse<V>(
  offsets: usize,
  indices: usize,
  values: usize,
  count: u32,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  for (let i: u32 = 0; i < count; i++) {
    const begin = indices + ((<usize>load<u32>(offsets + ((<usize>i) << 2))) << 2);
    const end = indices + ((<usize>load<u32>(offsets + ((<usize>i) << 2), 4)) << 2);
    const to = out + ((<usize>i * bytes) << 1);
    for (let block: usize = 0; block < bytes; block += 16) {
      let low = loadDouble(bias + block);
      let high = loadDouble(bias + block + 8);
      for (let k = begin; k < end; k += 4) {
        const at = kernel + block + <usize>load<u32>(k) * bytes;
        if (isVoid<V>()) {
          low = f64x2.add(low, loadDouble(at));
          high = f64x2.add(high, loadDouble(at + 8));
        } else {
          const value = f64x2.splat(load<f32>(values + k - indices));
          low = f64x2.add(low, f64x2.mul(value, loadDouble(at)));
          high = f64x2.add(high, f64x2.mul(value, loadDouble(at + 8)));
        }
      }
      v128.store(to + (block << 1), low);
      v128.store(to + (block << 1), high, 16);
    }
  }
}

/** out[i] = bias + Σ input[i][j] · kernel[j], over the `inputs` units below. */
export function denseDouble(
  input: usize,
  inputStride: u32,
  inputs: u32,
  count: u32,
  kernel: usize,
  bias: usize,
  stride: u32,
  out: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  for (let i: u32 = 0; i < count; i++) {
    const from = input + ((<usize>i * inputStride) << 3);
    const to = out + ((<usize>i * bytes) << 1);
    for (let block: usize = 0; block < bytes; block += 16) {
      let low = loadDouble(bias + block);
      let high = loadDouble(bias + block + 8);
      for (let j: u32 = 0; j < inputs; j++) {
        const at = kernel + block + <usize>j * bytes;
        const value = v128.load64_splat(from + ((<usize>j) << 3));
        low = f64x2.add(low, f64x2.mul(value, loadDouble(at)));
        high = f64x2.add(high, f64x2.mul(value, loadDouble(at + 8)));
      }
      v128.store(to + (block << 1), low);
      v128.store(to + (block << 1), high, 16);
    }
  }
}

// Activations, in place: `units` numbers in each of `rows` rows.

export function reluDouble(numbers: usize, rows: u32, units: u32, stride: u32): void {
  const zero = f64x2.splat(0);
  const end = numbers + ((<usize>rows * stride) << 3);
  for (let at = numbers; at < end; at += 16) v128.store(at, f64x2.max(v128.load(at), zero));
}

export function sigmoidDouble(numbers: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin = numbers + ((<usize>row * stride) << 3);
    for (let at = begin; at < begin + ((<usize>units) << 3); at += 8)
      store<f64>(at, 1 / (1 + NativeMath.exp(-load<f64>(at))));
  }
}

export function tanhDouble(numbers: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin = numbers + ((<usize>row * stride) << 3);
    for (let at = begin; at < begin + ((<usize>units) << 3); at += 8)
      store<f64>(at, NativeMath.tanh(load<f64>(at)));
  }
}

/** The largest sum is taken off, so that none overflows. */
export function softmaxDouble(numbers: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin = numbers + ((<usize>row * stride) << 3);
    const end = begin + ((<usize>units) << 3);
    let largest = -Infinity;
    for (let at = begin; at < end; at += 8) largest = max(largest, load<f64>(at));
    let total: f64 = 0;
    for (let at = begin; at < end; at += 8) {
      const power = NativeMath.exp(load<f64>(at) - largest);
      store<f64>(at, power);
      total += power;
    }
    for (let at = begin; at < end; at += 8) store<f64>(at, load<f64>(at) / total);
  }
}

/** Two float32. */
function loadDouble(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}
