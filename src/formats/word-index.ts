import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { VerifierError } from 'stream-json/utils/verifier.js';
import { StageError, type Where } from '../error.ts';

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

/** Bytes of a word index; one with all words of a language has less than a tenth. */
const LONGEST = 2 ** 28;
const HINT = 'a word index is a JSON object of words and their ranks, which start with 1: {"the":1,"and":2}';
const SEPARATORS = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\s]+/;

/**
 * Reads a word index, `{"the":1,"and":2,…}`: each word's rank, from 1. Throws `NOT_JSON`, `UNSUPPORTED` where it is too long, and
 * `BAD_VALUE` for a rank that isn't a whole number of at least 1, or for a word or rank that is there twice.
 */
export async function readWordIndex(bytes: AsyncIterable<Uint8Array>): Promise<Map<string, number>> {
  const text = await readText(bytes);
  const words = new Map<string, number>();
  const ranks = new Set<number>();
  for (const member of members(text)) {
    if (member === 'malformed') throw await mistakeIn(text);
    const [word, rank] = member;
    checkRank(word, rank);
    if (words.has(word)) throw badValue(word, `the word ${JSON.stringify(word)} is there twice`);
    if (ranks.has(rank))
      throw badValue(word, `the rank ${rank} is there twice, the second time for ${JSON.stringify(word)}`);
    words.set(word, rank);
    ranks.add(rank);
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

async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > LONGEST)
      throw new StageError('UNSUPPORTED', `a word index of more than ${LONGEST} bytes`, { hint: HINT });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The members of a JSON object of numbers, one by one: `JSON.parse` would let those of one name fall together, and to list what it
 * gives takes longer than this. A text that is none ends with `malformed`.
 */
function* members(text: string): Generator<[word: string, rank: number] | 'malformed'> {
  const member = new RegExp(MEMBER, 'y');
  let end = new RegExp(`^${SPACE}\\{${SPACE}`).exec(text)?.[0].length ?? text.length;
  member.lastIndex = end;
  for (let found = member.exec(text); found !== null; found = member.exec(text)) {
    const [, word, rank] = found as unknown as [string, string, string];
    yield [word.includes('\\') ? (JSON.parse(`"${word}"`) as string) : word, Number(rank)];
    end = member.lastIndex;
  }
  if (!new RegExp(`^\\}${SPACE}$`).test(text.slice(end))) yield 'malformed';
}

// JSON's grammar: https://www.rfc-editor.org/rfc/rfc8259. A string of ever more escapes would be too much for the expression.
const SPACE = String.raw`[ \t\r\n]*`;
const PLAIN = String.raw`[^"\\\x00-\x1f]*`;
const STRING = String.raw`"(${PLAIN}(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})${PLAIN}){0,255})"`;
const NUMBER = String.raw`(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)`;
const MEMBER = `${STRING}${SPACE}:${SPACE}${NUMBER}${SPACE}(?:,${SPACE}(?=")|(?=\\}))`;

/** What is wrong with a text that isn't an object of numbers. */
async function mistakeIn(text: string): Promise<StageError> {
  const { default: verifier } = await import('stream-json/utils/verifier.js');
  try {
    await pipeline(Readable.from([text]), verifier.asStream(), async (nothing) => {
      for await (const _ of nothing);
    });
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [word, rank] of Object.entries(value)) checkRank(word, rank);
  } catch (cause) {
    if (cause instanceof StageError) return cause;
    const { message, line, offset: byte } = cause as VerifierError;
    const why = message.replace(/^ERROR at .*?: Verifier (cannot parse input: |has )/, '');
    return notJson(why, { where: { line, byte }, cause });
  }
  if (/"(?:\\.[^"\\]*){256}/.test(text))
    return new StageError('UNSUPPORTED', 'a word of more than 255 escapes in the word index', { hint: HINT });
  return notJson('it is no object of words and ranks');
}

function checkRank(word: string, rank: unknown): void {
  if (typeof rank === 'number' && Number.isInteger(rank) && rank >= 1 && rank <= 0xffffffff) return;
  throw badValue(word, `the rank of ${JSON.stringify(word)} is ${JSON.stringify(rank)}`);
}

const badValue = (field: string, message: string): StageError =>
  new StageError('BAD_VALUE', message, { where: { field }, hint: HINT });

const notJson = (why: string, about: { where?: Where; cause?: unknown } = {}): StageError =>
  new StageError('NOT_JSON', `the word index can't be read: ${why}`, { hint: HINT, ...about });
