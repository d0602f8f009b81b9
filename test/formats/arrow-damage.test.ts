import { inspect, isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../src/error.ts';
import { readVectors } from '../../src/formats/arrow.ts';
import { writeVectors } from '../../src/formats/arrow-writer.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { decode, encode, failure, SMALL, STREAMS } from './arrow-streams.ts';

describe('damage', () => {
  const streams = Object.entries(STREAMS);

  test.each(streams)('a stream cut anywhere is TRUNCATED, between two batches too: %s', async (_, stream) => {
    const bytes = await encode(stream);
    for (let length = 0; length < bytes.length; length++) {
      const error = await failure(bytes.subarray(0, length));
      expect([length, error.code, error.where.byte]).toEqual([length, 'TRUNCATED', length]);
    }
  });

  test.each(streams)('a flipped bit in any byte is an error, or changes nothing: %s', async (_, stream) => {
    const bytes = await encode(stream);
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [1 << (at % 8), 0xff]) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= mask;
        const result = await decode(damaged).catch((error: unknown) => error);
        const isRight = result instanceof StageError || isDeepStrictEqual(result, stream);
        if (!isRight) expect.fail(`byte ${at} changed by ${mask} gave ${inspect(result, { depth: 4 })}`);
      }
    }
  });

  test('a batch that is missing or in another place is CORRUPT', async () => {
    const pieces = await collect(writeVectors(streamOf(...SMALL, ...SMALL)));
    expect(pieces).toHaveLength(5);
    const without = Buffer.concat(pieces.filter((_, piece) => piece !== 1));
    expect(await failure(without)).toMatchObject({ code: 'CORRUPT', where: { byte: pieces[0]!.length } });
    const swapped = [0, 2, 1, 3, 4].map((piece) => pieces[piece]!);
    expect(await failure(Buffer.concat(swapped))).toMatchObject({
      code: 'CORRUPT',
      where: { byte: pieces[0]!.length },
    });
  });

  test('two streams joined are CORRUPT at the byte where the second starts', async () => {
    const bytes = await encode(SMALL);
    expect(await failure(Buffer.concat([bytes, bytes]))).toMatchObject({
      code: 'CORRUPT',
      where: { byte: bytes.length },
    });
  });

  test('any bytes at all are an error of ours', async () => {
    const start = (await encode(SMALL)).subarray(0, 8);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 400 }), async (likely, garbage) => {
        const error = await failure(likely ? Buffer.concat([start, garbage]) : garbage);
        expect(['CORRUPT', 'TRUNCATED', 'UNSUPPORTED', 'MISSING_FIELD', 'BAD_VALUE']).toContain(error.code);
        expect(error.message).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });

  test('text is CORRUPT at byte 0', async () => {
    expect(await failure(Buffer.from('{"id":"train/0"}\n'))).toMatchObject({
      code: 'CORRUPT',
      where: { byte: 0 },
    });
  });

  test('an error of the input itself is passed on, and the input closed', async () => {
    const bytes = await encode(SMALL);
    let closed = false;
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield bytes.subarray(0, 100);
        throw new Error('the disk is gone');
      } finally {
        closed = true;
      }
    }
    await expect(collect(readVectors(failing()))).rejects.toThrow('the disk is gone');
    expect(closed).toBe(true);
  });

  test('a reader that stops early closes its input', async () => {
    const bytes = await encode(SMALL);
    let closed = false;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        yield* chunked(bytes, 64);
      } finally {
        closed = true;
      }
    }
    for await (const batch of readVectors(pieces())) {
      expect(batch).toEqual(SMALL[0]);
      break;
    }
    expect(closed).toBe(true);
  });
});
