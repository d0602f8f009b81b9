import { parseArgs } from 'node:util';

/** What can be measured, in this order. */
export const PARTS = [
  'cold',
  'rerun',
  'pipe',
  'train',
  'c',
  'fasttext',
  'million',
  'predict',
  'accuracy',
] as const;
export type Part = (typeof PARTS)[number];

export interface Arguments {
  /** A YAML file of parameters, as `sluice run --params` takes it. */
  readonly params: string | undefined;
  readonly python: string | undefined;
  readonly rounds: number;
  readonly parts: readonly Part[];
}

export const USAGE = `npm run bench -- [options]

Measures config/imdb.yaml against the same experiment in Keras, where a Python has it, on this machine and in
alternation; its training also against C and fastText, where there are \`cc\` and \`fasttext\`. Writes a table to stdout and
bench/RESULTS.md. Exit code 1 if a target is missed. Takes some minutes.

  --params FILE  parameters that replace the experiment's, as for \`sluice run\`
  --python PATH  a Python that has TensorFlow and Keras [default: python3, else the one behind \`npm run tensorflow\`]
  --rounds N     how often each side is measured [default: 3]
  --only NAME    one part: ${PARTS.join(', ')}; may be repeated; nothing is written to bench/RESULTS.md`;

/** Reads the command line; `undefined` if only the help was asked for. Throws a `TypeError` or `RangeError` on a mistake. */
export function readArguments(args: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      params: { type: 'string' },
      python: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds is "${values.rounds}": expected a whole number of at least 1`);
  const unknown = values.only?.find((name) => !PARTS.includes(name as Part));
  if (unknown !== undefined) throw new RangeError(`--only is "${unknown}": expected ${PARTS.join(', ')}`);
  const parts = PARTS.filter((part) => values.only?.includes(part) ?? true);
  return { params: values.params, python: values.python, rounds, parts };
}
