import { expect, test } from 'vitest';
import { ndjson } from '../../src/formats/json.ts';
import { collect, streamOf, textOf } from '../streams.ts';

test('NDJSON holds any values, checked or not', async () => {
  const bytes = () => streamOf(Buffer.from('{"n":1}\n{"n":2}\n'));
  const numbers = ndjson<{ n: number }>('numbers');
  expect(await collect(numbers.read(bytes()))).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await textOf(numbers.write(numbers.read(bytes())))).toBe('{"n":1}\n{"n":2}\n');
  const checked = ndjson('numbers', (value, line) => `${line}: ${JSON.stringify(value)}`);
  expect(await collect(checked.read(bytes()))).toEqual(['1: {"n":1}', '2: {"n":2}']);
});
