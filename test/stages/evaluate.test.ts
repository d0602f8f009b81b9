import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../src/formats/model.ts';
import { writeModel } from '../../src/formats/safetensors.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { evaluate } from '../../src/stages/evaluate.ts';
import { chunked, collect, streamOf, textOf } from '../streams.ts';
import { through } from './through.ts';

/** Models written by Python's safetensors, vectors by pyarrow, and metrics by NumPy and scikit-learn. */
const golden = fileURLToPath(new URL('../files/evaluate', import.meta.url));
const file = (testCase: string, name: string): Buffer => readFileSync(join(golden, testCase, name));
const input = file('test-rows', 'input.arrows');

const judge = async (options: object, bytes: Uint8Array = input): Promise<unknown> =>
  JSON.parse(await textOf(through(evaluate, options, chunked(bytes))));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with a model of one unit and these weights. */
function modelFile(name: string, kernel: Float32Array, bias = 0): string {
  const layers = [{ units: 1, activation: 'sigmoid', kernel, bias: Float32Array.of(bias) }] as const;
  const model: Model = {
    dimension: kernel.length,
    encoding: 'multi-hot',
    loss: 'binary_crossentropy',
    layers,
  };
  writeFileSync(join(folder, name), writeModel(model));
  return join(folder, name);
}

describe('evaluate', () => {
  test.each(readdirSync(golden))('gives the metrics that scikit-learn gives: %s', async (testCase) => {
    const options = JSON.parse(file(testCase, 'options.json').toString()) as object;
    const model = join(golden, testCase, 'model.safetensors');
    const metrics = await judge({ ...options, model }, file(testCase, 'input.arrows'));
    expect(metrics).toEqual(nearly(JSON.parse(file(testCase, 'expected.json').toString())));
  });

  test('gives null for what is undefined', async () => {
    const model = modelFile('negative', new Float32Array(16), -5);
    expect(await judge({ model })).toMatchObject({ precision: null, recall: 0, f1_score: 0, roc_auc: 0.5 });
  });

  test('loses nothing of the loss of a model that is sure and wrong: float32 rounds its probabilities to 1', async () => {
    const model = modelFile('sure', new Float32Array(16), 40);
    const { loss, accuracy } = (await judge({ model })) as { loss: number; accuracy: number };
    expect(accuracy).toBeLessThan(1);
    expect(loss).toBeCloseTo(40 * (1 - accuracy), 10);
  });

  test('names the row whose label the model has no output for', async () => {
    const classes = file('classes', 'input.arrows');
    const model = modelFile('binary', new Float32Array(9));
    await expect(judge({ model }, classes)).rejects.toMatchObject({
      code: 'BAD_VALUE',
      where: { record: expect.stringMatching(/^test\//) as string },
      message: 'label is 2, and one output tells 0 from 1',
    });
  });

  test('names the splits that are there when none of the asked ones is', async () => {
    const model = modelFile('any', new Float32Array(16));
    await expect(judge({ model }, await withoutTest(input))).rejects.toMatchObject({
      code: 'BAD_VALUE',
      message: 'no row is marked test',
      hint: expect.stringMatching(/train 40.*validation 50/) as string,
    });
  });

  test('refuses vectors of another dimension than the model’s, with both', async () => {
    const model = modelFile('wide', new Float32Array(20));
    await expect(judge({ model })).rejects.toMatchObject({
      code: 'BAD_VALUE',
      message: expect.stringMatching(/\b16\b.*\b20\b/) as string,
    });
  });

  test('refuses a model whose training diverged', async () => {
    const model = modelFile('diverged', new Float32Array(16).fill(NaN), NaN);
    await expect(judge({ model })).rejects.toMatchObject({
      code: 'BAD_VALUE',
      message: 'the model predicts NaN',
    });
  });

  test('names the file of a model that is missing or damaged', async () => {
    const missing = join(folder, 'missing');
    await expect(judge({ model: missing })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      where: { file: missing },
    });
    const cut = modelFile('cut', new Float32Array(16));
    writeFileSync(cut, readFileSync(cut).subarray(0, 100));
    await expect(judge({ model: cut })).rejects.toMatchObject({
      code: 'TRUNCATED',
      where: { file: cut, byte: 100 },
    });
  });

  test('refuses vectors that are cut short', async () => {
    const model = modelFile('any', new Float32Array(16));
    await expect(judge({ model }, input.subarray(0, 3000))).rejects.toMatchObject({ code: 'TRUNCATED' });
  });

  test('refuses a split that does not exist', async () => {
    await expect(judge({ model: 'm', on: ['dev'] })).rejects.toThrow(
      /expected one of train, validation, test/,
    );
  });
});

/** The vectors with the test rows marked validation. */
async function withoutTest(bytes: Uint8Array): Promise<Uint8Array> {
  const batches = await collect(vectors.read(chunked(bytes)));
  const marked = batches.map((batch) => ({
    ...batch,
    splits: batch.splits.map((split) => (split === 'test' ? 'validation' : split)),
  }));
  return Buffer.concat(await collect(vectors.write(streamOf(...marked))));
}

/** Equal but for rounding. */
function nearly(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isInteger(value) ? value : (expect.closeTo(value, 6) as unknown);
  if (Array.isArray(value)) return value.map(nearly);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, nearly(inner)]));
}
