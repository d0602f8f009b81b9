import * as v from 'valibot';
import { StageError } from '../error.ts';
import { bytes } from '../formats/bytes.ts';
import { history, type Epoch } from '../formats/history.ts';
import { writeWhole } from '../formats/whole-file.ts';
import { number, outputFile, text } from '../options.ts';
import { picture } from '../plot/picture.ts';
import { toPng, toSvg } from '../plot/render.ts';
import { defineStage } from '../stage.ts';

export const plot = defineStage({
  summary: 'Draws loss and accuracy over the epochs: points for training, a line for validation',
  example: 'sluice plot --png history.png < history.ndjson > history.svg',
  reads: history,
  writes: bytes('plot', 'svg', true),
  options: {
    png: v.optional(outputFile('png', 'a file for the same picture as PNG')),
    scale: v.optional(number(0.1, 10, "pixels of the PNG to one of the SVG's"), 2),
    title: v.optional(text('a title above the picture'), ''),
  },
  toolchain: 'picture',
  run: async function* (input, { png, scale, title }) {
    const epochs: Epoch[] = [];
    for await (const epoch of input) epochs.push(epoch);
    if (epochs.length === 0) {
      throw new StageError('TRUNCATED', 'a history without an epoch', {
        hint: 'expected lines as `sluice train --history FILE` writes them',
      });
    }
    const svg = await toSvg(picture(epochs, title));
    if (png !== undefined) await writeWhole(png, await toPng(svg, scale));
    yield Buffer.from(svg);
  },
});
