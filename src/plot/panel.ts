import type { Axis, GroupMark } from 'vega';
import { COLOUR, FONT, SIZE } from './appearance.ts';
import { epochTicks, valueDomain, type Curves, type Point } from './curves.ts';
import { legend } from './legend.ts';
import { curveMarks, markedEpoch } from './marks.ts';

const { width, height } = SIZE.panel;

/** What both panels share. */
export interface Epochs {
  readonly first: number;
  readonly last: number;
  /** The epoch to mark with an upright line. */
  readonly marked: Point | undefined;
}

/** One measure over the epochs: points for training, a line for validation, and the legend above. */
export function panel(curves: Curves, epochs: Epochs, x: number): GroupMark {
  const domain = valueDomain(curves);
  const margin = Math.max(0.5, (epochs.last - epochs.first) * 0.03);
  return {
    type: 'group',
    encode: { update: { x: { value: x }, width: { value: width }, height: { value: height } } },
    data: [
      { name: 'training', values: [...curves.training] },
      { name: 'validation', values: [...curves.validation] },
    ],
    scales: [
      {
        name: 'x',
        type: 'linear',
        domain: [epochs.first - margin, epochs.last + margin],
        range: [0, width],
        zero: false,
      },
      { name: 'y', type: 'linear', domain, range: [height, 0], zero: false },
    ],
    axes: [
      {
        ...axis,
        scale: 'y',
        orient: 'left',
        title: capital(curves.name),
        gridScale: 'x',
        tickCount: 6,
        ...format(domain),
        ...extent(44),
      },
      {
        ...axis,
        scale: 'x',
        orient: 'bottom',
        title: 'Epochs',
        grid: false,
        values: epochTicks(epochs.first, epochs.last),
        format: 'd',
        ...extent(20),
      },
    ],
    marks: [...markedEpoch(epochs.marked), ...curveMarks(curves), ...legend(curves)],
  };
}

const axis = {
  grid: true,
  gridColor: COLOUR.grid,
  domainColor: COLOUR.axis,
  tickColor: COLOUR.axis,
  tickSize: 4,
  // A tick stands exactly where its points do.
  tickRound: false,
  translate: 0,
  labelColor: COLOUR.text,
  labelFont: FONT,
  labelFontSize: 11,
  labelPadding: 4,
  labelOverlap: false,
  titleColor: COLOUR.text,
  titleFont: FONT,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  titlePadding: 8,
} satisfies Partial<Axis>;

/** The distance of an axis's title, not measured from its labels. */
const extent = (pixels: number): Pick<Axis, 'minExtent' | 'maxExtent'> => ({
  minExtent: pixels,
  maxExtent: pixels,
});

/** `20M` for what would run into the axis's title; else as many decimals as the ticks need. */
const format = (domain: [number, number]): Pick<Axis, 'format'> =>
  domain[1] >= 10_000 ? { format: '~s' } : {};

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
