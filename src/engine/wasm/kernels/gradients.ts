// What is done to a gradient before the optimizer's step. `length` is a multiple of four.

/** gradient += l1 · sign(weights) + 2 · l2 · weights: the derivative of l1 · Σ|w| + l2 · Σw². */
export function penalize(weights: usize, gradient: usize, length: u32, l1: f32, l2: f32): void {
  const zero = f32x4.splat(0);
  const ones = f32x4.splat(l1);
  const twos = f32x4.splat(2 * l2);
  const size: usize = (<usize>length) << 2;
  for (let at: usize = 0; at < size; at += 16) {
    const w = v128.load(weights + at);
    const sign = f32x4.sub(v128.and(f32x4.gt(w, zero), ones), v128.and(f32x4.lt(w, zero), ones));
    const slope = f32x4.add(sign, f32x4.mul(twos, w));
    v128.store(gradient + at, f32x4.add(v128.load(gradient + at), slope));
  }
}

/** Keeps numbers between -limit and limit. */
export function clip(numbers: usize, length: u32, limit: f32): void {
  const most = f32x4.splat(limit);
  const least = f32x4.splat(-limit);
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 16) v128.store(at, f32x4.max(least, f32x4.min(most, v128.load(at))));
}

export function scale(numbers: usize, length: u32, factor: f32): void {
  const factors = f32x4.splat(factor);
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 16) v128.store(at, f32x4.mul(factors, v128.load(at)));
}

export function sumOfSquares(numbers: usize, length: u32): f64 {
  let sums = f64x2.splat(0);
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 8) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(at));
    sums = f64x2.add(sums, f64x2.mul(x, x));
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

export function sumOfAbsolutes(numbers: usize, length: u32): f64 {
  let sums = f64x2.splat(0);
  const end = numbers + ((<usize>length) << 2);
  for (let at = numbers; at < end; at += 8)
    sums = f64x2.add(sums, f64x2.abs(f64x2.promote_low_f32x4(v128.load64_zero(at))));
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
