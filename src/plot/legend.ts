import type { Mark } from 'vega';
import { COLOUR, FONT } from './appearance.ts';
import type { Curves } from './curves.ts';

const BASELINE = -16;
const TEXT = 14;
const LINE = 22;
/** Of a letter in a wide font of 12 pixels, on the average. */
const LETTER = 6.5;

/** The legend of a panel, above it: a dot for training, a line for validation if there was any. */
export function legend({ name, validation }: Curves): Mark[] {
  const training = `Training ${name}`;
  const second = Math.round(TEXT + LETTER * training.length + 24);
  const dot: Mark = {
    type: 'symbol',
    encode: {
      update: {
        x: { value: 5 },
        y: { value: BASELINE },
        shape: { value: 'circle' },
        size: { value: 36 },
        fill: { value: COLOUR.training },
      },
    },
  };
  const line: Mark = {
    type: 'rule',
    encode: {
      update: {
        x: { value: second },
        x2: { value: second + LINE },
        y: { value: BASELINE },
        stroke: { value: COLOUR.validation },
        strokeWidth: { value: 2 },
        strokeCap: { value: 'round' },
      },
    },
  };
  return [
    dot,
    words(training, TEXT),
    ...(validation.length > 0 ? [line, words(`Validation ${name}`, second + LINE + 8)] : []),
  ];
}

const words = (text: string, x: number): Mark => ({
  type: 'text',
  encode: {
    update: {
      x: { value: x },
      y: { value: BASELINE },
      text: { value: text },
      baseline: { value: 'middle' },
      font: { value: FONT },
      fontSize: { value: 12 },
      fill: { value: COLOUR.text },
    },
  },
});
