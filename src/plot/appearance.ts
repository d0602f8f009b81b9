/** DejaVu Sans is what the PNG is drawn with; the others stand in for it in a browser, Verdana with the same widths. */
export const FONT = "'DejaVu Sans', Verdana, Geneva, sans-serif";

/** Blue and vermilion of Okabe and Ito's palette, which the colour-blind tell apart; black for what matters, greys for the rest. */
export const COLOUR = {
  training: '#0072B2',
  validation: '#D55E00',
  text: '#222222',
  faint: '#666666',
  axis: '#888888',
  grid: '#ececec',
} as const;

/** In pixels. Every place is fixed, so that no other font, and no estimate of a text's width, moves anything. */
export const SIZE = {
  panel: { width: 340, height: 240 },
  left: 76,
  gap: 86,
  right: 24,
  top: 42,
  title: 30,
  bottom: 56,
  note: 18,
} as const;
