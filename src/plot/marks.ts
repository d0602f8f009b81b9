import type { Mark } from 'vega';
import { COLOUR, SIZE } from './appearance.ts';
import type { Curves, Point } from './curves.ts';

/** The curves, where the scales `x` and `y` put them: points for training, a line for validation. */
export function curveMarks({ training, validation }: Curves): Mark[] {
  const at = { x: { scale: 'x', field: 'epoch' }, y: { scale: 'y', field: 'value' } };
  const line: Mark = {
    type: 'line',
    from: { data: 'validation' },
    encode: {
      update: {
        ...at,
        stroke: { value: COLOUR.validation },
        strokeWidth: { value: 2 },
        strokeJoin: { value: 'round' },
        strokeCap: { value: 'round' },
      },
    },
  };
  // A line through one point can't be seen.
  const dash: Mark = {
    type: 'symbol',
    from: { data: 'validation' },
    encode: {
      update: {
        ...at,
        shape: { value: 'stroke' },
        size: { value: 300 },
        stroke: { value: COLOUR.validation },
        strokeWidth: { value: 2 },
      },
    },
  };
  const dots: Mark = {
    type: 'symbol',
    from: { data: 'training' },
    encode: {
      update: {
        ...at,
        shape: { value: 'circle' },
        size: { value: training.length <= 60 ? 36 : 12 },
        fill: { value: COLOUR.training },
      },
    },
  };
  return [...(validation.length === 1 ? [dash] : validation.length > 1 ? [line] : []), dots];
}

/** An upright dashed line at the marked epoch, if there is one. */
export function markedEpoch(marked: Point | undefined): Mark[] {
  if (marked === undefined) return [];
  return [
    {
      type: 'rule',
      encode: {
        update: {
          x: { scale: 'x', value: marked.epoch },
          y: { value: 0 },
          y2: { value: SIZE.panel.height },
          stroke: { value: COLOUR.axis },
          strokeDash: { value: [3, 3] },
        },
      },
    },
  ];
}
