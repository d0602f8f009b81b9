import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../pipeline/digest.ts';
import { objectsOf } from '../../../pipeline/store/entry.ts';
import { collectGarbage } from '../../../pipeline/store/gc.ts';
import { bytesOf, takeInventory } from '../../../pipeline/store/inventory.ts';
import type { Key } from '../../../pipeline/key.ts';
import { ourselves } from '../../../pipeline/store/owner.ts';
import { planRemoval, type Criteria } from '../../../pipeline/store/removal.ts';
import { lastKeys, listRecords } from '../../../pipeline/store/run-records.ts';
import { temporaryFolder } from '../../folder.ts';
import { fill, storeIn, type Contents } from './filled.ts';

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));
const none: Criteria = { keep: new Set(), keepRecords: new Set() };

function collect(folder: string, criteria: Partial<Criteria> = {}) {
  const removal = planRemoval(folder, { ...none, ...criteria });
  collectGarbage(folder, removal);
  return removal;
}

const keysIn = (folder: string): string[] =>
  readdirSync(join(folder, 'entries')).map((name) => name.slice(0, -5));
const objectsIn = (folder: string): string[] => [...takeInventory(folder).objects.keys()].toSorted();

/** Three entries, used one day after the other, of which the last two share an object; and an object of nobody. */
function example() {
  const folder = temporaryFolder();
  const [old, middle, young] = [
    fill(folder, { step: 'old', contents: { out: 'only of the old one' }, used: day(1) }),
    fill(folder, { step: 'middle', contents: { out: 'shared', other: 'of the middle one' }, used: day(2) }),
    fill(folder, { step: 'young', contents: { out: 'shared' }, used: day(3) }),
  ] as const;
  const stray = fill(folder, { step: 'stray', contents: { out: 'of nobody' } });
  rmSync(stray.path);
  return { folder, old, middle, young };
}

describe('without criteria', () => {
  test('what no entry needs goes, and nothing else', () => {
    const { folder, old, middle, young } = example();
    const { entries, objects, left } = collect(folder);
    expect([entries.length, objects.length, left]).toEqual([0, 1, { entries: 3, bytes: 42 }]);
    expect(keysIn(folder).toSorted()).toEqual([old.key, middle.key, young.key].toSorted());
    expect(objectsIn(folder)).toEqual(
      ['only of the old one', 'shared', 'of the middle one'].map(digestOf).toSorted(),
    );
  });

  test('an entry that is damaged or lacks an object goes, with what only it needed', () => {
    const { folder, old, middle, young } = example();
    rmSync(storeIn(folder).objectPath(digestOf('of the middle one')));
    writeFileSync(old.path, '{}');
    const { entries, damaged } = collect(folder);
    expect(entries.map(({ entry, why }) => [entry.key, why])).toEqual([[middle.key, 'incomplete']]);
    expect(damaged).toEqual([old.path]);
    expect(keysIn(folder)).toEqual([young.key]);
    expect(objectsIn(folder)).toEqual([digestOf('shared')]);
  });

  test('litter, empty folders, digests of files that are gone and old parsed experiments go', () => {
    const { folder } = example();
    const dead = `${ourselves.split('~')[0]}~4194305~1`;
    for (const name of [`tmp/${dead}~x`, 'locks', 'parsed'])
      mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'locks', 'a'.repeat(64)), dead);
    const here = join(folder, 'entries');
    writeFileSync(join(folder, 'digests.json'), JSON.stringify({ [here]: 1, '/not/there': 2 }));
    for (const name of ['new', 'old']) writeFileSync(join(folder, 'parsed', name), '{}');
    utimesSync(join(folder, 'parsed/old'), day(1), day(1));
    collect(folder);
    for (const name of ['tmp', 'locks']) expect(readdirSync(join(folder, name))).toEqual([]);
    expect(readdirSync(join(folder, 'parsed'))).toEqual(['new']);
    expect(JSON.parse(readFileSync(join(folder, 'digests.json'), 'utf8'))).toEqual({ [here]: 1 });
    const stray = digestOf('of nobody').slice(0, 2);
    expect(existsSync(join(folder, 'objects', stray))).toBe(false);
  });

  test('a store that holds nothing yet stays so', () => {
    expect(collect(temporaryFolder()).left).toEqual({ entries: 0, bytes: 0 });
  });
});

