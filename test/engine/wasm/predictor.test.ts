import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { initializeLayers } from '../../../src/engine/initialize.ts';
import { activateRows } from '../../../src/engine/outputs.ts';
import type { Rows } from '../../../src/engine/rows.ts';
import { readKernels } from '../../../src/engine/wasm/kernel-file.ts';
import { instantiate } from '../../../src/engine/wasm/module.ts';
import { createPredictor, Predictor } from '../../../src/engine/wasm/predictor.ts';
import { ACTIVATIONS, type Model } from '../../../src/formats/model.ts';
import { ENCODINGS } from '../../../src/formats/vector-batch.ts';
import { asDense, rowsOf, withValues } from '../rows.ts';

let module: WebAssembly.Module;
beforeAll(async () => void (module = await WebAssembly.compile(readKernels())));

const modelOf = (
  dimension: number,
  shapes: Parameters<typeof initializeLayers>[1],
  { seed, encoding }: Pick<Model, 'encoding'> & { seed: number } = { seed: 1, encoding: 'multi-hot' },
): Model => ({
  dimension,
  encoding,
  loss: 'binary_crossentropy',
  layers: initializeLayers(dimension, shapes, { seed }),
});

/** What is in a column of a row. */
const numberAt = ({ encoding }: Model, row: number, column: number): number =>
  encoding === 'multi-hot' ? 1 : Math.fround((((7 * row + 3 * column) % 11) - 4) / 7);

function toRows(model: Model, columns: readonly number[][]): Rows {
  const ones = rowsOf(model.dimension, columns);
  if (model.encoding === 'multi-hot') return ones;
  const rows = {
    ...withValues(ones, (row, column) => numberAt(model, row, column)),
    encoding: model.encoding,
  };
  return model.encoding === 'dense' ? asDense(rows) : rows;
}

/** A model, and the columns that are not zero in each row, up to more rows than are computed at once. */
const anyQuestion = fc
  .record({
    dimension: fc.constantFrom(1, 7, 65_536, 65_537),
    hidden: fc.array(
      fc.record({ units: fc.constantFrom(1, 3, 4, 16, 37), activation: fc.constantFrom(...ACTIVATIONS) }),
      { maxLength: 2 },
    ),
    activation: fc.constantFrom(...ACTIVATIONS),
    outputs: fc.constantFrom(1, 2, 5),
    seed: fc.nat(1000),
    encoding: fc.constantFrom(...ENCODINGS.filter((encoding) => encoding !== 'tokens')),
    repeats: fc.constantFrom(1, 100),
  })
  // Many wide dense rows take long.
  .filter(({ dimension, encoding, repeats }) => encoding !== 'dense' || dimension < 100 || repeats === 1)
  .chain(({ dimension, hidden, activation, outputs, seed, encoding, repeats }) =>
    fc.record({
      model: fc.constant(modelOf(dimension, [...hidden, { units: outputs, activation }], { seed, encoding })),
      columns: fc
        .array(fc.uniqueArray(fc.nat(dimension - 1), { maxLength: 9 }), { minLength: 1, maxLength: 6 })
        .map((rows) => Array.from({ length: repeats }, () => rows).flat()),
    }),
  );

/** What the model gives for one row, in plain numbers. */
function predictPlainly({ layers }: Model, numbers: [column: number, value: number][]): number[] {
  const outputOf = (
    { units, activation, kernel, bias }: Model['layers'][number],
    input: [number, number][],
  ) =>
    activateRows(
      activation,
      Float64Array.from(bias, (start, unit) =>
        input.reduce((sum, [from, value]) => sum + value * kernel[from * units + unit]!, start),
      ),
      units,
    );
  let input = numbers;
  for (const layer of layers) input = [...outputOf(layer, input).entries()];
  return input.map(([, output]) => output);
}

/** The rows from `begin` on, to before `end`. */
function rowsFrom(rows: Rows, begin: number, end: number): Rows {
  const offsets = rows.offsets.subarray(begin, end + 1);
  const [first, last] = [offsets[0]!, offsets.at(-1)!];
  return {
    ...rows,
    offsets: offsets.map((offset) => offset - first),
    indices: rows.encoding === 'dense' ? rows.indices : rows.indices.subarray(first, last),
    ...(rows.values && { values: rows.values.subarray(first, last) }),
  };
}

