// What a layer does to its sums, in place, its derivative, which the outcome tells, and what is done to its outputs. `length` is a multiple of four.

/** out = a · b, number by number. */
export function multiply(a: usize, b: usize, out: usize, length: u32): void {
  const size: usize = (<usize>length) << 2;
  for (let i: usize = 0; i < size; i += 16)
    v128.store(out + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

export function relu(numbers: usize, length: u32): void {
  const zero = f32x4.splat(0);
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 16) v128.store(at, f32x4.max(v128.load(at), zero));
}

export function reluSlope(slopes: usize, outputs: usize, length: u32): void {
  const zero = f32x4.splat(0);
  const size: usize = (<usize>length) << 2;
  for (let i: usize = 0; i < size; i += 16)
    v128.store(slopes + i, v128.and(v128.load(slopes + i), f32x4.gt(v128.load(outputs + i), zero)));
}

export function sigmoid(numbers: usize, length: u32): void {
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 4)
    store<f32>(at, <f32>1 / (<f32>1 + NativeMathf.exp(-load<f32>(at))));
}

export function sigmoidSlope(slopes: usize, outputs: usize, length: u32): void {
  const one = f32x4.splat(1);
  const size: usize = (<usize>length) << 2;
  for (let i: usize = 0; i < size; i += 16) {
    const output = v128.load(outputs + i);
    v128.store(slopes + i, f32x4.mul(v128.load(slopes + i), f32x4.mul(output, f32x4.sub(one, output))));
  }
}

export function tanh(numbers: usize, length: u32): void {
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 4) store<f32>(at, NativeMathf.tanh(load<f32>(at)));
}

export function tanhSlope(slopes: usize, outputs: usize, length: u32): void {
  const one = f32x4.splat(1);
  const size: usize = (<usize>length) << 2;
  for (let i: usize = 0; i < size; i += 16) {
    const output = v128.load(outputs + i);
    v128.store(slopes + i, f32x4.mul(v128.load(slopes + i), f32x4.sub(one, f32x4.mul(output, output))));
  }
}
