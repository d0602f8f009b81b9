import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { StageError } from '../src/error.ts';
import { lines } from '../src/formats/lines.ts';
import { integer, text } from '../src/options.ts';
import { defineStage } from '../src/stage.ts';
import { decode } from '../src/stages/decode.ts';
import { download } from '../src/stages/download.ts';
import { vectorize } from '../src/stages/vectorize.ts';
import { sample } from './cli/shell.ts';
import { collect, streamOf } from './streams.ts';

/** Says how often it was asked to, and repeats. */
const repeat = defineStage({
  summary: 'repeats',
  example: '',
  reads: lines('words'),
  writes: lines('words'),
  options: { times: v.optional(integer(1, 'how often'), 2), sep: v.optional(text('between'), '') },
  run: async function* (words, { times, sep }, context) {
    for await (const word of words) {
      context.say(word);
      yield Array.from({ length: times }, () => word).join(sep);
    }
  },
});

describe('a stage as a function', () => {
  test('takes items in any order of things, and gives items', async () => {
    expect(await collect(repeat(['a', 'b']))).toEqual(['aa', 'bb']);
    expect(await collect(repeat(streamOf('a'), { times: 3, sep: '-' }))).toEqual(['a-a-a']);
    expect(await collect(repeat(repeat(['a'])))).toEqual(['aaaa']);
  });

  test('is silent, unless somebody listens', async () => {
    const said: string[] = [];
    await collect(repeat(['a', 'b'], {}, { say: (line) => void said.push(line) }));
    expect(said).toEqual(['a', 'b']);
  });

  test('ends with the reason that it was aborted for', async () => {
    const aborted = new AbortController();
    const output = repeat(['a', 'b', 'c'], {}, { signal: aborted.signal });
    expect(await output.next()).toEqual({ done: false, value: 'aa' });
    aborted.abort(new Error('enough'));
    await expect(output.next()).rejects.toThrow('enough');
    await expect(repeat(['a'], {}, { signal: aborted.signal }).next()).rejects.toThrow('enough');
  });

  test('lets go of its input when nobody wants more', async () => {
    let closed = false;
    const input = (async function* () {
      try {
        yield 'a';
        yield 'b';
      } finally {
        closed = true;
      }
    })();
    for await (const _ of repeat(input)) break;
    expect(closed).toBe(true);
  });

  test.each([
    [{ times: 0 }, '"times" is 0: expected a whole number of at least 1', undefined],
    [{ times: '2' }, '"times" is "2": expected a whole number', undefined],
    [{ tims: 2 }, 'no option "tims"', 'did you mean times?'],
  ])('refuses options %j at once', (options, message, hint) => {
    const call = () => repeat([], options as object);
    expect(call).toThrow(StageError);
    expect(call).toThrow(expect.objectContaining({ code: 'USAGE', message, hint }));
  });

  test('asks for an option that it needs', () => {
    const call = () => download([], {} as Parameters<typeof download>[1]);
    expect(call).toThrow(expect.objectContaining({ message: 'the option "url" is needed' }));
  });
});

test('stages follow each other without bytes between them, and with them to the same end', async () => {
  const npz = () => createReadStream(join(sample, 'imdb.npz'));
  const direct = await collect(vectorize(decode(npz(), { words: 500 }), { dimension: 500 }));
  const reviews = decode.writes.write(decode(npz(), { words: 500 }));
  const vectors = vectorize.writes.write(vectorize(vectorize.reads.read(reviews), { dimension: 500 }));
  expect(await collect(vectorize.writes.read(vectors))).toEqual(direct);
});
