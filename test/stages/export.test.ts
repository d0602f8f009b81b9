import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadTensorFlow } from '../../src/engine/tfjs/tensorflow.ts';
import { readKernels } from '../../src/engine/wasm/kernel-file.ts';
import { createPredictor } from '../../src/engine/wasm/predictor.ts';
import { BagOfWords } from '../../src/formats/bag-of-words.ts';
import { ACTIVATIONS, type Model } from '../../src/formats/model.ts';
import { readModel, writeModel } from '../../src/formats/safetensors.ts';
import { exportModel } from '../../src/stages/export.ts';
import { predict } from '../../src/stages/predict.ts';
import { chunked, textOf } from '../streams.ts';
import { through } from './through.ts';

const files = fileURLToPath(new URL('../files/', import.meta.url));
const model = join(files, 'predict/text/model.safetensors');
const words = join(files, 'predict/text/words.json');
const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));

let folder: string;
let to: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  to = join(folder, 'exported');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (options: object, bytes: Uint8Array = readFileSync(model)): Promise<string> =>
  textOf(through(exportModel, { to, ...options }, chunked(bytes)));

const contents = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('base64')]),
  );

/** What TensorFlow.js loads from the folder, as a browser would, from its `model.json` on. */
function load(path: string): Promise<tf.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(
    readFileSync(join(path, 'model.json'), 'utf8'),
  ) as tf.io.ModelJSON;
  const { paths, weights } = weightsManifest[0]!;
  const weightData = new Uint8Array(readFileSync(join(path, paths[0]!))).buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weights, weightData }));
}

