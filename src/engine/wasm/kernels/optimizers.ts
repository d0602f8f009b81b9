// Steps of the optimizers, with Keras's formulas. `weights`, `gradient` and what an optimizer remembers have one shape: `rows` rows of `stride`
// numbers. Each step leaves the gradient zero. With `touched`, a byte a row, only rows with a byte that is set get their step:
// those for which it would be none are passed over.

/** v ← ρv + (1-ρ)g²; w ← w - ηg/√(v+ε). Row r was last here at `seen[r]`; `decays[n]` is ρⁿ, by which v shrinks in n steps, for n up to `longest`. */
export function rmsprop(
  weights: usize,
  gradient: usize,
  squares: usize,
  rows: u32,
  stride: u32,
  touched: usize,
  seen: usize,
  time: u32,
  decays: usize,
  longest: u32,
  rate: f32,
  rho: f32,
  epsilon: f32,
): void {
  const bytes: usize = (<usize>stride) << 2;
  const zero = f32x4.splat(0),
    rates = f32x4.splat(rate),
    fresh = f32x4.splat(1 - rho),
    epsilons = f32x4.splat(epsilon);
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(touched + row) == 0) continue;
    store<u8>(touched + row, 0);
    const last = seen + ((<usize>row) << 2);
    const steps = min(time - load<u32>(last), longest);
    const decay = f32x4.splat(load<f32>(decays + ((<usize>steps) << 2)));
    store<u32>(last, time);
    const begin: usize = <usize>row * bytes;
    for (let at = begin; at < begin + bytes; at += 16) {
      const g = v128.load(gradient + at);
      const square = f32x4.add(f32x4.mul(decay, v128.load(squares + at)), f32x4.mul(fresh, f32x4.mul(g, g)));
      v128.store(squares + at, square);
      const step = f32x4.div(f32x4.mul(rates, g), f32x4.sqrt(f32x4.add(square, epsilons)));
      v128.store(weights + at, f32x4.sub(v128.load(weights + at), step));
      v128.store(gradient + at, zero);
    }
  }
}

/** v ← ρv + (1-ρ)g²; m ← μm + ηg/√(v+ε); w ← w - m. With `means`, it is centered: a ← ρa + (1-ρ)g, and v-a² in place of v. */
export function rmspropMomentum(
  weights: usize,
  gradient: usize,
  squares: usize,
  steps: usize,
  means: usize,
  rows: u32,
  stride: u32,
  rate: f32,
  rho: f32,
  momentum: f32,
  epsilon: f32,
): void {
  const size: usize = (<usize>rows * stride) << 2;
  const zero = f32x4.splat(0);
  const rates = f32x4.splat(rate);
  const rhos = f32x4.splat(rho);
  const fresh = f32x4.splat(1 - rho);
  const momenta = f32x4.splat(momentum);
  const epsilons = f32x4.splat(epsilon);
  for (let at: usize = 0; at < size; at += 16) {
    const g = v128.load(gradient + at);
    const square = f32x4.add(f32x4.mul(rhos, v128.load(squares + at)), f32x4.mul(fresh, f32x4.mul(g, g)));
    v128.store(squares + at, square);
    let variance = f32x4.add(square, epsilons);
    if (means != 0) {
      const mean = f32x4.add(f32x4.mul(rhos, v128.load(means + at)), f32x4.mul(fresh, g));
      v128.store(means + at, mean);
      variance = f32x4.sub(variance, f32x4.mul(mean, mean));
    }
    const slope = f32x4.div(f32x4.mul(rates, g), f32x4.sqrt(variance));
    const step = f32x4.add(f32x4.mul(momenta, v128.load(steps + at)), slope);
    v128.store(steps + at, step);
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), step));
    v128.store(gradient + at, zero);
  }
}

