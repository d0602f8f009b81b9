import { stripVTControlCharacters } from 'node:util';

/**
 * Takes the place of the package `string-width`, which tells how many columns of a terminal a text takes: here each character
 * takes one. What knows the wide ones takes Node 45 ms to load, at every start, and only help pages are measured.
 */
export default function stringWidth(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
