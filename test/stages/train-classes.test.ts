import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outputLayerOf } from '../../src/formats/output-layer.ts';
import { readModel } from '../../src/formats/safetensors.ts';
import { vectors } from '../../src/formats/vectors.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { train } from '../../src/stages/train.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { through } from './through.ts';

/** Rows of labels 0 to 2. */
const input = readFileSync(new URL('../files/train/classes.arrows', import.meta.url));
const short = { units: [3], epochs: 1, loss: 'categorical_crossentropy' };

const outputsOf = async (options: object, bytes: Uint8Array = input) => {
  const model = await readModel(through(train, options, chunked(bytes)));
  const { units, activation } = outputLayerOf(model);
  return { units, activation };
};

/** The rows with the first one of a split changed. */
async function changed(split: string, label: number): Promise<Uint8Array> {
  const batches = await collect(vectors.read(chunked(input)));
  const change = (batch: VectorBatch): VectorBatch => {
    const first = batch.splits.findIndex((name) => name === split);
    return { ...batch, labels: batch.labels.map((old, row) => (row === first ? label : old)) };
  };
  return Buffer.concat(await collect(vectors.write(streamOf(...batches.map(change)))));
}

describe('a model of several classes', () => {
  test('has as many outputs as the labels that it is trained and judged on need', async () => {
    expect(await outputsOf(short)).toEqual({ units: 3, activation: 'softmax' });
    expect(await outputsOf(short, await changed('train', 4))).toMatchObject({ units: 5 });
    expect(await outputsOf(short, await changed('validation', 5))).toMatchObject({ units: 6 });
    expect(await outputsOf(short, await changed('test', 6))).toMatchObject({ units: 3 });
  });

  test('has as many outputs as are asked for, whatever the loss', async () => {
    expect(await outputsOf({ ...short, classes: 7 })).toEqual({ units: 7, activation: 'softmax' });
    const squares = { ...short, loss: 'mean_squared_error', classes: 3 };
    expect(await outputsOf(squares)).toEqual({ units: 3, activation: 'sigmoid' });
    expect(await outputsOf({ ...squares, outputActivation: 'softmax' })).toMatchObject({
      activation: 'softmax',
    });
  });

  test('has two outputs where the labels are 0 and 1', async () => {
    const binary = readFileSync(new URL('../files/train/input.arrows', import.meta.url));
    expect(await outputsOf(short, binary)).toEqual({ units: 2, activation: 'softmax' });
  });

  test('finds the labels where more rows than memory has wait in a file, too', async () => {
    expect(await outputsOf({ ...short, batchSize: 16, shuffleBuffer: 64 })).toEqual({
      units: 3,
      activation: 'softmax',
    });
  });

  test.each([
    ['one output', { loss: 'binary_crossentropy' }, 2, /^train with --loss categorical_crossentropy/],
    ['three outputs', { classes: 3 }, 3, /^expected 0 to 2$/],
    ['any model', {}, 1024, /^expected 0 to 1023$/],
  ])('names the row whose label has no place in %s', async (_, options, label, hint) => {
    await expect(outputsOf({ ...short, ...options }, await changed('train', label))).rejects.toMatchObject({
      code: 'BAD_VALUE',
      where: { record: expect.stringMatching(/^train\/\d+$/) as string },
      message: expect.stringContaining(`label is ${label}, and`) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  test('is refused no label of a row that it does not read', async () => {
    expect(await outputsOf({ ...short, classes: 3 }, await changed('test', 9))).toMatchObject({ units: 3 });
  });

  test.each([
    [
      'softmax of one output',
      { loss: 'mean_squared_error', outputActivation: 'softmax' },
      'outputActivation',
    ],
    ['two class weights for three outputs', { classes: 3, classWeights: [1, 2] }, 'classWeights'],
    [
      'three class weights for one output',
      { loss: 'mean_squared_error', classWeights: [1, 2, 3] },
      'classWeights',
    ],
    ['two class weights for three labels', { classWeights: [1, 2] }, 'classWeights'],
  ])('is refused %s', async (_, options, field) => {
    await expect(outputsOf({ ...short, ...options })).rejects.toMatchObject({
      code: 'USAGE',
      where: { field },
    });
  });
});
