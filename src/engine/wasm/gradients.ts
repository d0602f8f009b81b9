import type { Training } from '../contract.ts';
import type { Inference } from './inference.ts';
import type { Parameter } from './update.ts';

/** What is done to gradients before the optimizers' steps. */
export class Gradients {
  readonly #inference: Inference;
  readonly #kernels: readonly Parameter[];
  readonly #all: readonly Parameter[];
  readonly #asked: Pick<Training, 'penalties' | 'clip'>;

  /** `all` are the parameters whose gradients are clipped; the penalties are for `kernels`, which are among them. */
  constructor(
    inference: Inference,
    { kernels, all }: { kernels: readonly Parameter[]; all: readonly Parameter[] },
    asked: Pick<Training, 'penalties' | 'clip'>,
  ) {
    this.#inference = inference;
    this.#kernels = kernels;
    this.#all = all;
    this.#asked = asked;
  }

  /** What the penalties add to the loss. */
  penalty(): number {
    const { l1 = 0, l2 = 0 } = this.#asked.penalties ?? {};
    if (l1 === 0 && l2 === 0) return 0;
    const { sumOfAbsolutes, sumOfSquares } = this.#inference.kernels;
    return this.#kernels.reduce((sum, { weights, rows, stride }) => {
      const length = rows * stride;
      return sum + l1 * sumOfAbsolutes(weights, length) + l2 * sumOfSquares(weights, length);
    }, 0);
  }

  /** Adds the penalties' derivatives, then clips. */
  prepare(): void {
    const { l1 = 0, l2 = 0 } = this.#asked.penalties ?? {};
    const { arena, kernels } = this.#inference;
    if (l1 !== 0 || l2 !== 0)
      for (const { weights, gradient, rows, stride, touched } of this.#kernels) {
        kernels.penalize(weights, gradient, rows * stride, l1, l2);
        arena.bytes(touched, rows).fill(1);
      }
    this.#clip();
  }

  #clip(): void {
    const { clip } = this.#asked;
    if (clip === undefined) return;
    const { kernels } = this.#inference;
    const squares = (parameter: Parameter): number =>
      kernels.sumOfSquares(parameter.gradient, parameter.rows * parameter.stride);
    const together = clip.by === 'globalClipnorm' ? this.#all.reduce((sum, one) => sum + squares(one), 0) : 0;
    for (const parameter of this.#all) {
      const length = parameter.rows * parameter.stride;
      if (clip.by === 'clipvalue') kernels.clip(parameter.gradient, length, clip.limit);
      else {
        const norm = Math.sqrt(clip.by === 'clipnorm' ? squares(parameter) : together);
        if (norm > clip.limit) kernels.scale(parameter.gradient, length, clip.limit / norm);
      }
    }
  }
}
