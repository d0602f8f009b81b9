import fc from 'fast-check';
import { expect, test } from 'vitest';
import { predictions, type Prediction } from '../../src/formats/predictions.ts';
import { collect, streamOf } from '../streams.ts';

test('predictions are a line each, with the shortest number that is the same float32, and a chunk a batch', async () => {
  const known = { id: 'test/0', split: 'test', label: 0, probability: Math.fround(0.93) } as const;
  const chunks = await collect(
    predictions.write(streamOf([known, { id: 'line/1', probability: Math.fround(1 / 3) }], [], [known])),
  );
  expect(chunks.map(String)).toEqual([
    '{"id":"test/0","split":"test","label":0,"probability":0.93}\n{"id":"line/1","probability":0.33333334}\n',
    '{"id":"test/0","split":"test","label":0,"probability":0.93}\n',
  ]);
});

test('several outputs are all told, and the label that they say', async () => {
  const probabilities = [0.1, 0.7, 0.2].map(Math.fround);
  const [chunk] = await collect(
    predictions.write(streamOf([{ id: 'test/0', split: 'test', label: 2, probabilities, prediction: 1 }])),
  );
  expect(String(chunk)).toBe(
    '{"id":"test/0","split":"test","label":2,"probabilities":[0.1,0.7,0.2],"prediction":1}\n',
  );
});

test('a batch of predictions has a row for each', () => {
  const prediction = { id: 'line/1', probability: 0.5 };
  expect(predictions.rows!([prediction, prediction])).toBe(2);
});

test('predictions come back as they were, to the last bit', async () => {
  const probability = fc.float({ noNaN: true, min: 0, max: 1 }).map((float32) => float32 + 0);
  const anyPrediction: fc.Arbitrary<Prediction> = fc.oneof(
    fc.record({ id: fc.string(), probability }),
    fc.record({
      id: fc.string(),
      label: fc.nat(65_535),
      probabilities: fc.array(probability, { minLength: 2 }),
      prediction: fc.nat(4095),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyPrediction), async (batch) => {
      const back = (await collect(predictions.read(predictions.write(streamOf(batch))))).flat();
      const float32 = back.map((one) =>
        one.probabilities === undefined
          ? { ...one, probability: Math.fround(one.probability) }
          : { ...one, probabilities: one.probabilities.map(Math.fround) },
      );
      expect(float32).toEqual(batch);
    }),
  );
});

test('a prediction is written with no more digits than it needs', async () => {
  const anyFloat = fc
    .tuple(fc.float({ min: Math.fround(0.1), max: 1, noNaN: true }), fc.integer({ min: -12, max: 6 }))
    .map(([fraction, exponent]) => Math.fround(fraction * 10 ** exponent));
  await fc.assert(
    fc.asyncProperty(anyFloat, fc.boolean(), async (size, negative) => {
      const probability = negative ? -size : size;
      const [chunk] = await collect(predictions.write(streamOf([{ id: 'a', probability }])));
      const [, written] = /"probability":(.*)}/.exec(String(chunk))!;
      expect(Math.fround(Number(written))).toBe(probability);
      const [digits] = Number(written).toExponential().replace(/[-.]/g, '').split('e');
      if (digits!.length > 1) {
        const shorter = Number(probability.toPrecision(digits!.length - 1));
        expect(Math.fround(shorter)).not.toBe(probability);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a line that is no prediction is named', async () => {
  const read = (line: string) => collect(predictions.read(streamOf(Buffer.from(line))));
  await expect(read('{"id":"a","probability":1}\n{"id":"a"}')).rejects.toMatchObject({
    code: 'MISSING_FIELD',
    where: { line: 2, field: 'probability' },
  });
  await expect(read('{"id":"a","probabilities":[0.5,"0.5"],"prediction":1}')).rejects.toMatchObject({
    where: { line: 1, field: 'probabilities' },
  });
  await expect(read('{"id":"a","probabilities":[0.5,0.5]}')).rejects.toMatchObject({
    where: { line: 1, field: 'prediction' },
  });
  await expect(read('null')).rejects.toMatchObject({ code: 'MISSING_FIELD', where: { field: 'id' } });
});
