import { createHash } from 'node:crypto';
import { StageError } from '../error.ts';
import type { Epoch } from './history.ts';
import { decodeTensorFile, encodeTensorFile, type Tensor } from './tensor-file.ts';

/** A training after one of its epochs: all that is needed to go on to the same end. */
export interface Checkpoint {
  /** How it was asked for, as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How many rows it is trained on. */
  readonly rows: number;
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

/** The checkpoint as a safetensors file, with the sha256 of its tensors. */
export function writeCheckpoint({ options, rows, epochs, time, arrays, best }: Checkpoint): Uint8Array {
  const tensors = [...toTensors('state', arrays), ...toTensors('best', best)];
  const digest = createHash('sha256');
  for (const { values } of tensors) digest.update(values);
  const metadata = {
    epochs: JSON.stringify(epochs),
    format: FORMAT,
    options: JSON.stringify(options),
    rows: String(rows),
    sha256: digest.digest('hex'),
    time: String(time),
    version: VERSION,
  };
  return encodeTensorFile({ metadata, tensors });
}

const toTensors = (name: string, arrays: readonly Float32Array[]): Tensor[] =>
  arrays.map((values, i) => ({ name: `${name}/${i}`, shape: [values.length], values }));

/** Reads a checkpoint. Throws `TRUNCATED` or `CORRUPT` for a damaged file, `UNSUPPORTED` for another one. */
export async function readCheckpoint(bytes: AsyncIterable<Uint8Array>): Promise<Checkpoint> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const { metadata, tensors, data } = decodeTensorFile(Buffer.concat(chunks));
  const hint = 'expected a file as `sluice train --checkpoint` writes it';
  if (metadata['format'] !== FORMAT || metadata['version'] !== VERSION)
    throw new StageError('UNSUPPORTED', 'a safetensors file that is no checkpoint of this Sluice', { hint });
  if (createHash('sha256').update(data).digest('hex') !== metadata['sha256'])
    throw new StageError('CORRUPT', 'the tensors are not those that were written', { hint });
  const arraysOf = (name: string): Float32Array[] =>
    tensors.filter((tensor) => tensor.name.startsWith(`${name}/`)).map(({ values }) => values);
  return {
    options: JSON.parse(metadata['options']!) as Checkpoint['options'],
    rows: Number(metadata['rows']),
    epochs: JSON.parse(metadata['epochs']!) as Epoch[],
    time: Number(metadata['time']),
    arrays: arraysOf('state'),
    best: arraysOf('best'),
  };
}
