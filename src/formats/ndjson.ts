import { StageError } from '../error.ts';

const NEWLINE = 0x0a;
const MARK = Buffer.from('\ufeff');

/** Bytes of a line; longer ones would fill the memory, and no string can hold them. */
const LONGEST_LINE = 2 ** 28;

/** A line of NDJSON: its JSON value, and its number, from 1. */
export interface Line {
  readonly value: unknown;
  readonly number: number;
}

/**
 * The lines of NDJSON, parsed one at a time. Empty lines are passed over; a last line without its newline counts.
 * Throws `NOT_JSON` with the line's number.
 */
export async function* readNdjson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0;
  for await (const line of readLines(bytes)) {
    number++;
    if (line.trim() === '') continue;
    yield { value: parseLine(line, number), number };
  }
}

/** The JSON value of a line; throws `NOT_JSON` with its `number`. */
export function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new StageError('NOT_JSON', `${excerpt(line)} is not JSON: ${(cause as Error).message}`, {
      where: { line: number },
      hint: 'each line must be one JSON value',
      cause,
    });
  }
}

/** The lines of UTF-8 text, without their newlines (`\n`; a `\r` before it stays). */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of readRawLines(bytes)) yield line.toString('utf8');
}

/**
 * The same as bytes, which may be part of a larger chunk; UTF-8's byte order mark, which some editors put in front of a
 * file, is left out. Throws `UNSUPPORTED` for a line that is too long.
 */
export async function* readRawLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const line of splitLines(bytes)) {
    yield first && line.subarray(0, MARK.length).equals(MARK) ? line.subarray(MARK.length) : line;
    first = false;
  }
}

async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let number = 1;
  let begun: Buffer[] = [];
  let length = 0;
  for await (const bytesOfChunk of bytes) {
    const chunk = Buffer.from(bytesOfChunk.buffer, bytesOfChunk.byteOffset, bytesOfChunk.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (begun.length === 0) {
        yield chunk.subarray(start, end);
      } else {
        yield Buffer.concat([...begun, chunk.subarray(start, end)]);
        begun = [];
        length = 0;
      }
      number++;
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
    length += chunk.length - start;
    checkLength(length, number);
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

/** Throws `UNSUPPORTED` where what has come of line `number` is too long. */
export function checkLength(length: number, number: number): void {
  if (length <= LONGEST_LINE) return;
  throw new StageError('UNSUPPORTED', `a line of more than ${LONGEST_LINE} bytes`, {
    where: { line: number },
    hint: 'each line must end with a newline; is this another kind of file?',
  });
}

/** Strings as UTF-8 in chunks of about `size` bytes, so that a short line doesn't cost a system call. */
export async function* writeText(strings: AsyncIterable<string>, size = 65_536): AsyncGenerator<Uint8Array> {
  let held = '';
  for await (const string of strings) {
    held += string;
    if (held.length >= size) {
      yield Buffer.from(held);
      held = '';
    }
  }
  if (held !== '') yield Buffer.from(held);
}

/** The start of a value that is too long to show. */
export function excerpt(value: string, length = 60): string {
  return value.length <= length ? value : `${value.slice(0, length)}…`;
}
