import { StageError } from '../error.ts';
import type { Codec } from '../stage.ts';
import { ndjson } from './json.ts';
import type { Split } from './review.ts';

/** What a model makes of one review. */
export interface Prediction {
  /** The review's id; `line/7` for the seventh line of a text. */
  readonly id: string;
  /** The review's split and label, where they are known. */
  readonly split?: Split;
  readonly label?: 0 | 1;
  /** How likely the review is positive: a float32. */
  readonly probability: number;
}

/**
 * Predictions as NDJSON: `{"id":"test/0","split":"test","label":0,"probability":0.0123}`, a line each.
 * They travel in batches, as they were made; each is written at once, so that a person who waits for it sees it.
 */
export const predictions: Codec<readonly Prediction[]> = {
  name: 'predictions',
  extension: 'ndjson',
  text: true,
  rows: (batch) => batch.length,
  read: async function* (bytes) {
    for await (const prediction of lines.read(bytes)) yield [prediction];
  },
  write: async function* (batches) {
    for await (const batch of batches) if (batch.length > 0) yield Buffer.from(batch.map(toLine).join(''));
  },
};

const lines = ndjson<Prediction>('prediction', (value, line) => {
  const { id, probability } = (value ?? {}) as Partial<Prediction>;
  const field = typeof id !== 'string' ? 'id' : typeof probability !== 'number' ? 'probability' : undefined;
  if (field === undefined) return value as Prediction;
  throw new StageError('MISSING_FIELD', `a prediction without "${field}"`, {
    where: { line, field },
    hint: 'expected a line as `sluice predict` writes it',
  });
});

const toLine = ({ id, split, label, probability }: Prediction): string =>
  `${JSON.stringify({ id, split, label, probability: shortest(probability) })}\n`;

/** The shortest number that is the same float32: 0.93 rather than 0.9300000071525574. */
function shortest(float32: number): number {
  for (const scale of SCALES) {
    const short = Math.round(float32 * scale) / scale;
    if (Math.fround(short) === float32) return short;
  }
  // What is nearly 0 has more decimals. Nine digits tell any two float32 apart.
  return Number(float32.toPrecision(9));
}

/** The powers of ten that float64 holds exactly: a whole number divided by one of them is what its decimals are parsed as. */
const SCALES = Array.from({ length: 23 }, (_, decimals) => 10 ** decimals);
