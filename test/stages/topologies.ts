import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Layer } from '../../src/formats/topology.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { temporaryFolder } from '../folder.ts';

export const layer = (class_name: string, config: Config = {}): Layer => ({ class_name, config });

/** Of rows of `tokens`. */
export const embedding = (config: Config = {}): Layer =>
  layer('Embedding', { input_dim: 10, output_dim: 4, batch_input_shape: [null, 5], ...config });

export const OUTPUT = layer('Dense', { units: 1, activation: 'sigmoid' });

/** The path of a file that holds a topology of these layers; it is removed when the test has ended. */
export function topologyFile(layers: readonly Layer[]): string {
  const file = join(temporaryFolder(), 'topology.json');
  writeFileSync(file, JSON.stringify({ class_name: 'Sequential', config: { layers } }));
  return file;
}

/** So many rows of five word numbers below 10, three of four to train on. */
export function tokens(count: number): VectorBatch {
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    dimension: 10,
    encoding: 'tokens',
    length: 5,
    ids: rows.map((row) => `row/${row}`),
    splits: rows.map((row) => (row % 4 === 3 ? 'test' : 'train')),
    labels: Float32Array.from(rows, (row) => row % 2),
    offsets: Int32Array.from({ length: count + 1 }, (_, row) => 5 * row),
    indices: Uint16Array.from({ length: 5 * count }, (_, at) => (at % 5 === 0 ? 0 : (7 * at + 3) % 10)),
  };
}
