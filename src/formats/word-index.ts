import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StageError } from '../error.ts';

/** How a text's words become word numbers; `load_data`'s names and defaults. */
export interface TokenizeOptions {
  /** Word numbers must be below it; words beyond count as unknown. */
  readonly dimension: number;
  /** Added to every rank; 3 unless given. */
  readonly indexFrom?: number;
  /** Put in front; 1 unless given, and nothing for `null`. */
  readonly startToken?: number | null;
  /** Stands for unknown words; 2 unless given, and for `null` they are left out. */
  readonly oovToken?: number | null;
}

const HINT = 'a word index is a JSON object of words and their ranks, which start with 1: {"the":1,"and":2}';
const SEPARATORS = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\s]+/;

/**
 * Reads a word index, `{"the":1,"and":2,…}`, as a stream: each word's rank, from 1.
 * Throws `NOT_JSON`, `BAD_VALUE` for a rank that isn't a whole number of at least 1, or for a word or rank that is there twice.
 */
export async function readWordIndex(bytes: AsyncIterable<Uint8Array>): Promise<Map<string, number>> {
  const { default: streamObject } = await import('stream-json/streamers/stream-object.js');
  const words = new Map<string, number>();
  const ranks = new Set<number>();
  let refusal: StageError | undefined;
  const refuse = (message: string, field: string): never => {
    refusal = new StageError('BAD_VALUE', message, { where: { field }, hint: HINT });
    throw refusal;
  };
  let sourceError: unknown;
  const chunks = bytes[Symbol.asyncIterator]();
  // Not a generator: after a mistake in the JSON the pipeline throws that into its source, whose own it would seem to be.
  const source: AsyncIterator<Uint8Array> = {
    next: () =>
      chunks.next().catch((error: unknown) => {
        sourceError = error;
        throw error;
      }),
    return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
  };
  try {
    await pipeline(
      Readable.from({ [Symbol.asyncIterator]: () => source }),
      streamObject.withParserAsStream(),
      async (entries: AsyncIterable<unknown>) => {
        for await (const { key, value } of entries as AsyncIterable<{ key: string; value: unknown }>) {
          if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 0xffffffff) {
            return refuse(`the rank of ${JSON.stringify(key)} is ${JSON.stringify(value)}`, key);
          }
          if (words.has(key)) refuse(`the word ${JSON.stringify(key)} is there twice`, key);
          if (ranks.has(value))
            refuse(`the rank ${value} is there twice, the second time for ${JSON.stringify(key)}`, key);
          words.set(key, value);
          ranks.add(value);
        }
      },
    );
  } catch (cause) {
    // A file that the pipeline closes early fails too, and that may be told first.
    if (refusal !== undefined) throw refusal;
    if (cause === sourceError) throw cause;
    throw new StageError('NOT_JSON', `the word index can't be read: ${(cause as Error).message}`, {
      hint: HINT,
      cause,
    });
  }
  return words;
}

/**
 * The word numbers of a text, split as the IMDB reviews were: lower case, at white space and at Keras's `Tokenizer` filters
 * (all punctuation but the apostrophe). uint32[words + 1], the start token in front.
 */
export function tokenize(text: string, words: Map<string, number>, options: TokenizeOptions): Uint32Array {
  const { dimension, indexFrom = 3, startToken = 1, oovToken = 2 } = options;
  const tokens = startToken === null ? [] : [startToken];
  for (const word of text.toLowerCase().split(SEPARATORS)) {
    if (word === '') continue;
    const rank = words.get(word);
    const token = rank === undefined || rank + indexFrom >= dimension ? oovToken : rank + indexFrom;
    if (token !== null) tokens.push(token);
  }
  return Uint32Array.from(tokens);
}

/** The other way: the words of the reviews' tokens, `?` for those that stand for none. `ranked[rank]` is a word. */
export function detokenize(tokens: ArrayLike<number>, ranked: readonly string[], indexFrom: number): string {
  const words: string[] = [];
  for (let i = 0; i < tokens.length; i++) words.push(ranked[tokens[i]! - indexFrom] ?? '?');
  return words.join(' ');
}

/** The words by their rank. */
export function byRank(words: ReadonlyMap<string, number>): string[] {
  const ranked: string[] = [];
  for (const [word, rank] of words) ranked[rank] = word;
  return ranked;
}
