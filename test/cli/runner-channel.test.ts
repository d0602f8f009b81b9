import { expect, test } from 'vitest';
import { Runner } from '../../src/cli/runner-channel.ts';
import { ndjson } from '../../src/formats/json.ts';
import { bytes } from '../../src/formats/bytes.ts';

/** A runner that keeps what it is sent, and a clock that is moved by hand. */
function newRunner() {
  let now = 0;
  const sent: unknown[] = [];
  const runner = new Runner(
    (message) => sent.push(message),
    () => now,
  );
  return { runner, sent, pass: (milliseconds: number) => (now += milliseconds) };
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
}

const lines = ndjson('numbers', (value) => value as number);

test('what a stage reports is sent at most ten times a second', () => {
  const { runner, sent, pass } = newRunner();
  for (let done = 0; done < 100; done++) {
    runner.tell({ label: 'epoch 1/2', done, total: 100, note: `batch ${done}` });
    pass(10);
  }
  expect(sent).toHaveLength(10);
  expect(sent[1]).toEqual({ progress: { label: 'epoch 1/2', done: 10, total: 100, note: 'batch 10' } });
});

test('rows are counted as they go by, also of a stage that reports nothing', async () => {
  const { runner, sent, pass } = newRunner();
  const seen: number[] = [];
  for await (const number of runner.counting(numbers(1000), lines)) {
    seen.push(number);
    pass(1);
  }
  expect(seen).toHaveLength(1000);
  expect(sent).toHaveLength(11);
  expect(sent.at(-1)).toEqual({ progress: { label: '', done: 1000, rows: 1000 } });
});

test('rows go along with what the stage reports; bytes are no rows', async () => {
  const { runner, sent, pass } = newRunner();
  for await (const _ of runner.counting(numbers(5), lines)) pass(0);
  pass(100);
  runner.tell({ label: 'writing', done: 1 });
  expect(sent.at(-1)).toEqual({ progress: { label: 'writing', done: 1, rows: 5 } });
  const other = newRunner();
  for await (const _ of other.runner.counting(numbers(5), bytes('file', '') as never)) other.pass(1000);
  expect(other.sent).toEqual([]);
});
