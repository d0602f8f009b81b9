import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Epoch } from '../../src/formats/history.ts';
import { hasTopology } from '../../src/formats/model.ts';
import { readModel } from '../../src/formats/safetensors.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { train } from '../../src/stages/train.ts';
import { describeToolchain } from '../../src/toolchains.ts';
import { goldens, input, relativeDifference, toleranceOf } from '../engine/golden.ts';
import { temporaryFolder } from '../folder.ts';
import { readEvents } from '../formats/events.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { through } from './through.ts';

const bytesOf = async (options: object, bytes: Uint8Array = input): Promise<Buffer> =>
  Buffer.concat(await collect(through(train, options, chunked(bytes))));

const linesOf = (file: string): object[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);

const short = { units: [3], epochs: 2, batchSize: 16 };

describe('train', () => {
  test.each(goldens)('writes the model and the history that Keras gets: $name', async (golden) => {
    const file = join(temporaryFolder(), 'history.ndjson');
    const options = { ...golden.options, history: file };
    const model = await readModel(streamOf(await bytesOf(options, golden.input)));
    if (hasTopology(model)) throw new TypeError('not a perceptron');
    expect(relativeDifference(model.layers, golden.layers)).toBeLessThan(toleranceOf(golden));
    const [{ dimension, encoding }] = (await collect(vectors.read(chunked(golden.input)))) as [VectorBatch];
    const { loss = 'binary_crossentropy' } = golden.options;
    expect(model).toMatchObject({ dimension, encoding, loss });
    const expected = golden.history.map((epoch) => ({
      ...Object.fromEntries(Object.entries(epoch).map(([name, value]) => [name, expect.closeTo(value, 4)])),
      seconds: expect.any(Number),
    }));
    expect(linesOf(file)).toEqual(expected);
  });

  test('writes the same bytes three times, and others for another seed', async () => {
    const first = await bytesOf(short);
    expect(await bytesOf(short)).toEqual(first);
    expect(await bytesOf(short)).toEqual(first);
    expect(await bytesOf({ ...short, seed: 2 })).not.toEqual(first);
    expect(await bytesOf({ ...short, seed: 0 })).not.toEqual(first);
  });

  test('has no patience where nothing is judged', async () => {
    const fitted = bytesOf({ ...short, patience: 1, fit: ['train', 'validation'] });
    await expect(fitted).rejects.toMatchObject({
      code: 'USAGE',
      message: 'patience looks at val_loss, and no split is validated',
    });
  });

  test('trains the same, whether it judges the validation rows or not', async () => {
    expect(await bytesOf({ ...short, validate: [] })).toEqual(await bytesOf(short));
  });

  test('does not validate on validation rows that it fits, unless told to', async () => {
    const file = join(temporaryFolder(), 'history.ndjson');
    const fit = ['train', 'validation'];
    await bytesOf({ ...short, fit, history: file });
    expect(linesOf(file)[0]).not.toHaveProperty('val_loss');
    await bytesOf({ ...short, fit, validate: ['test'], history: file });
    expect(linesOf(file)[0]).toHaveProperty('val_loss');
  });

  test('writes a history that is complete, or none', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'history.ndjson');
    writeFileSync(file, 'an older one');
    const diverging = {
      ...short,
      optimizer: 'sgd',
      learningRate: 1e6,
      loss: 'mean_squared_error',
      epochs: 50,
    };
    const tensorboard = join(folder, 'log');
    const options = {
      ...diverging,
      activation: 'linear',
      outputActivation: 'linear',
      history: file,
      tensorboard,
    };
    await expect(bytesOf(options)).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      message: expect.stringMatching(
        /^(the loss|a weight) is (-?Infinity|NaN) in epoch \d+, batch \d+$/,
      ) as string,
    });
    expect(readdirSync(folder)).toEqual(['history.ndjson']);
    expect(readFileSync(file, 'utf8')).toBe('an older one');
  });

  test('writes for TensorBoard what is in the history, the same bytes each time', async () => {
    const folder = temporaryFolder();
    const [file, tensorboard] = [join(folder, 'history.ndjson'), join(folder, 'log')];
    const files = (): Buffer[] =>
      ['train', 'validation'].map((run) => {
        const names = readdirSync(join(tensorboard, run));
        expect(names).toHaveLength(1);
        return readFileSync(join(tensorboard, run, names[0]!));
      });
    await bytesOf({ ...short, metrics: ['recall'], history: file, tensorboard });
    const events = files().map(readEvents);
    const history = linesOf(file) as Epoch[];
    for (const [i, prefix] of (['', 'val_'] as const).entries()) {
      const scalars = history.map((epoch) => ({
        epoch_loss: Math.fround(epoch[`${prefix}loss`]!),
        epoch_accuracy: Math.fround(epoch[`${prefix}accuracy`]!),
        epoch_recall: Math.fround(epoch[`${prefix}recall`]!),
      }));
      expect(events[i]!.map((event) => event.scalars)).toEqual(scalars);
      expect(events[i]!.map((event) => event.step)).toEqual([0, 1]);
    }
    const before = files();
    await bytesOf({ ...short, metrics: ['recall'], tensorboard });
    expect(files()).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['history.ndjson', 'log']);
  });

  test('says where its history cannot be written, before it trains', async () => {
    const history = join(temporaryFolder(), 'missing', 'history.ndjson');
    await expect(bytesOf({ ...short, history })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      where: { file: history },
    });
    expect(existsSync(history)).toBe(false);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'thesis.txt'), 'years of work');
    await expect(bytesOf({ ...short, tensorboard: folder })).rejects.toMatchObject({
      code: 'BAD_VALUE',
      where: { file: folder },
    });
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  test('says which splits there are when those to fit have no rows', async () => {
    const batches = await collect(vectors.read(chunked(input)));
    const renamed = batches.map((batch): VectorBatch => ({
      ...batch,
      splits: batch.splits.map(() => 'test'),
    }));
    const onlyTest = Buffer.concat(await collect(vectors.write(streamOf(...renamed))));
    await expect(bytesOf(short, onlyTest)).rejects.toMatchObject({
      code: 'BAD_VALUE',
      message: 'no row is marked train',
      hint: 'the rows of each split: test 90',
    });
    await expect(
      bytesOf({ ...short, fit: ['test'], validate: ['validation'] }, onlyTest),
    ).rejects.toMatchObject({
      message: 'no row is marked validation',
      where: { field: 'validate' },
    });
    expect(await bytesOf({ ...short, fit: ['test'] }, onlyTest)).not.toHaveLength(0);
  });

  test('refuses a number that its optimizer has no use for', async () => {
    await expect(bytesOf({ optimizer: 'sgd', rho: 0.9 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('has what its output depends on in its toolchain', async () => {
    const toolchain = async (engine: string): Promise<string[]> =>
      Object.keys(await describeToolchain(train.toolchain, { engine }));
    expect(await toolchain('auto')).toEqual(['kernels', 'node']);
    expect(await toolchain('tfjs')).toContain('backend');
  });
});
