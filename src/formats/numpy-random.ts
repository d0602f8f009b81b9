const N = 624;
const M = 397;

/**
 * NumPy's legacy `RandomState(seed)`: MT19937 started from one integer (Matsumoto and Nishimura, 1998, with the
 * initialisation of 2002). NumPy promises that its numbers never change.
 */
export class RandomState {
  readonly #state = new Uint32Array(N);
  #next = N;

  /** `seed`: a whole number from 0 to 2³² - 1. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** A whole number from 0 to 2³² - 1. */
  uint32(): number {
    if (this.#next === N) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /**
   * `shuffle(arange(length))`: uint32[length]. From the last place down, each is swapped with one at or before it, drawn by
   * masking 32 bits and drawing again where the result is too large.
   */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const mask = 0xffffffff >>> Math.clz32(i);
      let j: number;
      do j = (this.uint32() & mask) >>> 0;
      while (j > i);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
