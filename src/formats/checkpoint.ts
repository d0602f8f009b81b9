import { createHash } from 'node:crypto';
import { StageError } from '../error.ts';
import type { Epoch } from './history.ts';
import { decodeTensorFile, encodeTensorFile, type Tensor } from './tensor-file.ts';

/** A training after one of its epochs: all that is needed to go on to the same end. */
export interface Checkpoint {
  /** How it was asked for, as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The sha256 of the rows that it is trained and judged on. */
  readonly rows: string;
  /** Those that are behind it. */
  readonly epochs: readonly Epoch[];
  /** How many steps the optimizer has taken. */
  readonly time: number;
  /** The weights, and what the optimizer remembers, as the engine lays them out. */
  readonly arrays: readonly Float32Array[];
  /** The weights of the best epoch, kernel and bias of each layer; none where none is looked for. */
  readonly best: readonly Float32Array[];
}

const FORMAT = 'sluice-checkpoint';
const VERSION = '1';

/** The checkpoint as a safetensors file, with the sha256 of all that is in it. */
export function writeCheckpoint({ arrays, best, ...about }: Checkpoint): Uint8Array {
  const tensors = [...toTensors('state', arrays), ...toTensors('best', best)];
  const training = JSON.stringify(about);
  const sha256 = digestOf(training, tensors);
  return encodeTensorFile({ metadata: { format: FORMAT, sha256, training, version: VERSION }, tensors });
}

const toTensors = (name: string, arrays: readonly Float32Array[]): Tensor[] =>
  arrays.map((values, i) => ({ name: `${name}/${i}`, shape: [values.length], values }));

function digestOf(training: string, tensors: readonly Tensor[]): string {
  const hash = createHash('sha256').update(training);
  hash.update(JSON.stringify(tensors.map(({ name, shape }) => [name, shape])));
  for (const { values } of tensors) hash.update(values);
  return hash.digest('hex');
}

/** Reads a checkpoint. Throws `TRUNCATED` or `CORRUPT` for a damaged file, `UNSUPPORTED` for another one. */
export async function readCheckpoint(bytes: AsyncIterable<Uint8Array>): Promise<Checkpoint> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const { metadata, tensors } = decodeTensorFile(Buffer.concat(chunks));
  const hint = 'expected a file as `sluice train --checkpoint` writes it';
  if (metadata['format'] !== FORMAT || metadata['version'] !== VERSION)
    throw new StageError('UNSUPPORTED', 'a safetensors file that is no checkpoint of this Sluice', { hint });
  const { training = '' } = metadata;
  if (digestOf(training, tensors) !== metadata['sha256'])
    throw new StageError('CORRUPT', 'the checkpoint is not what was written', { hint });
  const arraysOf = (name: string): Float32Array[] =>
    tensors.filter((tensor) => tensor.name.startsWith(`${name}/`)).map(({ values }) => values);
  const about = JSON.parse(training) as Omit<Checkpoint, 'arrays' | 'best'>;
  return { ...about, arrays: arraysOf('state'), best: arraysOf('best') };
}
