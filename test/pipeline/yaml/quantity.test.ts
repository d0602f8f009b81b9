import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { duration, memory } from '../../../pipeline/yaml/quantity.ts';

const seconds = (text: unknown) => v.parse(duration(''), text);
const bytes = (text: unknown) => v.parse(memory(''), text);

/** A number as a person writes it, up to three digits behind the point. */
const decimal = fc
  .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 999 }))
  .map(([whole, thousandths]) => (thousandths === 0 ? `${whole}` : `${whole}.${thousandths}`));
const gap = fc.constantFrom('', ' ');

describe('a time', () => {
  test('is a number of seconds, minutes or hours', () => {
    const units = fc.constantFrom(['', 1], ['s', 1], ['m', 60], ['h', 3600]);
    fc.assert(
      fc.property(decimal, gap, units, (number, space, [unit, factor]) => {
        const written = unit === '' ? number : `${number}${space}${unit}`;
        fc.pre(Number(number) * Number(factor) <= 2_147_483);
        expect(seconds(written)).toBe(Number(number) * Number(factor));
      }),
    );
    expect([90, '90', '90s', '10m', '2h', 0.5].map(seconds)).toEqual([90, 90, 90, 600, 7200, 0.5]);
  });

  test.each([0, -1, '0s', '', 's', '1 day', '1h30m', '-5s', '1e3', ' 5', true, null, '25h h', Infinity, 1e9])(
    'is not %j',
    (text) => expect(v.is(duration(''), text)).toBe(false),
  );
});

describe('an amount of memory', () => {
  test('is a number of bytes, in powers of 1000 or 1024', () => {
    const power = fc.constantFrom(...['k', 'M', 'G', 'T'].entries());
    fc.assert(
      fc.property(decimal, gap, power, fc.boolean(), (number, space, [i, letter], isBinary) => {
        const unit = isBinary ? `${letter.toUpperCase()}iB` : `${letter}B`;
        const factor = (isBinary ? 1024 : 1000) ** (i + 1);
        expect(bytes(`${number}${space}${unit}`)).toBe(Math.round(Number(number) * factor));
      }),
    );
    expect(['4 GB', '512MB', '1.5 GiB', '10 B', 1000].map(bytes)).toEqual([4e9, 512e6, 1610612736, 10, 1000]);
  });

  test.each([0, -1, 0.2, '0 GB', '', '4', '4 G', '4gb', 'GB', '1e3 GB', true, null, '100000 TB', Infinity])(
    'is not %j',
    (text) => expect(v.is(memory(''), text)).toBe(false),
  );
});
