import { createHash } from 'node:crypto';
import { StageError } from '../error.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { toolchainOf, type EngineName } from './engine.ts';
import type { RowSource } from './row-source.ts';

/** What may be another one than in the training that is resumed. The engine is: there is one that can be resumed. */
const FREE = ['epochs', 'history', 'tensorboard', 'checkpoint', 'resume', 'engine'];

type Options = Readonly<Record<string, unknown>>;

/** The options that decide what a training comes to, epoch by epoch. */
export const decisiveOptions = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && !FREE.includes(name)),
  );

/** The sha256 of rows that a training is about. */
export async function digestRows(...all: readonly RowSource[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of all) {
    hash.update(JSON.stringify({ rows: source.count }));
    for await (const { dimension, encoding, labels, offsets, indices, values, idf } of source.inOrder()) {
      hash.update(JSON.stringify({ dimension, encoding }));
      for (const array of [labels, offsets, indices, values, idf]) if (array) hash.update(array);
    }
  }
  return hash.digest('hex');
}

/** Throws `USAGE` where a checkpoint is of a training with other options or rows than these, or has more epochs. */
export function checkResumable(
  checkpoint: Checkpoint,
  { options, rows }: { options: Options & { readonly epochs: number }; rows: string },
): void {
  const [before, now] = [checkpoint.options, decisiveOptions(options)];
  const shown = (value: unknown): string => (value === undefined ? 'unset' : JSON.stringify(value));
  for (const field of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (shown(before[field]) === shown(now[field])) continue;
    throw new StageError(
      'USAGE',
      `${field} is ${shown(now[field])}, in the checkpoint ${shown(before[field])}`,
      {
        where: { field },
        hint: 'resume with the same options; only epochs may be another number',
      },
    );
  }
  const behind = checkpoint.epochs.length;
  if (behind > options.epochs)
    throw new StageError('USAGE', `epochs is ${options.epochs}, and ${behind} are behind the checkpoint`, {
      where: { field: 'epochs' },
      hint: `give --epochs ${behind} or more`,
    });
  if (checkpoint.rows !== rows)
    throw new StageError('USAGE', 'the checkpoint is of a training on other vectors', {
      where: { field: 'resume' },
      hint: 'resume with the same vectors',
    });
}

/** Throws `USAGE` where a checkpoint is asked of an engine that gives none. */
export function checkKeepable({
  engine,
  topology,
  checkpoint,
  resume,
}: {
  readonly engine: EngineName;
  readonly topology?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly resume?: string | undefined;
}): void {
  const field = checkpoint === undefined ? 'resume' : 'checkpoint';
  if ((checkpoint ?? resume) === undefined || toolchainOf(engine, topology) === 'wasm') return;
  throw new StageError('USAGE', `--${field}: TensorFlow keeps what its optimizers remember for itself`, {
    where: { field },
    hint:
      topology === undefined
        ? 'leave --engine out: the other one gives the same results'
        : 'a topology is trained without one',
  });
}
