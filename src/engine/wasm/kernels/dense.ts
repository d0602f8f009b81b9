// Products of dense rows. All rows are filled up with zeros to a multiple of four.

/** out[i] = input[numbers[i]]: rows of `width`, one after another. */
export function gatherRows(numbers: usize, count: u32, input: usize, width: u32, out: usize): void {
  const bytes: usize = (<usize>width) << 2;
  for (let i: u32 = 0; i < count; i++)
    memory.copy(out + <usize>i * bytes, input + <usize>load<u32>(numbers + ((<usize>i) << 2)) * bytes, bytes);
}

/** out[i] = bias + Σ input[i][j] · kernel[j], over the `inputs` units below. */
export function denseForward(
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
    const from = input + ((<usize>i * inputStride) << 2);
    let block: usize = 0;
    // Sixteen units at a time stay in registers.
    for (; block + 64 <= bytes; block += 64) {
      let a = v128.load(bias + block);
      let b = v128.load(bias + block, 16);
      let c = v128.load(bias + block, 32);
      let d = v128.load(bias + block, 48);
      let row = kernel + block;
      for (let j: u32 = 0; j < inputs; j++) {
        const value = f32x4.splat(load<f32>(from + ((<usize>j) << 2)));
        a = f32x4.add(a, f32x4.mul(value, v128.load(row)));
        b = f32x4.add(b, f32x4.mul(value, v128.load(row, 16)));
        c = f32x4.add(c, f32x4.mul(value, v128.load(row, 32)));
        d = f32x4.add(d, f32x4.mul(value, v128.load(row, 48)));
        row += bytes;
      }
      const to = out + <usize>i * bytes + block;
      v128.store(to, a);
      v128.store(to, b, 16);
      v128.store(to, c, 32);
      v128.store(to, d, 48);
    }
    for (; block < bytes; block += 16) {
      let sum = v128.load(bias + block);
      for (let j: u32 = 0; j < inputs; j++) {
        const weights = v128.load(kernel + <usize>j * bytes + block);
        sum = f32x4.add(sum, f32x4.mul(f32x4.splat(load<f32>(from + ((<usize>j) << 2))), weights));
      }
      v128.store(out + <usize>i * bytes + block, sum);
    }
  }
}

/** gradient[j] += Σ input[i][j] · slopes[i], over the rows. */
export function denseBackward(
  input: usize,
  inputStride: u32,
  inputs: u32,
  count: u32,
  slopes: usize,
  stride: u32,
  gradient: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  const step: usize = (<usize>inputStride) << 2;
  for (let block: usize = 0; block < bytes; block += 16) {
    // Four of its rows at a time stay in registers; their number is filled up to a multiple of four, too.
    for (let j: u32 = 0; j + 4 <= inputs; j += 4) {
      const at = gradient + <usize>j * bytes + block;
      let a = v128.load(at);
      let b = v128.load(at + bytes);
      let c = v128.load(at + 2 * bytes);
      let d = v128.load(at + 3 * bytes);
      let from = input + ((<usize>j) << 2);
      let slope = slopes + block;
      for (let i: u32 = 0; i < count; i++) {
        const values = v128.load(from);
        const s = v128.load(slope);
        a = f32x4.add(a, f32x4.mul(v128.shuffle<f32>(values, values, 0, 0, 0, 0), s));
        b = f32x4.add(b, f32x4.mul(v128.shuffle<f32>(values, values, 1, 1, 1, 1), s));
        c = f32x4.add(c, f32x4.mul(v128.shuffle<f32>(values, values, 2, 2, 2, 2), s));
        d = f32x4.add(d, f32x4.mul(v128.shuffle<f32>(values, values, 3, 3, 3, 3), s));
        from += step;
        slope += bytes;
      }
      v128.store(at, a);
      v128.store(at + bytes, b);
      v128.store(at + 2 * bytes, c);
      v128.store(at + 3 * bytes, d);
    }
    for (let j: u32 = inputs & ~3; j < inputs; j++) {
      const at = gradient + <usize>j * bytes + block;
      let sum = v128.load(at);
      for (let i: u32 = 0; i < count; i++) {
        const value = f32x4.splat(load<f32>(input + <usize>i * step + ((<usize>j) << 2)));
        sum = f32x4.add(sum, f32x4.mul(value, v128.load(slopes + <usize>i * bytes + block)));
      }
      v128.store(at, sum);
    }
  }
}

/** below[i][j] = Σ slopes[i][k] · kernel[j][k], over the units. */
export function denseBelow(
  slopes: usize,
  stride: u32,
  count: u32,
  kernel: usize,
  inputs: u32,
  inputStride: u32,
  below: usize,
): void {
  const bytes: usize = (<usize>stride) << 2;
  for (let i: u32 = 0; i < count; i++) {
    const from = slopes + <usize>i * bytes;
    const to = below + ((<usize>i * inputStride) << 2);
    let j: u32 = 0;
    for (; j + 4 <= inputs; j += 4) {
      const row = kernel + <usize>j * bytes;
      const a = products(from, row, bytes);
      const b = products(from, row + bytes, bytes);
      const c = products(from, row + 2 * bytes, bytes);
      const d = products(from, row + 3 * bytes, bytes);
      // The four columns of a matrix with these rows are what is to be added up.
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      let sum = f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      sum = f32x4.add(sum, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
      v128.store(to + ((<usize>j) << 2), f32x4.add(sum, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7)));
    }
    for (; j < inputs; j++) {
      const sums = products(from, kernel + <usize>j * bytes, bytes);
      const sum =
        f32x4.extract_lane(sums, 0) +
        f32x4.extract_lane(sums, 1) +
        f32x4.extract_lane(sums, 2) +
        f32x4.extract_lane(sums, 3);
      store<f32>(to + ((<usize>j) << 2), sum);
    }
  }
}

/** What of the product of two rows is in each of four lanes. */
function products(a: usize, b: usize, bytes: usize): v128 {
  let sums = f32x4.splat(0);
  for (let block: usize = 0; block < bytes; block += 16)
    sums = f32x4.add(sums, f32x4.mul(v128.load(a + block), v128.load(b + block)));
  return sums;
}

/** gradient += Σ slopes[i], over the rows. */
export function sumRows(slopes: usize, stride: u32, count: u32, gradient: usize): void {
  const bytes: usize = (<usize>stride) << 2;
  for (let i: u32 = 0; i < count; i++)
    for (let block: usize = 0; block < bytes; block += 16)
      v128.store(
        gradient + block,
        f32x4.add(v128.load(gradient + block), v128.load(slopes + <usize>i * bytes + block)),
      );
}
