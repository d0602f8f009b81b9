import { eastAsianWidth } from 'get-east-asian-width';
import { stripVTControlCharacters } from 'node:util';

/** How many columns of a terminal a text takes: two for a Chinese character or an emoji, none for an accent. */
export function columnsOf(text: string): number {
  if (isAscii(text)) return text.length;
  return charactersOf(text).reduce((columns, character) => columns + columnsOfCharacter(character), 0);
}

function columnsOfCharacter(character: string): number {
  if (/^[\p{Mark}\p{Control}\p{Format}]/u.test(character)) return 0;
  // This selector asks for the picture of a character that is also a letter.
  return character.includes('\u{fe0f}') ? 2 : eastAsianWidth(character.codePointAt(0)!);
}

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
  return (states.at(-1) ?? '').replaceAll('\t', '    ').replaceAll(/\p{Cc}/gu, '');
}

/** What a person takes for one character each. The segmenter takes Node some time to make: most texts need none. */
function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

let segmenter: Intl.Segmenter | undefined;

function takeFirst(text: string, columns: number): string {
  return fill(charactersOf(text), columns).join('');
}

function takeLast(text: string, columns: number): string {
  return fill(charactersOf(text).toReversed(), columns).toReversed().join('');
}

/** As many of the characters, from the first on, as so many columns hold. */
function fill(characters: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += columnsOf(character);
    if (width > columns) break;
    taken.push(character);
  }
  return taken;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
