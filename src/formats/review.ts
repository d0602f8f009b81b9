/** The splits that a row can belong to, in the order of the Arrow dictionary that stores them. */
export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** A review: word numbers in their order, and 1 for a positive one. */
export interface Review {
  readonly id: string;
  readonly split: Split;
  readonly label: 0 | 1;
  readonly tokens: ArrayLike<number>;
  readonly text?: string;
}
