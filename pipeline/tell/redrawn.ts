/**
 * Lines at the bottom of a terminal that are drawn again in their place, while text scrolls by above them. Between two
 * drawings the cursor rests on an empty line above them: what is below it is theirs, also after the terminal became
 * narrower and broke them, nothing above it is ever touched, and it never has to be hidden.
 */
export class Redrawn {
  readonly #write: (text: string) => void;
  #shown = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Writes `above` (whole lines) for good, and under it the `lines`, fewer than the terminal has, until the next time. */
  draw(above: string, lines: readonly string[]): void {
    const below = lines.length > 0 ? `\n${NO_WRAP}${lines.join('\n')}${WRAP}${up(lines.length)}\r` : '';
    if (above === '' && below === this.#shown) return;
    this.#write(`${this.#shown === '' ? '' : CLEAR_BELOW}${above}${below}`);
    this.#shown = below;
  }
}

const CLEAR_BELOW = '\r\x1b[J';
/** Between them, what is too wide after all is cut off by the terminal, and doesn't take a second line. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const up = (lines: number): string => `\x1b[${lines}A`;
