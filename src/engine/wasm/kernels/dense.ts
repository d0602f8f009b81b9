// Products of dense rows. All rows are filled up with zeros to a multiple of four.

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
    for (let block: usize = 0; block < bytes; block += 16) {
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
  for (let i: u32 = 0; i < count; i++) {
    const from = input + ((<usize>i * inputStride) << 2);
    for (let j: u32 = 0; j < inputs; j++) {
      const value = f32x4.splat(load<f32>(from + ((<usize>j) << 2)));
      for (let block: usize = 0; block < bytes; block += 16) {
        const at = gradient + <usize>j * bytes + block;
        v128.store(
          at,
          f32x4.add(v128.load(at), f32x4.mul(value, v128.load(slopes + <usize>i * bytes + block))),
        );
      }
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
    for (let j: u32 = 0; j < inputs; j++) {
      let sums = f32x4.splat(0);
      for (let block: usize = 0; block < bytes; block += 16) {
        sums = f32x4.add(
          sums,
          f32x4.mul(v128.load(from + block), v128.load(kernel + <usize>j * bytes + block)),
        );
      }
      const sum =
        f32x4.extract_lane(sums, 0) +
        f32x4.extract_lane(sums, 1) +
        f32x4.extract_lane(sums, 2) +
        f32x4.extract_lane(sums, 3);
      store<f32>(to + ((<usize>j) << 2), sum);
    }
  }
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
