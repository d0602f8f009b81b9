const TOKENS = Buffer.from('"tokens":[');
const [ZERO, NINE, COMMA, CLOSE, BRACE] = Buffer.from('09,]}') as unknown as [
  number,
  number,
  number,
  number,
  number,
];

let scratch = new Uint32Array(4_096);

/**
 * The value of a line of reviews, much faster than `JSON.parse` reads it: the word numbers go straight from digits into a
 * `Uint32Array`, and only what stands around them is left to `JSON.parse`. `undefined` for a line that isn't laid out
 * as `{…,"tokens":[1,2]}` or `{…,"tokens":[1,2],…}`, or isn't right; those are for `JSON.parse` to read or refuse.
 */
export function parseReview(line: Buffer): Record<string, unknown> | undefined {
  const found = line.indexOf(TOKENS);
  if (found === -1) return undefined;
  const from = found + TOKENS.length;
  const end = parseNumbers(line, from);
  if (end === -1) return undefined;
  // A "tokens" inside text or inside another object leaves a head that is no object.
  const head = parseObject(`${line.toString('utf8', 0, from - 1)}0}`);
  if (head === undefined || head['tokens'] !== 0) return undefined;
  if (end + 2 === line.length && line[end + 1] === BRACE) {
    head['tokens'] = scratch.slice(0, count);
    return head;
  }
  if (line[end + 1] !== COMMA) return undefined;
  const tail = parseObject(`{${line.toString('utf8', end + 2)}`);
  const names = Object.keys(tail ?? {});
  if (names.length === 0 || names.some((name) => Object.hasOwn(head, name))) return undefined;
  return { ...head, ...tail, tokens: scratch.slice(0, count) };
}

/** How many numbers `parseNumbers` put into `scratch`. */
let count = 0;

/** Reads `1,22,333]` from `at` into `scratch`; returns where the bracket is, or -1 for anything else, a space too. */
function parseNumbers(line: Buffer, at: number): number {
  if (scratch.length < (line.length - at) / 2 + 1) scratch = new Uint32Array(line.length);
  const numbers = scratch;
  count = 0;
  if (line[at] === CLOSE) return at;
  for (;;) {
    let digit = line[at]!;
    if (!(digit >= ZERO && digit <= NINE)) return -1;
    let value = digit - ZERO;
    const leading = digit === ZERO;
    const start = at;
    digit = line[++at]!;
    while (digit >= ZERO && digit <= NINE) {
      value = value * 10 + (digit - ZERO);
      digit = line[++at]!;
    }
    if (at - start > 1 && (leading || at - start > 10 || value > 0xffffffff)) return -1;
    numbers[count++] = value;
    if (digit === CLOSE) return at;
    if (digit !== COMMA) return -1;
    at++;
  }
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
