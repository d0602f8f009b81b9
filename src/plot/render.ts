import { createRequire } from 'node:module';
import type { Spec } from 'vega';
import type { Toolchain } from '../stage.ts';

const require = createRequire(import.meta.url);

/** The picture as SVG, with a newline at its end. The same specification gives the same bytes. */
export async function toSvg(spec: Spec): Promise<string> {
  const vega = await import('vega');
  // Where the package `canvas` happens to be installed, Vega would measure texts with the machine's fonts.
  // The types know nothing of it.
  const { textMetrics } = vega as unknown as { textMetrics: { canvas(use: boolean): void } };
  textMetrics.canvas(false);
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

/** What a PNG depends on: its renderer is compiled for a platform, and draws with a font. */
export function describeRenderer(): Toolchain {
  const { version } = require('dejavu-fonts-ttf/package.json') as { version: string };
  return { platform: `${process.platform} ${process.arch}`, font: `DejaVu Sans ${version}` };
}

/** An SVG as PNG, `scale` pixels to one of the SVG's, its texts in the DejaVu Sans that the project ships. */
export async function toPng(svg: string, scale: number): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const font = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
  return new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  })
    .render()
    .asPng();
}