/** v ← v + g²; w ← w - ηg/√(v+ε) */
export function adagrad(
  weights: usize,
  gradient: usize,
  squares: usize,
  rows: u32,
  stride: u32,
  touched: usize,
  rate: f32,
  epsilon: f32,
): void {
  const bytes: usize = (<usize>stride) << 2;
  const zero = f32x4.splat(0);
  const rates = f32x4.splat(rate);
  const epsilons = f32x4.splat(epsilon);
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(touched + row) == 0) continue;
    store<u8>(touched + row, 0);
    const begin: usize = <usize>row * bytes;
    for (let at = begin; at < begin + bytes; at += 16) {
      const g = v128.load(gradient + at);
      const square = f32x4.add(v128.load(squares + at), f32x4.mul(g, g));
      v128.store(squares + at, square);
      const step = f32x4.div(f32x4.mul(rates, g), f32x4.sqrt(f32x4.add(square, epsilons)));
      v128.store(weights + at, f32x4.sub(v128.load(weights + at), step));
      v128.store(gradient + at, zero);
    }
  }
}

/** m ← m + share₁(g-m); v ← v + share₂(g²-v); w ← w - rate · m/(√v+ε). The shares are 1-β₁ and 1-β₂. */
export function adam(
  weights: usize,
  gradient: usize,
  means: usize,
  squares: usize,
  rows: u32,
  stride: u32,
  rate: f32,
  share1: f32,
  share2: f32,
  epsilon: f32,
): void {
  const size: usize = (<usize>rows * stride) << 2;
  const zero = f32x4.splat(0),
    rates = f32x4.splat(rate),
    epsilons = f32x4.splat(epsilon);
  const fresh1 = f32x4.splat(share1),
    fresh2 = f32x4.splat(share2);
  for (let at: usize = 0; at < size; at += 16) {
    const g = v128.load(gradient + at);
    let mean = v128.load(means + at);
    mean = f32x4.add(mean, f32x4.mul(fresh1, f32x4.sub(g, mean)));
    v128.store(means + at, mean);
    let square = v128.load(squares + at);
    square = f32x4.add(square, f32x4.mul(fresh2, f32x4.sub(f32x4.mul(g, g), square)));
    v128.store(squares + at, square);
    const step = f32x4.div(f32x4.mul(rates, mean), f32x4.add(f32x4.sqrt(square), epsilons));
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), step));
    v128.store(gradient + at, zero);
  }
}

/** w ← w - ηg */
export function sgd(
  weights: usize,
  gradient: usize,
  rows: u32,
  stride: u32,
  touched: usize,
  rate: f32,
): void {
  const bytes: usize = (<usize>stride) << 2;
  const zero = f32x4.splat(0),
    rates = f32x4.splat(rate);
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(touched + row) == 0) continue;
    store<u8>(touched + row, 0);
    const begin: usize = <usize>row * bytes;
    for (let at = begin; at < begin + bytes; at += 16) {
      v128.store(
        weights + at,
        f32x4.sub(v128.load(weights + at), f32x4.mul(rates, v128.load(gradient + at))),
      );
      v128.store(gradient + at, zero);
    }
  }
}

/** m ← μm - ηg; w ← w + m, or with Nesterov's momentum w + μm - ηg */
export function sgdMomentum(
  weights: usize,
  gradient: usize,
  steps: usize,
  rows: u32,
  stride: u32,
  rate: f32,
  momentum: f32,
  nesterov: bool,
): void {
  const size: usize = (<usize>rows * stride) << 2;
  const zero = f32x4.splat(0),
    rates = f32x4.splat(rate),
    momenta = f32x4.splat(momentum);
  for (let at: usize = 0; at < size; at += 16) {
    const slope = f32x4.mul(rates, v128.load(gradient + at));
    const step = f32x4.sub(f32x4.mul(momenta, v128.load(steps + at)), slope);
    v128.store(steps + at, step);
    const change = nesterov ? f32x4.sub(f32x4.mul(momenta, step), slope) : step;
    v128.store(weights + at, f32x4.add(v128.load(weights + at), change));
    v128.store(gradient + at, zero);
  }
}
