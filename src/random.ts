import { createHash } from 'node:crypto';

/**
 * A seeded generator of uniform numbers: xoshiro128** (Blackman and Vigna, 2018, https://prng.di.unimi.it),
 * started from the sha256 of the root seed and a name, so that every use has a stream of its own:
 * `new Random(seed, 'shuffle', 3)`.
 */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: number, ...name: readonly (string | number)[]) {
    const digest = createHash('sha256')
      .update([seed, ...name].join('/'))
      .digest();
    this.#state = Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i));
  }

  /** A whole number from 0 to 2³² - 1. */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** A whole number in [0, `bound`), each as likely as the others: draws past the last whole multiple are drawn again. */
  below(bound: number): number {
    for (;;) {
      const draw = this.uint32();
      const rest = draw % bound;
      if (draw - rest <= 4_294_967_296 - bound) return rest;
    }
  }

  /** Puts `items` in random order, in place (Fisher and Yates, from the end). */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }
}

const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
