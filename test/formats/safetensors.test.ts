import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../src/error.ts';
import { ACTIVATIONS, LOSSES, type DenseLayer, type Model } from '../../src/formats/model.ts';
import { readModel, writeModel } from '../../src/formats/safetensors.ts';
import { ENCODINGS } from '../../src/formats/vector-batch.ts';
import { decodeTensorFile, encodeTensorFile } from '../../src/formats/tensor-file.ts';
import { chunked } from '../streams.ts';

/** Any model of up to three layers; weights are any float32, NaN and infinities among them. */
const anyModel = fc
  .record({
    loss: fc.constantFrom(...LOSSES),
    inputs: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
    outputs: fc.integer({ min: 1, max: 4 }),
    activations: fc.array(fc.constantFrom(...ACTIVATIONS), { minLength: 3, maxLength: 3 }),
    encoding: fc.constantFrom(...ENCODINGS),
    hasIdf: fc.boolean(),
  })
  .filter(
    ({ loss, inputs, outputs, activations }) =>
      outputs > 1 || (loss !== 'categorical_crossentropy' && activations[inputs.length - 1] !== 'softmax'),
  )
  .chain(({ loss, inputs, outputs, activations, encoding, hasIdf }) =>
    fc
      .tuple(
        floats(inputs[0]!),
        ...inputs.map((width, i) => anyLayer(width, inputs[i + 1] ?? outputs, activations[i]!)),
      )
      .map(([idf, ...layers]): Model => {
        const about = { dimension: inputs[0]!, encoding, loss, layers };
        return encoding === 'tf-idf' && hasIdf ? { ...about, idf } : about;
      }),
  );

const anyLayer = (inputs: number, units: number, activation: DenseLayer['activation']) =>
  fc.record({
    units: fc.constant(units),
    activation: fc.constant(activation),
    kernel: floats(inputs * units),
    bias: floats(units),
  });

const floats = (length: number) => fc.float32Array({ minLength: length, maxLength: length });

const small: Model = {
  dimension: 3,
  encoding: 'multi-hot',
  loss: 'binary_crossentropy',
  layers: [
    {
      units: 2,
      activation: 'relu',
      kernel: Float32Array.of(0.1, -0.2, 0.3, 0.4, 0.5, -6),
      bias: Float32Array.of(0, 1),
    },
    { units: 1, activation: 'sigmoid', kernel: Float32Array.of(1.5, -2), bias: Float32Array.of(0.25) },
  ],
};

const read = (bytes: Uint8Array) => readModel(chunked(bytes));

/** The small model's file, its header changed by `change`. */
function edited(change: (header: Record<string, any>) => void): Uint8Array {
  const bytes = writeModel(small);
  const { metadata, tensors, data } = decodeTensorFile(bytes);
  const end = bytes.length - data.length;
  const header = JSON.parse(Buffer.from(bytes.subarray(8, end)).toString()) as Record<string, unknown>;
  expect(Object.keys(header)).toHaveLength(tensors.length + (metadata ? 1 : 0));
  change(header);
  return withHeader(JSON.stringify(header), data);
}

function withHeader(json: string, data: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([prefix, Buffer.from(json), data]);
}

