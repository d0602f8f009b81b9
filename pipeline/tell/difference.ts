import { cutMiddle } from './columns.ts';

/** Characters of a text that are shown around what differs. */
const CONTEXT = 16;
/** A text up to this many characters is shown whole. */
const SHORT = 40;
const LONGEST = 120;

/** `before → after` on one line. Of texts of several lines, the first line that differs; of a long one, only where it does. */
export function showDifference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  if (old.length === 1 || now.length === 1) return showCharacters(before, after);
  const start = commonStart(old, now);
  const same = start + commonStart(old.slice(start).toReversed(), now.slice(start).toReversed());
  const [gone, come] = [old.length - same, now.length - same];
  const more = Math.max(gone, come) > 1 ? `, and ${Math.max(gone, come) - 1} more` : '';
  const line = `line ${start + 1}`;
  if (gone === 0) return `${line} is new (${showText(now[start]!)})${more}`;
  if (come === 0) return `${line} is gone (was ${showText(old[start]!)})${more}`;
  return `${line}: ${showCharacters(old[start]!, now[start]!)}${more}`;
}

const showText = (text: string): string => cutMiddle(onOneLine(text), LONGEST);

function showCharacters(before: string, after: string): string {
  const old = Array.from(onOneLine(before));
  const now = Array.from(onOneLine(after));
  if (old.length <= SHORT && now.length <= SHORT) return `${old.join('')} → ${now.join('')}`;
  const start = commonStart(old, now);
  const end = commonStart(old.slice(start).toReversed(), now.slice(start).toReversed());
  const excerpt = (text: readonly string[]): string => {
    const from = start > CONTEXT ? start - CONTEXT : 0;
    const to = end > CONTEXT ? text.length - end + CONTEXT : text.length;
    const shown = text.slice(from, to).join('');
    return `${from > 0 ? '…' : ''}${cutMiddle(shown, LONGEST)}${to < text.length ? '…' : ''}`;
  };
  return `${excerpt(old)} → ${excerpt(now)}`;
}

/** Line ends and other control characters as a person writes them in a string: `\n`. */
export const onOneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  return length;
}
