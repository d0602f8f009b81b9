// What a layer does to its sums, in place: `units` numbers in each of `rows` rows that are `stride` numbers long, a multiple of four. And
// what its derivative, which the outcome tells, makes of the derivatives by its outputs. And what is done to its outputs.

/** out = a · b, number by number. */
export function multiply(a: usize, b: usize, out: usize, length: u32): void {
  const size: usize = (<usize>length) << 2;
  for (let i: usize = 0; i < size; i += 16)
    v128.store(out + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

export function relu(numbers: usize, rows: u32, units: u32, stride: u32): void {
  const zero = f32x4.splat(0);
  const end = numbers + ((<usize>rows * stride) << 2);
  for (let at = numbers; at < end; at += 16) v128.store(at, f32x4.max(v128.load(at), zero));
}

export function reluSlope(slopes: usize, outputs: usize, rows: u32, units: u32, stride: u32): void {
  const zero = f32x4.splat(0);
  const size: usize = (<usize>rows * stride) << 2;
  for (let i: usize = 0; i < size; i += 16)
    v128.store(slopes + i, v128.and(v128.load(slopes + i), f32x4.gt(v128.load(outputs + i), zero)));
}

export function sigmoid(numbers: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin = numbers + ((<usize>row * stride) << 2);
    for (let at = begin; at < begin + ((<usize>units) << 2); at += 4)
      store<f32>(at, <f32>1 / (<f32>1 + NativeMathf.exp(-load<f32>(at))));
  }
}

export function sigmoidSlope(slopes: usize, outputs: usize, rows: u32, units: u32, stride: u32): void {
  const one = f32x4.splat(1);
  const size: usize = (<usize>rows * stride) << 2;
  for (let i: usize = 0; i < size; i += 16) {
    const output = v128.load(outputs + i);
    v128.store(slopes + i, f32x4.mul(v128.load(slopes + i), f32x4.mul(output, f32x4.sub(one, output))));
  }
}

export function tanh(numbers: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin = numbers + ((<usize>row * stride) << 2);
    for (let at = begin; at < begin + ((<usize>units) << 2); at += 4)
      store<f32>(at, NativeMathf.tanh(load<f32>(at)));
  }
}

export function tanhSlope(slopes: usize, outputs: usize, rows: u32, units: u32, stride: u32): void {
  const one = f32x4.splat(1);
  const size: usize = (<usize>rows * stride) << 2;
  for (let i: usize = 0; i < size; i += 16) {
    const output = v128.load(outputs + i);
    v128.store(slopes + i, f32x4.mul(v128.load(slopes + i), f32x4.sub(one, f32x4.mul(output, output))));
  }
}

/** The largest sum is taken off, so that none overflows. */
export function softmax(numbers: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin = numbers + ((<usize>row * stride) << 2);
    const end = begin + ((<usize>units) << 2);
    let largest = -Infinity as f32;
    for (let at = begin; at < end; at += 4) largest = max(largest, load<f32>(at));
    let total: f32 = 0;
    for (let at = begin; at < end; at += 4) {
      const power = NativeMathf.exp(load<f32>(at) - largest);
      store<f32>(at, power);
      total += power;
    }
    for (let at = begin; at < end; at += 4) store<f32>(at, load<f32>(at) / total);
  }
}

/** slope = output · (slope - Σ slope · output), the sum over the row. */
export function softmaxSlope(slopes: usize, outputs: usize, rows: u32, units: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const begin: usize = (<usize>row * stride) << 2;
    const end = begin + ((<usize>units) << 2);
    let together: f32 = 0;
    for (let i = begin; i < end; i += 4) together += load<f32>(slopes + i) * load<f32>(outputs + i);
    for (let i = begin; i < end; i += 4)
      store<f32>(slopes + i, load<f32>(outputs + i) * (load<f32>(slopes + i) - together));
  }
}