test('what was not of use for long goes', () => {
  const { folder, middle, young } = example();
  expect(collect(folder, { usedBefore: day(2) }).entries).toMatchObject([{ why: 'unused' }]);
  expect(keysIn(folder).toSorted()).toEqual([middle.key, young.key].toSorted());
});

test.each([
  [42, ['old', 'middle', 'young']],
  [41, ['middle', 'young']],
  [22, ['young']],
  [6, ['young']],
  [5, []],
])('at most %i bytes leave the most recently used ones: %j', (maxBytes, left) => {
  const { folder } = example();
  collect(folder, { maxBytes });
  const steps = takeInventory(folder).entries.map(({ entry }) => entry.made.step);
  expect(steps.toSorted()).toEqual(left.toSorted());
});

test('what is to be kept stays, though it is old and large', () => {
  const { folder, old } = example();
  const { left } = collect(folder, { usedBefore: day(9), maxBytes: 0, keep: new Set([old.key]) });
  expect(keysIn(folder)).toEqual([old.key]);
  expect(left.bytes).toBe(19);
});

describe('the records of runs', () => {
  const key = (name: string): Key => digestOf(name) as Key;
  function record(folder: string, name: string, steps: unknown): void {
    mkdirSync(join(folder, 'runs'), { recursive: true });
    writeFileSync(join(folder, 'runs', `${name}.json`), JSON.stringify({ steps }));
  }
  const recorded = (): string => {
    const folder = temporaryFolder();
    record(folder, '2026-01-01T00-00-00.000Z-a', {
      x: { state: 'ran', key: key('x1') },
      y: { state: 'hit', key: key('y1') },
    });
    record(folder, '2026-01-02T00-00-00.000Z-a', { x: { state: 'ran', key: key('x2') } });
    record(folder, '2026-01-03T00-00-00.000Z-a', {
      y: { state: 'failed', key: key('y3') },
      z: { state: 'skipped' },
    });
    record(folder, '2026-01-01T00-00-00.000Z-b-a', { x: { state: 'ran', key: key('other') } });
    writeFileSync(join(folder, 'runs', 'notes.json'), 'not a record');
    return folder;
  };

  test('tell what each step of an experiment had when it last succeeded', () => {
    const records = listRecords(recorded());
    expect(lastKeys(records, 'a')).toEqual(new Set([key('x2'), key('y1')]));
    expect(lastKeys(records, 'b-a')).toEqual(new Set([key('other')]));
    expect(lastKeys(records, 'c')).toEqual(new Set());
  });

  test('a damaged one is passed over', () => {
    const folder = recorded();
    writeFileSync(join(folder, 'runs', '2026-01-04T00-00-00.000Z-a.json'), '{"steps":');
    expect(lastKeys(listRecords(folder), 'a').size).toBe(2);
  });

  test('go when they are old, but each experiment’s last one, and all of those that are to be kept, stay', () => {
    const folder = recorded();
    collect(folder, { usedBefore: day(9), keepRecords: new Set(['b-a']) });
    expect(listRecords(folder).map(({ experiment, started }) => [experiment, started.getUTCDate()])).toEqual([
      ['b-a', 1],
      ['a', 3],
    ]);
    const kept = recorded();
    collect(kept, { usedBefore: day(9), keepRecords: new Set(['a']) });
    expect(listRecords(kept).length).toBe(4);
    collect(kept, { maxBytes: 0 });
    expect(listRecords(kept).length).toBe(4);
  });
});

