import type { Review } from './review.ts';

const CHUNK = 131_072;
const ZERO = 0x30;
const COMMA = 0x2c;
/** The most bytes that a number of 32 bits and its comma take. */
const LONGEST = 11;

/** Reviews as lines of JSON, the digits written straight into chunks of about `CHUNK` bytes. */
export async function* writeReviews(items: AsyncIterable<Review>): AsyncGenerator<Uint8Array> {
  let chunk = Buffer.allocUnsafe(CHUNK);
  let at = 0;
  for await (const { id, split, label, tokens, text } of items) {
    const head = `{"id":${JSON.stringify(id)},"split":"${split}","label":${label},"tokens":[`;
    const tail = text === undefined ? ']}\n' : `],"text":${JSON.stringify(text)}}\n`;
    // A unit of UTF-16 takes at most three bytes of UTF-8.
    const room = 3 * (head.length + tail.length) + LONGEST * tokens.length;
    if (at + room > chunk.length) {
      if (at > 0) yield chunk.subarray(0, at);
      chunk = Buffer.allocUnsafe(Math.max(CHUNK, room));
      at = 0;
    }
    at += chunk.write(head, at);
    at = writeNumbers(chunk, at, tokens);
    at += chunk.write(tail, at);
  }
  if (at > 0) yield chunk.subarray(0, at);
}

/** Writes whole numbers below 2³², with commas between them; returns where they end. */
function writeNumbers(chunk: Buffer, at: number, numbers: ArrayLike<number>): number {
  for (let i = 0; i < numbers.length; i++) {
    let rest = numbers[i]!;
    if (rest >>> 0 !== rest) throw new RangeError(`${rest} is not a word number`);
    if (i > 0) chunk[at++] = COMMA;
    at += lengthOf(rest);
    let digit = at;
    do {
      const tenth = (rest / 10) >>> 0;
      chunk[--digit] = ZERO + rest - tenth * 10;
      rest = tenth;
    } while (rest > 0);
  }
  return at;
}

/** Decimal digits of a whole number below 2³². */
function lengthOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}
