import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextChange } from '../../../src/cli/watch/next-change.ts';

/** Waits for a change of files that are found so, one look after the other; gives what was done, and what came of it. */
async function wait(before: object, looks: readonly object[]) {
  const done: string[] = [];
  const left = looks.map((look) => new Map(Object.entries<string>(look as Record<string, string>)));
  const interruption = new AbortController();
  const note = (what: string) => async (): Promise<void> => {
    done.push(what);
    if (left.length === 0) interruption.abort();
  };
  const look = () => left.shift()!;
  const ports = { look, stirred: note('stirred'), pause: note('pause') };
  const start = new Map(Object.entries(before as Record<string, string>));
  return { change: await nextChange(start, ports, interruption.signal), done, left: left.length };
}

test('a change is told when it has stayed for a pause', async () => {
  const { change, done } = await wait({ a: '1', b: '1' }, [
    { a: '1', b: '1' },
    { a: '2', b: '1' },
    { a: '2', b: '1' },
  ]);
  expect(change).toEqual({ files: ['a'], now: new Map(Object.entries({ a: '2', b: '1' })) });
  expect(done).toEqual(['stirred', 'pause', 'pause']);
});

test('what changed before the first look needs nothing that stirs', async () => {
  const { change, done } = await wait({ a: '1' }, [{ a: '2' }, { a: '2' }]);
  expect(change?.files).toEqual(['a']);
  expect(done).toEqual(['pause']);
});

test('many that change one after the other, and one that is removed and made again, are one change', async () => {
  const { change } = await wait({ a: '1', b: '1' }, [
    { a: '2', b: '1' },
    { b: '1' },
    { a: '3', b: '2' },
    { a: '3', b: '3', c: '1' },
    { a: '3', b: '3', c: '1' },
  ]);
  expect(change?.files).toEqual(['a', 'b', 'c']);
});

test('what is as it was again is no change', async () => {
  const { change, done } = await wait({ a: '1' }, [{ a: '2' }, { a: '1' }, { a: '1' }]);
  expect(change).toBeUndefined();
  expect(done).toEqual(['pause', 'stirred', 'pause', 'stirred', 'pause']);
});

test('whatever is found, a change is told at the second of the first two looks that agree and are not as before', () => {
  const state = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'), {
    noNullPrototype: true,
  });
  return fc.assert(
    fc.asyncProperty(state, fc.array(state, { minLength: 1 }), async (before, looks) => {
      const at = looks.findIndex(
        (look, i) => i > 0 && isDeepStrictEqual(look, looks[i - 1]) && !isDeepStrictEqual(look, before),
      );
      const { change, left } = await wait(before, looks);
      if (at < 0) expect(change).toBeUndefined();
      else expect(change?.now).toEqual(new Map(Object.entries(looks[at]!)));
      expect(left).toBe(at < 0 ? 0 : looks.length - at - 1);
    }),
  );
});
