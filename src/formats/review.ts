/** The splits that a row can belong to, in the order of the Arrow dictionary that stores them. */
export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** Whether a value can be a label: a class's number. */
export const isLabel = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_LABEL;

const MOST_LABEL = 65_535;
export const LABELS = `a whole number from 0 to ${MOST_LABEL}`;

/** A review: word numbers in their order, and its class's number; where there are two, 1 is a positive one's. */
export interface Review {
  readonly id: string;
  readonly split: Split;
  readonly label: number;
  readonly tokens: ArrayLike<number>;
  readonly text?: string;
}