describe('a model as safetensors', () => {
  test('comes back as it was, to the last bit of its weights, in whatever chunks it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, fc.integer({ min: 1, max: 64 }), async (model, size) => {
        const bytes = writeModel(model);
        const back = await readModel(chunked(bytes, size));
        expect(back).toEqual(model);
        expect(Buffer.from(writeModel(back)).equals(bytes)).toBe(true);
      }),
    );
  });

  test('is these bytes', () => {
    const bytes = Buffer.from(writeModel(small));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = bytes.toString('utf8', 8, 8 + length);
    const digest = createHash('sha256')
      .update(bytes.subarray(8 + length))
      .digest('hex');
    expect(length % 8).toBe(0);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"dimension":"3","encoding":"multi-hot","format":"sluice-model","loss":"binary_crossentropy",' +
        `"sha256":"${digest}",` +
        String.raw`"topology":"[{\"activation\":\"relu\",\"units\":2},{\"activation\":\"sigmoid\",\"units\":1}]","version":"1"},` +
        '"dense/kernel":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"dense/bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},' +
        '"dense_1/kernel":{"dtype":"F32","shape":[2,1],"data_offsets":[32,40]},"dense_1/bias":{"dtype":"F32","shape":[1],"data_offsets":[40,44]}}',
    );
    expect(bytes.length).toBe(8 + length + 44);
    expect(bytes.readFloatLE(8 + length + 4)).toBeCloseTo(-0.2, 7);
    expect(bytes.readFloatLE(8 + length + 40)).toBe(0.25);
  });

  test('is refused when cut at any byte', async () => {
    const bytes = writeModel(small);
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(bytes.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({
        code: 'TRUNCATED',
        where: { byte: length },
      });
    }
  });

  test('is refused when any bit of it is flipped', async () => {
    const bytes = writeModel(small);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await expect(read(damaged), `bit ${bit}`).rejects.toThrow(StageError);
    }
  });

  test('is refused, with a StageError and nothing else, when it is arbitrary bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, framed) => {
        const file = framed ? withHeader('{"a":1}', bytes) : bytes;
        await expect(read(file)).rejects.toThrow(StageError);
      }),
    );
  });

  test('may have its tensors described in another order, as other writers do', async () => {
    const file = edited((header) => {
      const entries = Object.entries(header).toReversed();
      for (const name of Object.keys(header)) delete header[name];
      Object.assign(header, Object.fromEntries(entries));
    });
    expect(await read(file)).toEqual(small);
  });

  test.each<[string, string, (header: Record<string, any>) => void, RegExp]>([
    [
      'a later version',
      'UNSUPPORTED',
      (h) => (h.__metadata__.version = '2'),
      /version "2".* reads version 1/,
    ],
    ['somebody else’s model', 'UNSUPPORTED', (h) => (h.__metadata__ = { format: 'pt' }), /format "pt"/],
    ['no metadata', 'UNSUPPORTED', (h) => delete h.__metadata__, /format none/],
    ['metadata that is not text', 'CORRUPT', (h) => (h.__metadata__.dimension = 3), /texts by name/],
    ['an unknown encoding', 'UNSUPPORTED', (h) => (h.__metadata__.encoding = 'one-hot'), /"one-hot"/],
    ['an unknown loss', 'UNSUPPORTED', (h) => (h.__metadata__.loss = 'hinge'), /"hinge"/],
    [
      'an unknown activation',
      'UNSUPPORTED',
      (h) => (h.__metadata__.topology = '[{"activation":"gelu","units":2}]'),
      /dense has activation "gelu"/,
    ],
    ['no topology', 'CORRUPT', (h) => delete h.__metadata__.topology, /topology/],
    ['no layer', 'CORRUPT', (h) => (h.__metadata__.topology = '[]'), /not a list of layers/],
    ['a layer that is null', 'UNSUPPORTED', (h) => (h.__metadata__.topology = '[null]'), /activation none/],
    [
      'another dimension',
      'CORRUPT',
      (h) => (h.__metadata__.dimension = '4'),
      /"dense\/kernel" has shape \[3, 2\], its layer needs \[4, 2\]/,
    ],
    ['a missing digest', 'CORRUPT', (h) => delete h.__metadata__.sha256, /sha256/],
    ['half floats', 'UNSUPPORTED', (h) => (h['dense/bias'].dtype = 'F16'), /F16/],
    ['a negative offset', 'CORRUPT', (h) => (h['dense/bias'].data_offsets = [-8, 0]), /not described/],
    ['a gap', 'CORRUPT', (h) => (h['dense/bias'].data_offsets = [28, 36]), /24 to 32/],
    ['an overlap', 'CORRUPT', (h) => (h['dense/bias'].data_offsets = [20, 28]), /dense\/bias/],
    ['a shape that its bytes do not fill', 'CORRUPT', (h) => (h['dense/bias'].shape = [3]), /dense\/bias/],
    [
      'a renamed tensor',
      'CORRUPT',
      (h) => {
        h.bias = h['dense/bias'];
        delete h['dense/bias'];
      },
      /"dense\/bias" is missing/,
    ],
    [
      'a softmax of one unit',
      'UNSUPPORTED',
      (h) => (h.__metadata__.topology = h.__metadata__.topology.replace('sigmoid', 'softmax')),
      /the last layer has one unit, softmax and the loss binary_crossentropy/,
    ],
    [
      'one unit for several classes',
      'UNSUPPORTED',
      (h) => (h.__metadata__.loss = 'categorical_crossentropy'),
      /the last layer has one unit/,
    ],
    [
      'a tensor of no layer',
      'CORRUPT',
      (h) => (h.mask = { dtype: 'F32', shape: [0], data_offsets: [44, 44] }),
      /"mask" belongs to no layer/,
    ],
  ])('is refused with %s', async (_, code, change, message) => {
    await expect(read(edited(change))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test('has idf as its last tensor, which only tf-idf may have, and one number of for each column', async () => {
    const idf = Float32Array.of(0.5, 1, 2);
    const { tensors } = decodeTensorFile(writeModel({ ...small, encoding: 'tf-idf', idf }));
    expect(tensors.at(-1)).toEqual({ name: 'idf', shape: [3], values: idf });
    const refused = async (model: Model) =>
      expect(read(writeModel(model))).rejects.toMatchObject({ code: 'CORRUPT' });
    await refused({ ...small, idf });
    await refused({ ...small, encoding: 'tf-idf', idf: idf.subarray(1) });
  });

  test('is refused when bytes follow it', async () => {
    const bytes = writeModel(small);
    await expect(read(Buffer.concat([bytes, Buffer.of(0)]))).rejects.toMatchObject({
      code: 'CORRUPT',
      where: { byte: bytes.length },
    });
  });

  test('is refused before its header is read when that says it is longer than 100 MB', async () => {
    const arrow = Buffer.from('ffffffff10000000', 'hex');
    await expect(read(arrow)).rejects.toMatchObject({ code: 'CORRUPT', where: { byte: 0 } });
  });
});

describe('a safetensors file', () => {
  test('keeps metadata and tensors of any names and shapes', () => {
    const anyTensor = fc
      .record({ name: fc.string(), shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }) })
      .filter(({ name }) => name !== '__metadata__' && name !== '__proto__' && !/^\d+$/.test(name))
      .chain(({ name, shape }) =>
        floats(shape.reduce((product, length) => product * length, 1)).map((values) => ({
          name,
          shape,
          values,
        })),
      );
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.string(),
          { noNullPrototype: true },
        ),
        fc.uniqueArray(anyTensor, { selector: ({ name }) => name, maxLength: 5 }),
        (metadata, tensors) => {
          const back = decodeTensorFile(encodeTensorFile({ metadata, tensors }));
          expect({ metadata: back.metadata, tensors: back.tensors }).toEqual({ metadata, tensors });
        },
      ),
    );
  });
});

test('a stream that begins like no model is refused without reading it to its end', async () => {
  const endless = (async function* () {
    yield Buffer.from([0, 0, 0]);
    for (let i = 0; i < 1_000; i++) yield Buffer.alloc(65_536);
    throw new Error('it was read on');
  })();
  await expect(readModel(endless)).rejects.toMatchObject({ code: 'CORRUPT', where: { byte: 8 } });
});
