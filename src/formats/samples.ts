import type { Codec } from '../stage.ts';
import { checkLength, parseLine } from './ndjson.ts';
import type { Review } from './review.ts';
import { toReview } from './reviews.ts';
import type { VectorBatch } from './vector-batch.ts';
import { vectors } from './vectors.ts';

/** A line of text, and its number, from 1. */
export interface TextLine {
  readonly text: string;
  readonly number: number;
}

/** Some of what a model is asked about, in one of three forms. A stream is of one form throughout. */
export type Samples =
  | { readonly kind: 'vectors'; readonly batch: VectorBatch }
  | { readonly kind: 'reviews'; readonly reviews: readonly Review[] }
  | { readonly kind: 'text'; readonly lines: readonly TextLine[] };

/**
 * Vectors, reviews or plain text, told apart by how they begin: Arrow's first bytes, a `{`, or anything else.
 * Lines are given as soon as they have arrived, so that one that a person types gets its answer at once.
 * Empty lines are passed over, but counted. A stream without anything in it gives nothing.
 */
export const samples: Codec<Samples> = {
  name: 'vectors, reviews or text',
  extension: '',
  text: true,
  read: async function* (bytes) {
    const { kind, whole } = await sniff(bytes);
    if (kind === 'vectors') {
      for await (const batch of vectors.read(whole)) yield { kind, batch };
      return;
    }
    for await (const lines of arrivedLines(whole)) {
      if (kind === 'text') yield { kind, lines };
      else
        yield {
          kind,
          reviews: lines.map(({ text, number }) => toReview({ value: parseLine(text, number), number })),
        };
    }
  },
  write: () => {
    throw new TypeError('samples are read, never written');
  },
};

/** The kind of a stream, by its first bytes that are no white space, and the stream as it was before they were read. */
async function sniff(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ kind: Samples['kind']; whole: AsyncIterable<Uint8Array> }> {
  const rest = bytes[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let start = '';
  while (start === '') {
    const { done, value } = await rest.next();
    if (done) break;
    begun.push(value);
    start = Buffer.from(value).toString('latin1').replace(BLANK_OR_MARK, '');
  }
  const kind = ARROW.test(start) ? 'vectors' : start.startsWith('{') ? 'reviews' : 'text';
  return { kind, whole: joined(begun, rest) };
}

/** White space, and UTF-8's byte order mark, as Latin-1. */
const BLANK_OR_MARK = /^(?:\xef\xbb\xbf)?[ \t\r\n]*/;
/** The continuation mark of Arrow's stream format (no byte of UTF-8), or the name of its file format, which is refused as such. */
const ARROW = /^(?:\xff|ARROW1\0)/;

async function* joined(
  begun: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* begun;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** The lines that are not empty, without what ends them, in groups as they arrive. */
async function* arrivedLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine[]> {
  const decoder = new TextDecoder();
  let number = 0;
  let begun = '';
  const toLines = (texts: readonly string[]): TextLine[] =>
    texts
      .map((text) => ({ text: text.replace(/\r$/, ''), number: ++number }))
      .filter(({ text }) => text.trim() !== '');
  for await (const chunk of bytes) {
    const texts = decoder.decode(chunk, { stream: true }).split('\n');
    checkLength(begun.length + texts[0]!.length, number + 1);
    texts[0] = begun + texts[0]!;
    begun = texts.pop()!;
    const lines = toLines(texts);
    if (lines.length > 0) yield lines;
  }
  const lines = toLines([begun + decoder.decode()]);
  if (lines.length > 0) yield lines;
}
