import type { Mark, Spec } from 'vega';
import type { Epoch } from '../formats/history.ts';
import { COLOUR, FONT, SIZE } from './appearance.ts';
import { curvesOf, lowest, type Point } from './curves.ts';
import { panel } from './panel.ts';

/** A history as a Vega specification: loss and accuracy side by side. `epochs` has at least one. */
export function picture(epochs: readonly Epoch[], title: string): Spec {
  const loss = curvesOf(epochs, 'loss');
  const marked = lowest(loss.validation);
  const numbers = epochs.map(({ epoch }) => epoch);
  const shared = { first: Math.min(...numbers), last: Math.max(...numbers), marked };
  const { panel: size, left, gap, right } = SIZE;
  const top = SIZE.top + (title === '' ? 0 : SIZE.title);
  const bottom = SIZE.bottom + (marked === undefined ? 0 : SIZE.note);
  return {
    description: `${title === '' ? '' : `${title}: `}loss and accuracy over the epochs of a training`,
    background: 'white',
    width: 2 * size.width + gap,
    height: size.height,
    padding: { left, right, top, bottom },
    autosize: 'none',
    marks: [
      panel(loss, shared, 0),
      panel(curvesOf(epochs, 'accuracy'), shared, size.width + gap),
      ...(title === '' ? [] : [heading(title)]),
      ...(marked === undefined ? [] : [note(marked)]),
    ],
  };
}

/** A long title gets smaller letters, so that it stays inside the picture. */
const heading = (title: string): Mark =>
  words({
    text: title,
    x: 0,
    y: -SIZE.top - 4,
    fontSize: Math.min(15, 1200 / title.length),
    colour: COLOUR.text,
  });

const note = ({ epoch, value }: Point): Mark =>
  words({
    text: `Dashed: epoch ${epoch}, the lowest validation loss (${Number(value.toPrecision(3))})`,
    x: 0,
    y: SIZE.panel.height + SIZE.bottom + 2,
    fontSize: 10,
    colour: COLOUR.faint,
  });

const words = ({
  text,
  x,
  y,
  fontSize,
  colour,
}: Record<'x' | 'y' | 'fontSize', number> & Record<'text' | 'colour', string>): Mark => ({
  type: 'text',
  encode: {
    update: {
      x: { value: x },
      y: { value: y },
      text: { value: text },
      baseline: { value: 'middle' },
      font: { value: FONT },
      fontSize: { value: fontSize },
      fill: { value: colour },
    },
  },
});
