import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTensorFlow } from '../../src/engine/tfjs/tensorflow.ts';
import type { Prediction } from '../../src/formats/predictions.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { evaluate } from '../../src/stages/evaluate.ts';
import { exportModel } from '../../src/stages/export.ts';
import { predict } from '../../src/stages/predict.ts';
import { train } from '../../src/stages/train.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect, streamOf, textOf } from '../streams.ts';
import { through } from './through.ts';
import { embedding, layer, OUTPUT, tokens, topologyFile } from './topologies.ts';

const rows = tokens(12);
let bytes: Uint8Array;
beforeAll(async () => void (bytes = Buffer.concat(await collect(vectors.write(streamOf(rows))))));

/** The path of a model that was trained on the rows. */
async function trained(): Promise<string> {
  const file = join(temporaryFolder(), 'model.safetensors');
  const topology = topologyFile([
    embedding({ mask_zero: true }),
    layer('LSTM', { units: 3, recurrent_activation: null }),
    OUTPUT,
  ]);
  const options = { topology, epochs: 3, optimizer: 'adam', learningRate: 0.1 };
  writeFileSync(file, Buffer.concat(await collect(through(train, options, chunked(bytes)))));
  return file;
}

async function ask(options: object, input: string | Uint8Array): Promise<Prediction[]> {
  const lines = await textOf(through(predict, options, chunked(Buffer.from(input as string))));
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Prediction);
}

describe('a model from a topology', () => {
  test('says of reviews what it says of their vectors, and of text', async () => {
    const options = { model: await trained(), engine: 'tfjs' };
    const ofVectors = await ask(options, bytes);
    const reviews = rows.ids.map((id, row) => {
      // Without the zeros in front, which the model's length gives back.
      const all = [...rows.indices.subarray(5 * row, 5 * row + 5)];
      const first = all.findIndex((token) => token !== 0);
      return { id, split: rows.splits[row], label: rows.labels[row], tokens: all.slice(first) };
    });
    const ofReviews = await ask(options, reviews.map((review) => `${JSON.stringify(review)}\n`).join(''));
    expect(ofReviews.map(({ id }) => id)).toEqual(rows.ids);
    for (const [i, { probability }] of ofReviews.entries())
      expect(probability).toBeCloseTo(ofVectors[i]!.probability!, 5);
    const words = join(temporaryFolder(), 'words.json');
    writeFileSync(words, JSON.stringify({ film: 1, bad: 2 }));
    const [text] = await ask({ ...options, words }, 'bad film\n');
    const [same] = await ask(options, '{"id":"x","split":"test","label":0,"tokens":[1,5,4]}\n');
    expect(text!.probability).toBe(same!.probability);
  });

  test('needs TensorFlow to predict, which is said', async () => {
    const asked = ask({ model: await trained() }, bytes);
    await expect(asked).rejects.toMatchObject({
      code: 'USAGE',
      where: { field: 'engine' },
      hint: 'give --engine tfjs',
    });
  });

  test('is judged by what it predicts', async () => {
    const model = await trained();
    const predictions = (await ask({ model, engine: 'tfjs' }, bytes)).filter(({ split }) => split === 'test');
    const right = predictions.filter(({ label, probability }) => probability! > 0.5 === (label === 1));
    const metrics = JSON.parse(await textOf(through(evaluate, { model }, chunked(bytes)))) as object;
    expect(metrics).toMatchObject({ rows: 3, accuracy: right.length / 3 });
  });

  test('is exported so that TensorFlow.js predicts the same', async () => {
    await loadTensorFlow();
    const model = await trained();
    const to = join(temporaryFolder(), 'exported');
    await collect(through(exportModel, { to }, chunked(readFileSync(model))));
    const read = (name: string): Buffer => readFileSync(join(to, name));
    const { modelTopology, weightsManifest } = JSON.parse(String(read('model.json'))) as tf.io.ModelJSON;
    const { paths, weights } = weightsManifest[0]!;
    const weightData = new Uint8Array(read(paths[0]!)).buffer;
    const loaded = await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs: weights, weightData }),
    );
    const input = tf.tensor2d(Float32Array.from(rows.indices), [12, 5]);
    const expected = await ask({ model, engine: 'tfjs' }, bytes);
    for (const [row, probability] of (loaded.predict(input) as tf.Tensor).dataSync().entries())
      expect(probability).toBeCloseTo(expected[row]!.probability!, 5);
    expect(String(read('README.md'))).toContain(
      'float32[reviews, 5], tokens: the last word numbers of the review',
    );
  });

  test('is refused other vectors', async () => {
    const model = await trained();
    const multiHot = {
      ...rows,
      encoding: 'multi-hot',
      indices: Uint16Array.from(rows.indices, (_, i) => i % 5),
    } as const;
    const { length: _, ...batch } = multiHot;
    const other = Buffer.concat(await collect(vectors.write(streamOf(batch))));
    const message =
      'the vectors have dimension 10 (multi-hot); the model was trained on dimension 10 (tokens of length 5)';
    for (const stage of [evaluate, predict]) {
      const asked = collect(
        through(stage, { model, ...(stage === predict && { engine: 'tfjs' }) }, chunked(other)),
      );
      await expect(asked).rejects.toMatchObject({ code: 'BAD_VALUE', message });
    }
  });
});
