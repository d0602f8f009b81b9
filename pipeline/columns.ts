import stringWidth from 'string-width';
import { stripVTControlCharacters } from 'node:util';

/** How many columns of a terminal a text takes: two for a Chinese character or an emoji, none for an accent. */
export const columnsOf = (text: string): number => (isAscii(text) ? text.length : stringWidth(text));

/** The start of a text, with `…` where something was cut off, in at most so many columns. */
export function cutEnd(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  return columns < 1 ? '' : `${takeFirst(text, columns - 1)}…`;
}

/** A text filled up with spaces to at least so many columns. */
export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)));

/** The start and the end of a text, with `…` where something was cut out, in at most so many columns. */
export function cutMiddle(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return '';
  const end = takeLast(text, Math.floor((columns - 1) / 2));
  return `${takeFirst(text, columns - 1 - columnsOf(end))}…${end}`;
}

/**
 * A line as a terminal may show it: what a program wrote to move the cursor, to colour or to ring would spoil what is
 * around it. Of a line that is written over itself, as bars of progress are, the last state is kept.
 */
export function plainLine(line: string): string {
  const states = stripVTControlCharacters(line)
    .split('\r')
    .filter((state) => state.trim() !== '');
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return (states.at(-1) ?? '').replaceAll('\t', '    ').replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '');
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function takeFirst(text: string, columns: number): string {
  return fill(characters.segment(text), columns).join('');
}

function takeLast(text: string, columns: number): string {
  return fill([...characters.segment(text)].toReversed(), columns)
    .toReversed()
    .join('');
}

/** As many of the characters, from the first on, as so many columns hold. */
function fill(segments: Iterable<Intl.SegmentData>, columns: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const { segment } of segments) {
    width += columnsOf(segment);
    if (width > columns) break;
    taken.push(segment);
  }
  return taken;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