/** What the example in the README prints, run as the README says, but for what is `changed`. */
function runExample(changed = (example: string): string => example): string {
  const [, example] = /```js\n(.*?)```/s.exec(readFileSync(join(to, 'README.md'), 'utf8'))!;
  symlinkSync(nodeModules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'predict.mjs'), changed(example!));
  return execFileSync(process.execPath, [join(folder, 'predict.mjs'), to], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

describe('export', () => {
  test.each(readdirSync(join(files, 'export')))(
    'writes the golden folder, byte for byte: %s',
    async (testCase) => {
      const given = (name: string): string => join(files, 'export', testCase, name);
      const options = existsSync(given('words.json')) ? { words: given('words.json') } : {};
      await write(options, readFileSync(given('model.safetensors')));
      expect(contents(to)).toEqual(contents(given('expected')));
      expect(readdirSync(folder)).toEqual(['exported']);
    },
  );

  test('writes what TensorFlow.js loads, with the predictions of predict to 1e-6, whatever the layers', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, fc.infiniteStream(fc.nat({ max: 19 })), async (given, numbers) => {
        const rows = Array.from({ length: 8 }, (_, row) => ({
          id: `${row}`,
          tokens: [...numbers.take(row * 3)],
        }));
        const encoder = new BagOfWords(given);
        for (const { id, tokens } of rows) encoder.add(tokens, { record: id });
        const predictor = await createPredictor(readKernels(), given);
        const ours = predictor.predict(encoder.take());

        await write({}, writeModel(given));
        const loaded = await load(to);
        const dense = tf.buffer([rows.length, given.dimension]);
        for (const [row, { tokens }] of rows.entries()) for (const token of tokens) dense.set(1, row, token);
        const theirs = (loaded.predict(dense.toTensor()) as tf.Tensor).dataSync();
        for (const [row, value] of ours.entries()) expect(Math.abs(value - theirs[row]!)).toBeLessThan(1e-6);
        loaded.dispose();
      }),
      { numRuns: 25 },
    );
  });

  test('writes what tfjs-node loads from the disk', async (context) => {
    const { tf: native, backend, reason } = await loadTensorFlow();
    if (backend !== 'native') {
      console.warn(`not tested with tfjs-node: ${reason}`);
      context.skip();
    }
    await write({});
    const loaded = await native.loadLayersModel(`file://${to}/model.json`);
    const predicted = (loaded.predict(tf.zeros([1, 16])) as tf.Tensor).dataSync()[0]!;
    const review = Buffer.from('{"id":"a","split":"test","label":1,"tokens":[]}\n');
    const ours = await textOf(through(predict, { model }, chunked(review)));
    expect((JSON.parse(ours) as { probability: number }).probability).toBeCloseTo(predicted, 6);
  });

  test('writes a README whose example predicts what predict does', async () => {
    await write({ words });
    const printed = runExample();
    const line = Buffer.from('What a film!\n');
    const { probability } = JSON.parse(await textOf(through(predict, { model, words }, chunked(line)))) as {
      probability: number;
    };
    expect(Number(printed)).toBeCloseTo(probability, 6);
  }, 60_000);

  const idf = Float32Array.from({ length: 16 }, (_, column) => 1 + column / 8);

  test.each([
    ['count', {}, 'how often it occurs'],
    ['tf-idf', { idf }, 'times that column'],
  ] as const)(
    'writes a README whose example encodes as predict does: %s',
    async (encoding, known, told) => {
      const file = join(folder, 'model.safetensors');
      writeFileSync(
        file,
        writeModel({ ...(await readModel(chunked(readFileSync(model)))), encoding, ...known }),
      );
      await write({ words }, readFileSync(file));
      expect(readFileSync(join(to, 'README.md'), 'utf8')).toContain(told);
      // As the text of the README, with a word twice.
      const printed = runExample((text) => text.replace('What a film!', 'A film, a film!'));
      const line = Buffer.from('A film, a film!\n');
      const { probability } = JSON.parse(
        await textOf(through(predict, { model: file, words }, chunked(line))),
      ) as { probability: number };
      expect(Number(printed)).toBeCloseTo(probability, 6);
      await write({ words });
      expect(readdirSync(to)).not.toContain('idf.bin');
    },
    60_000,
  );

  test.each(['dense', 'tf-idf'] as const)(
    'tells nothing of words where the model does not: %s',
    async (encoding) => {
      await write({}, writeModel({ ...(await readModel(chunked(readFileSync(model)))), encoding }));
      expect(readFileSync(join(to, 'README.md'), 'utf8')).not.toContain('word');
      expect(Number(runExample())).toBeGreaterThan(0);
    },
    60_000,
  );

  test('writes a README whose example runs without a word index too', async () => {
    await write({});
    expect(readdirSync(to)).not.toContain('imdb_word_index.json');
    const printed = runExample();
    expect(Number(printed)).toBeGreaterThan(0);
  }, 60_000);

  test('writes a README whose example prints all outputs', async () => {
    const given = readFileSync(join(files, 'export/classes/model.safetensors'));
    await write({}, given);
    const printed = JSON.parse(runExample()) as number[];
    expect(printed).toHaveLength(3);
    expect(printed.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  }, 60_000);

  test('replaces an earlier export, and fills an empty folder', async () => {
    mkdirSync(to);
    await write({ words });
    await write({});
    expect(readdirSync(to).sort()).toEqual(['README.md', 'group1-shard1of1.bin', 'model.json']);
    expect(readdirSync(folder)).toEqual(['exported']);
  });

  test.each([
    ['other files', (path: string) => writeFileSync(join(path, 'thesis.txt'), 'years of work')],
    [
      'an earlier export and a file besides',
      (path: string) => {
        cpSync(join(files, 'export/with-words/expected'), path, { recursive: true });
        writeFileSync(join(path, 'notes.txt'), 'mine');
      },
    ],
    [
      'somebody else’s model',
      (path: string) => writeFileSync(join(path, 'model.json'), '{"format":"layers-model"}'),
    ],
    ['a model.json that is not JSON', (path: string) => writeFileSync(join(path, 'model.json'), 'oops')],
  ])('leaves a folder alone that holds %s', async (_, fill) => {
    mkdirSync(to);
    fill(to);
    const before = contents(to);
    await expect(write({})).rejects.toMatchObject({ code: 'BAD_VALUE', where: { file: to } });
    expect(contents(to)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['exported']);
  });

  test('leaves a file of that name alone', async () => {
    writeFileSync(to, 'a file');
    await expect(write({})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(readFileSync(to, 'utf8')).toBe('a file');
  });

  test('makes no folder for a model that is cut short, or a word index that is none', async () => {
    await expect(write({}, readFileSync(model).subarray(0, 300))).rejects.toMatchObject({
      code: 'TRUNCATED',
    });
    await expect(write({ words: model })).rejects.toMatchObject({ where: { file: model } });
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** Models on 20 inputs, of one to three layers, with weights as training gives them. */
const weight = fc.float({ min: -1, max: 1, noNaN: true });
const anyModel: fc.Arbitrary<Model> = fc
  .array(fc.record({ units: fc.integer({ min: 1, max: 5 }), activation: fc.constantFrom(...ACTIVATIONS) }), {
    maxLength: 2,
  })
  .chain((hidden) =>
    fc
      .constantFrom(
        { units: 1, activation: 'sigmoid' as const },
        { units: 3, activation: 'softmax' as const },
      )
      .map((last) => [...hidden, last]),
  )
  .chain((layers) =>
    fc.tuple(
      ...layers.map(({ units, activation }, i) => {
        const inputs = layers[i - 1]?.units ?? 20;
        return fc.record({
          units: fc.constant(units),
          activation: fc.constant(activation),
          kernel: weights(inputs * units),
          bias: weights(units),
        });
      }),
    ),
  )
  .map((layers) => ({ dimension: 20, encoding: 'multi-hot', loss: 'binary_crossentropy', layers }));

function weights(length: number): fc.Arbitrary<Float32Array> {
  return fc
    .array(weight, { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));
}
