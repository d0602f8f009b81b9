import { StageError } from '../error.ts';
import { toolchainOf, type EngineName } from './engine.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';

/** What may be another one than in the training that is resumed. */
const FREE = ['epochs', 'history', 'tensorboard', 'checkpoint', 'resume'];

type Options = Readonly<Record<string, unknown>>;

/** The options that decide what a training comes to, epoch by epoch. */
export const decisiveOptions = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && !FREE.includes(name)),
  );

/** Throws `USAGE` where a checkpoint is of a training with other options or rows than these. */
export function checkResumable(checkpoint: Checkpoint, options: Options, rows: number): void {
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
  if (checkpoint.rows === rows) return;
  throw new StageError('USAGE', `${rows} rows to train on, in the checkpoint ${checkpoint.rows}`, {
    where: { field: 'resume' },
    hint: 'resume with the same vectors',
  });
}

/** Throws `USAGE` where a checkpoint is asked of an engine that gives none. */
export function checkKeepable({
  engine,
  checkpoint,
  resume,
}: {
  readonly engine: EngineName;
  readonly checkpoint?: string | undefined;
  readonly resume?: string | undefined;
}): void {
  const field = checkpoint === undefined ? 'resume' : 'checkpoint';
  if ((checkpoint ?? resume) === undefined || toolchainOf(engine) === 'wasm') return;
  throw new StageError('USAGE', `--${field}: TensorFlow keeps what its optimizers remember for itself`, {
    where: { field },
    hint: 'leave --engine out: the other one gives the same results',
  });
}
