import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as v from 'valibot';
import { COMMAND_STEP } from '../../../pipeline/yaml/grammar.ts';
import { placeOf, tidy } from '../../../pipeline/yaml/working-folder.ts';

const path = fc
  .array(fc.constantFrom('a', 'b.c', '.', '..', '...', '', '-', '\n', 'é'), { maxLength: 5 })
  .map((parts) => parts.join('/'));
const inFolder = (place: string): boolean => posix.join('/work', place).startsWith('/work/');

test('where an experiment says that something lies is in the working folder', () => {
  fc.assert(
    fc.property(path, (written) => {
      fc.pre(v.is(COMMAND_STEP.outputs, { name: written }));
      expect(inFolder(written)).toBe(true);
      expect(posix.join('/work', tidy(written))).toBe(posix.join('/work', written).replace(/\/$/, ''));
    }),
  );
});

test('a path anywhere has a place in the working folder, unless it has no name', () => {
  fc.assert(
    fc.property(path, (written) => {
      const place = placeOf(written);
      if (!['', '.', '..'].includes(place)) expect(inFolder(place)).toBe(true);
    }),
  );
});