describe('whatever happens to a store', () => {
  const content = fc.constantFrom('', 'a', 'bb', 'ccc', 'dddd', 'eeeee');
  const contents: fc.Arbitrary<Contents> = fc.dictionary(
    fc.constantFrom('out', 'model', 'history'),
    fc.oneof(content, fc.dictionary(fc.constantFrom('x', 'deep/y'), content)),
  );
  const step = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const index = fc.nat(20);
  const operation = fc.oneof(
    fc.record({ do: fc.constant('commit' as const), step, contents, day: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ do: fc.constant('lose object' as const), index }),
    fc.record({ do: fc.constant('lose entry' as const), index }),
    fc.record({ do: fc.constant('damage entry' as const), index }),
    fc.record({
      do: fc.constant('collect' as const),
      before: fc.option(fc.integer({ min: 1, max: 20 })),
      maxBytes: fc.option(fc.nat(30)),
      keep: fc.uniqueArray(step),
      /** How many removals are done before the process is killed. */
      killed: fc.option(fc.nat(6)),
    }),
  );

  type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
  type Collection = Extract<Operation, { do: 'collect' }>;
  const last: Collection = { do: 'collect', before: null, maxBytes: null, keep: [], killed: null };

  test('a collection leaves whole entries and the objects that they need, and keeps what it is told to', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const folder = temporaryFolder();
        for (const act of [...operations, last]) perform(folder, act);
      }),
      { numRuns: 200 },
    );
  });

  function perform(folder: string, act: Operation): void {
    if (act.do === 'collect') {
      collectAndCheck(folder, act);
    } else if (act.do === 'commit') {
      fill(folder, { step: act.step, contents: act.contents, used: day(act.day) });
    } else {
      const { entries, objects } = takeInventory(folder);
      const paths = act.do === 'lose object' ? [...objects.values()] : entries;
      const path = paths[act.index % Math.max(1, paths.length)]?.path;
      if (path === undefined) return;
      if (act.do === 'damage entry') writeFileSync(path, '{"seconds":1}');
      else rmSync(path);
    }
  }

  const isWhole = (folder: string) => {
    const { entries, objects } = takeInventory(folder);
    return entries.filter(({ entry }) => objectsOf(entry).every((digest) => objects.has(digest)));
  };

  function collectAndCheck(folder: string, { before, maxBytes, keep, killed }: Collection): void {
    const whole = isWhole(folder);
    const steps: readonly string[] = keep;
    const kept = whole.filter(({ entry }) => steps.includes(entry.made.step)).map(({ key }) => key);
    const usedBefore = before === null ? undefined : day(before);
    const criteria = { usedBefore, maxBytes: maxBytes ?? undefined, keep: new Set(kept) };
    const removal = planRemoval(folder, { ...none, ...criteria });
    if (killed !== null) {
      const removed = new Set(inOrder(removal).slice(0, killed));
      for (const path of removed) rmSync(path);
      const left = isWhole(folder).map(({ key }) => key);
      for (const { key, path } of whole) expect(left.includes(key)).toBe(!removed.has(path));
      return;
    }
    collectGarbage(folder, removal);
    const inventory = takeInventory(folder);
    const { entries, objects } = inventory;
    const left = entries.map(({ key }) => key);
    const others = entries.filter(({ key }) => !kept.includes(key));
    const bytes = bytesOf(entries, inventory);
    expect(inventory.damaged).toEqual([]);
    expect(isWhole(folder).length).toBe(entries.length);
    expect(new Set(objects.keys())).toEqual(new Set(entries.flatMap(({ entry }) => objectsOf(entry))));
    expect(left).toEqual(expect.arrayContaining(kept));
    expect(removal.left).toEqual({ entries: left.length, bytes });
    if (usedBefore) expect(others.filter(({ used }) => used < usedBefore)).toEqual([]);
    if (maxBytes !== null && others.length > 0) expect(bytes).toBeLessThanOrEqual(maxBytes);
    if (before === null && maxBytes === null)
      expect(left.toSorted()).toEqual(whole.map(({ key }) => key).toSorted());
  }

  /** The paths in the order in which they are removed. */
  const inOrder = ({ entries, damaged, objects }: ReturnType<typeof planRemoval>): string[] => [
    ...entries.map(({ entry }) => entry.path),
    ...damaged,
    ...objects.map(({ path }) => path),
  ];
});
