import { StageError } from '../error.ts';
import type { Codec } from '../stage.ts';
import { ndjson } from './json.ts';
import type { Split } from './review.ts';

/** What a model makes of one review: one probability, or one for each label. */
export type Prediction = Asked & (Single | Several);

/** What is known about a review. */
export interface Asked {
  /** The review's id; `line/7` for the seventh line of a text. */
  readonly id: string;
  /** The review's split and label, where they are known. */
  readonly split?: Split | undefined;
  readonly label?: number | undefined;
}

interface Single {
  /** How likely its label is 1: a float32. */
  readonly probability: number;
  readonly probabilities?: never;
}

interface Several {
  readonly probability?: never;
  /** How likely its label is 0, 1, …: float32. */
  readonly probabilities: readonly number[];
  /** The label with the largest of them. */
  readonly prediction: number;
}

/**
 * Predictions as NDJSON: `{"id":"test/0","split":"test","label":0,"probability":0.0123}`, a line each; of a model with several outputs
 * `{"id":"test/0","split":"test","label":2,"probabilities":[0.1,0.2,0.7],"prediction":2}`.
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
  const field = missingField((value ?? {}) as Partial<Record<string, unknown>>);
  if (field === undefined) return value as Prediction;
  throw new StageError('MISSING_FIELD', `a prediction without "${field}"`, {
    where: { line, field },
    hint: 'expected a line as `sluice predict` writes it',
  });
});

function missingField({ id, probability, probabilities, prediction }: Partial<Record<string, unknown>>) {
  if (typeof id !== 'string') return 'id';
  if (probabilities === undefined) return typeof probability === 'number' ? undefined : 'probability';
  const areNumbers =
    Array.isArray(probabilities) && probabilities.every((one: unknown) => typeof one === 'number');
  if (!areNumbers) return 'probabilities';
  return typeof prediction === 'number' ? undefined : 'prediction';
}

function toLine(one: Prediction): string {
  const { id, split, label } = one;
  const line =
    one.probabilities === undefined
      ? { id, split, label, probability: shortest(one.probability) }
      : { id, split, label, probabilities: one.probabilities.map(shortest), prediction: one.prediction };
  return `${JSON.stringify(line)}\n`;
}

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
