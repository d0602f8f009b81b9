import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { train } from '../../src/stages/train.ts';
import { goldens, input } from '../engine/golden.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { through } from './through.ts';

const bytesOf = async (options: object, bytes: Uint8Array = input): Promise<Buffer> =>
  Buffer.concat(await collect(through(train, options, chunked(bytes))));

const historyOf = (file: string): object[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));

const common = { units: [3, 2], batchSize: 16, epochs: 5, learningRate: 0.01, seed: 4 };
const trainings = [
  {},
  { momentum: 0.5 },
  { centered: true },
  { optimizer: 'adam', l2: 0.01 },
  { optimizer: 'adagrad', dropout: 0.5 },
  { optimizer: 'sgd' },
  { optimizer: 'sgd', momentum: 0.9, nesterov: true, schedule: 'cosine_decay', decaySteps: 9 },
  { patience: 2, learningRate: 0.1 },
  { shuffleBuffer: 16 },
];

describe.each(trainings)('a training with %j', (options) => {
  test.each([1, 3])('that is resumed after epoch %i ends as one without a break does', async (epochs) => {
    const folder = temporaryFolder();
    const [checkpoint, history, whole] = ['c', 'h', 'w'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const expected = await bytesOf({ ...common, ...options, history: whole });
    await bytesOf({ ...common, ...options, epochs, checkpoint });
    expect(await bytesOf({ ...common, ...options, resume: checkpoint, history })).toEqual(expected);
    expect(historyOf(history)).toEqual(historyOf(whole));
  });
});

describe('what is resumed must be', () => {
  let resume: string;
  beforeEach(async () => {
    resume = join(temporaryFolder(), 'c');
    await bytesOf({ ...common, epochs: 2, checkpoint: resume });
  });
  const refused = (options: object, bytes?: Uint8Array) =>
    expect(bytesOf({ ...common, resume, ...options }, bytes)).rejects;

  test('a training with the same options, and no fewer epochs', async () => {
    await refused({ l2: 0.1 }).toMatchObject({
      code: 'USAGE',
      message: 'l2 is 0.1, in the checkpoint unset',
      where: { field: 'l2' },
    });
    await refused({ epochs: 1 }).toMatchObject({ code: 'USAGE', where: { field: 'epochs' } });
    expect(await bytesOf({ ...common, resume, engine: 'wasm' })).toEqual(await bytesOf(common));
    await refused({ engine: 'tfjs' }).toMatchObject({ code: 'USAGE', where: { field: 'resume' } });
  });

  test('on the same vectors', async () => {
    const other = { code: 'USAGE', message: 'the checkpoint is of a training on other vectors' };
    const [first, ...rest] = await collect(vectors.read(chunked(input)));
    const write = async (batch: VectorBatch): Promise<Buffer> =>
      Buffer.concat(await collect(vectors.write(streamOf(batch, ...rest))));
    expect(await bytesOf({ ...common, resume }, await write(first!))).toEqual(await bytesOf(common));
    const labels = first!.labels.map((label) => 1 - label);
    await refused({}, await write({ ...first!, labels })).toMatchObject(other);
  });

  test('on the same values', async () => {
    const of = goldens.find(({ name }) => name === 'tf-idf')!.input;
    const checkpoint = join(temporaryFolder(), 'c');
    await bytesOf({ ...common, epochs: 1, checkpoint }, of);
    const [batch, ...rest] = await collect(vectors.read(chunked(of)));
    const values = batch!.values!.map((value) => value + 1);
    const bytes = Buffer.concat(await collect(vectors.write(streamOf({ ...batch!, values }, ...rest))));
    await expect(bytesOf({ ...common, resume: checkpoint }, bytes)).rejects.toMatchObject({
      message: 'the checkpoint is of a training on other vectors',
    });
  });

  test('a whole checkpoint: a change of any byte is seen', async () => {
    const whole = readFileSync(resume);
    const damaged = join(temporaryFolder(), 'd');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= mask;
        writeFileSync(damaged, bytes);
        await refused({ resume: damaged }).toMatchObject({ name: 'StageError', where: { file: damaged } });
      }),
      { numRuns: 1000 },
    );
  });
});

test('where a checkpoint can not be written is told before anything is read', async () => {
  const never = (async function* () {
    yield await new Promise<never>(() => {});
  })();
  const folder = temporaryFolder();
  for (const checkpoint of [folder, join(folder, 'no/such')])
    await expect(collect(through(train, { ...common, checkpoint }, never))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
});
