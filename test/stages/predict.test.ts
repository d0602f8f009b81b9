import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prediction } from '../../src/formats/predictions.ts';
import { readVectors } from '../../src/formats/arrow.ts';
import { readModel, writeModel } from '../../src/formats/safetensors.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { vectorize } from '../../src/stages/vectorize.ts';
import { predict } from '../../src/stages/predict.ts';
import { chunked, collect, streamOf, textOf } from '../streams.ts';
import { through } from './through.ts';

/** Models written by Python's safetensors, vectors by pyarrow, and predictions by NumPy. */
const golden = fileURLToPath(new URL('../files/predict', import.meta.url));
const path = (testCase: string, name: string): string => join(golden, testCase, name);
const model = path('text', 'model.safetensors');
const words = path('text', 'words.json');

const parse = (ndjson: string): Prediction[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Prediction);

const ask = async (options: object, input: string | Uint8Array, size?: number): Promise<Prediction[]> =>
  parse(await textOf(through(predict, options, chunked(Buffer.from(input as string), size))));

const nearly = (probability: number): number => expect.closeTo(probability, 6) as number;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('predict', () => {
  test.each(readdirSync(golden))('gives the probabilities that NumPy gives: %s', async (testCase) => {
    const options = JSON.parse(readFileSync(path(testCase, 'options.json'), 'utf8')) as object;
    const input = readFileSync(
      path(
        testCase,
        readdirSync(join(golden, testCase)).find((name) => name.startsWith('input.'))!,
      ),
    );
    const files = { model: path(testCase, 'model.safetensors'), words: path(testCase, 'words.json') };
    if (!existsSync(files.words)) Reflect.deleteProperty(files, 'words');
    const expected = parse(readFileSync(path(testCase, 'expected.ndjson'), 'utf8')).map((prediction) =>
      prediction.probabilities === undefined
        ? { ...prediction, probability: nearly(prediction.probability) }
        : { ...prediction, probabilities: prediction.probabilities.map(nearly) },
    );
    for (const size of [7, 65_536])
      expect(await ask({ ...files, ...options }, input, size)).toEqual(expected);
  });

  test('answers a typed line before the next one is typed', async () => {
    const typed: string[] = [];
    const typing = async function* (): AsyncGenerator<Uint8Array> {
      for (const line of ['a film\n', 'a bad film\n']) {
        typed.push(line);
        yield Buffer.from(line);
      }
    };
    const answers = through(predict, { model, words }, typing());
    const first = await answers.next();
    expect(parse(String(first.value as Uint8Array))).toMatchObject([{ id: 'line/1' }]);
    expect(typed).toEqual(['a film\n']);
    await answers.return(undefined);
  });

  test('ends its input when its output is closed', async () => {
    let ended = false;
    const typing = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('a film\n');
      } finally {
        ended = true;
      }
    };
    const answers = through(predict, { model, words }, typing());
    await answers.next();
    await answers.return(undefined);
    expect(ended).toBe(true);
  });

  test('makes nothing of nothing', async () => {
    expect(await ask({ model }, '')).toEqual([]);
  });

  test('asks for the word index where the input is text', async () => {
    await expect(ask({ model }, 'a film\n')).rejects.toMatchObject({
      code: 'USAGE',
      where: { field: 'words' },
      hint: expect.stringContaining('--words') as string,
    });
  });

  test.each(['dense', 'tf-idf'] as const)(
    'asks for vectors where the model does not tell how to make them: %s',
    async (encoding) => {
      const file = join(folder, 'other.safetensors');
      writeFileSync(file, writeModel({ ...(await readModel(chunked(readFileSync(model)))), encoding }));
      const refusal = {
        code: 'USAGE',
        where: { field: 'model' },
        hint: expect.stringContaining('vectors') as string,
      };
      await expect(ask({ model: file, words }, 'a film\n')).rejects.toMatchObject(refusal);
      const review = '{"id":"test/7","split":"test","label":0,"tokens":[3,4]}\n';
      await expect(ask({ model: file }, review)).rejects.toMatchObject(refusal);
      const vectors = readFileSync(path('vectors', 'input.arrows'));
      await expect(ask({ model: file }, vectors)).rejects.toMatchObject({ code: 'BAD_VALUE' });
    },
  );

  test.each(['count', 'tf-idf'] as const)(
    'encodes reviews as the model’s vectors were: %s',
    async (encoding) => {
      const file = join(folder, 'other.safetensors');
      const reviews = readFileSync(path('reviews', 'input.ndjson'));
      const vectors = await collect(
        through(
          vectorize,
          { dimension: 16, encoding },
          chunked(Buffer.from(String(reviews).replaceAll('"test"', '"train"'))),
        ),
      );
      const bytes = Buffer.concat(vectors);
      const [{ idf }] = (await collect(readVectors(chunked(bytes)))) as [VectorBatch];
      const given = await readModel(chunked(readFileSync(model)));
      writeFileSync(file, writeModel({ ...given, encoding, ...(idf && { idf }) }));
      const probabilities = (predicted: Prediction[]) => predicted.map(({ probability }) => probability);
      const ofVectors = probabilities(await ask({ model: file }, bytes));
      expect(probabilities(await ask({ model: file }, reviews))).toEqual(ofVectors);
      expect(ofVectors).not.toEqual(probabilities(await ask({ model }, reviews)));
    },
  );

  test('names the review with a word number that the model does not know', async () => {
    const review = '{"id":"test/7","split":"test","label":0,"tokens":[3,16,4]}\n';
    await expect(ask({ model }, review)).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      message: 'word number 16 is not below the dimension, 16',
      where: { record: 'test/7' },
    });
  });

  test('refuses a word index that is none, naming its file', async () => {
    const file = join(folder, 'words.json');
    writeFileSync(file, '{"film": "one"}');
    await expect(ask({ model, words: file }, 'a film\n')).rejects.toMatchObject({ where: { file } });
  });

  test('refuses an Arrow stream that is cut short', async () => {
    const vectors = readFileSync(path('vectors', 'input.arrows'));
    await expect(ask({ model }, vectors.subarray(0, vectors.length - 9))).rejects.toMatchObject({
      code: 'TRUNCATED',
    });
  });

  test('gives the same for a line of text alone and among others', async () => {
    const alone = await textOf(through(predict, { model, words }, streamOf(Buffer.from('bad plot'))));
    const among = await textOf(
      through(predict, { model, words }, streamOf(Buffer.from('bad plot\nthe film\n'))),
    );
    expect(among.startsWith(alone)).toBe(true);
  });
});
