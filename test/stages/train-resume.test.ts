import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { train } from '../../src/stages/train.ts';
import { input } from '../engine/golden.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect } from '../streams.ts';
import { through } from './through.ts';

const bytesOf = async (options: object): Promise<Buffer> =>
  Buffer.concat(await collect(through(train, options, chunked(input))));

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

test('what is resumed must be the same training', async () => {
  const checkpoint = join(temporaryFolder(), 'c');
  await bytesOf({ ...common, epochs: 1, checkpoint });
  await expect(bytesOf({ ...common, resume: checkpoint, l2: 0.1 })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'l2 is 0.1, in the checkpoint 0',
    where: { field: 'l2' },
  });
  await expect(bytesOf({ ...common, resume: checkpoint, fit: ['test'] })).rejects.toMatchObject({
    code: 'USAGE',
  });
  const damaged = readFileSync(checkpoint);
  damaged[damaged.length - 1]! ^= 1;
  writeFileSync(checkpoint, damaged);
  await expect(bytesOf({ ...common, resume: checkpoint })).rejects.toMatchObject({
    code: 'CORRUPT',
    where: { file: checkpoint },
  });
  await expect(bytesOf({ ...common, engine: 'tfjs', checkpoint })).rejects.toMatchObject({
    code: 'USAGE',
    where: { field: 'checkpoint' },
  });
});
