import type { Codec } from '../stage.ts';
import { readNdjson, writeText } from './ndjson.ts';

/**
 * JSON values, a line each; `check` turns a parsed line into a `T` or throws, naming the line. Without it the values are taken
 * for what they are said to be.
 */
export const ndjson = <T>(
  name: string,
  check: (value: unknown, line: number) => T = (value) => value as T,
): Codec<T> => ({
  name,
  extension: 'ndjson',
  text: true,
  rows: () => 1,
  read: async function* (bytes) {
    for await (const { value, number } of readNdjson(bytes)) yield check(value, number);
  },
  write: (items) => writeText(asLines(items)),
});

/** JSON objects, indented for people. */
export const json = (name: string): Codec<object> => ({
  name,
  extension: 'json',
  text: true,
  read: async function* (input) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of input) chunks.push(chunk);
    yield JSON.parse(Buffer.concat(chunks).toString()) as object;
  },
  write: (items) => writeText(indented(items)),
});

async function* asLines(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`;
}

async function* indented(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item, null, 2)}\n`;
}