describe('a predictor', () => {
  test('gives what plain float64 arithmetic gives, rounded once', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuestion, async ({ model, columns }) => {
        const predictor = await createPredictor(readKernels(), model);
        const predictions = predictor.predict(toRows(model, columns));
        const expected = columns.flatMap((own, row) =>
          predictPlainly(
            model,
            own.map((column) => [column, numberAt(model, row, column)]),
          ),
        );
        expect(predictions).toHaveLength(expected.length);
        for (const [i, plain] of expected.entries()) {
          // Half a unit in the last place of a float32, and what two exponentials in float64 differ by.
          expect(Math.abs(predictions[i]! - plain)).toBeLessThanOrEqual(Math.abs(plain) * 2 ** -24 + 1e-15);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('gives the same for a row, whatever comes before and after it', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuestion, fc.nat(), async ({ model, columns }, at) => {
        const predictor = await createPredictor(readKernels(), model);
        const cut = at % columns.length;
        const rows = toRows(model, columns);
        const together = predictor.predict(rows);
        const apart = [
          rowsFrom(rows, 0, cut),
          rowsFrom(rows, cut, cut),
          rowsFrom(rows, cut, columns.length),
        ].flatMap((part) => [...predictor.predict(part)]);
        expect(apart).toEqual([...together]);
      }),
      { numRuns: 30 },
    );
  });

  test('loses nothing of a sum that float32 would round away', async () => {
    const kernel = Float32Array.of(1e8, 1, -1e8);
    const layers = [{ units: 1, activation: 'linear', kernel, bias: Float32Array.of(0.5) }] as const;
    const model: Model = { dimension: 3, encoding: 'multi-hot', loss: 'mean_squared_error', layers };
    const predictor = await createPredictor(readKernels(), model);
    expect([...predictor.predict(rowsOf(3, [[0, 1, 2], [0, 2], []]))]).toEqual([1.5, 0.5, 0.5]);
  });

  test('overflows in no softmax', async () => {
    const kernel = Float32Array.of(1e30, 0, -1e30);
    const layers = [{ units: 3, activation: 'softmax', kernel, bias: new Float32Array(3) }] as const;
    const model: Model = { dimension: 1, encoding: 'multi-hot', loss: 'categorical_crossentropy', layers };
    const predictor = await createPredictor(readKernels(), model);
    expect([...predictor.predict(rowsOf(1, [[0]]))]).toEqual([1, 0, 0]);
  });

  test('tells of weights that are no numbers by what it gives', async () => {
    const layers = [
      { units: 1, activation: 'relu', kernel: Float32Array.of(NaN), bias: Float32Array.of(0) },
      { units: 1, activation: 'sigmoid', kernel: Float32Array.of(1), bias: Float32Array.of(0) },
    ] as const;
    const model: Model = { dimension: 1, encoding: 'multi-hot', loss: 'binary_crossentropy', layers };
    const predictor = await createPredictor(readKernels(), model);
    expect([...predictor.predict(rowsOf(1, [[0]]))]).toEqual([NaN]);
  });

  test('takes no more memory for many batches than for the largest', () => {
    const kernels = instantiate(module);
    const predictor = new Predictor(kernels, modelOf(1000, [{ units: 1, activation: 'sigmoid' }]));
    const all = Array.from({ length: 1000 }, (_, column) => column);
    const large = rowsOf(
      1000,
      Array.from({ length: 30 }, () => all),
    );
    predictor.predict(large);
    const { byteLength } = kernels.memory.buffer;
    for (let i = 0; i < 100; i++) predictor.predict(large);
    expect(kernels.memory.buffer.byteLength).toBe(byteLength);
  });

  test('refuses rows of another dimension or encoding than the model’s', () => {
    const predictor = new Predictor(instantiate(module), modelOf(4, [{ units: 1, activation: 'sigmoid' }]));
    expect(() => predictor.predict(rowsOf(5, [[4]]))).toThrow(/dimension 5/);
    expect(() => predictor.predict(asDense(rowsOf(4, [[3]])))).toThrow(/dimension 4 \(dense\)/);
  });
});
