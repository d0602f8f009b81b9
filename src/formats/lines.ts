import type { Codec } from '../stage.ts';
import { readLines, writeText } from './ndjson.ts';

/** Lines of UTF-8 text, without what ends them: a newline, and a carriage return before it. */
export const lines = (name: string, extension = 'txt'): Codec<string> => ({
  name,
  extension,
  text: true,
  read: async function* (bytes) {
    for await (const line of readLines(bytes)) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  },
  write: (items) => writeText(ended(items)),
});

async function* ended(items: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of items) yield `${line}\n`;
}
