import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { curvesOf, epochTicks, lowest, valueDomain } from '../../src/plot/curves.ts';
import { plot } from '../../src/stages/plot.ts';

const files = fileURLToPath(new URL('../files/plot/', import.meta.url));
const context = {
  say: () => {},
  progress: () => ({ update: () => {}, finish: () => {} }),
  signal: new AbortController().signal,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function draw(
  history: string,
  options: { png?: string; scale?: number; title?: string } = {},
): Promise<string> {
  const bytes = (async function* () {
    yield Buffer.from(history);
  })();
  const chunks: Uint8Array[] = [];
  const input = plot.reads.read(bytes);
  for await (const chunk of plot.run(input, { scale: 2, title: '', ...options }, context)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const read = (name: string): string => readFileSync(join(files, name), 'utf8');

/** The parts of a PNG that the tests look at; every filter of a row keeps a row of one colour recognizable as such. */
function parsePng(png: Buffer): { width: number; height: number; distinctRows: number } {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const rows = inflateSync(Buffer.concat(data));
  const stride = rows.length / height;
  const distinct = new Set(
    Array.from({ length: height }, (_, y) => rows.toString('latin1', y * stride, (y + 1) * stride)),
  );
  return { width, height, distinctRows: distinct.size };
}

describe('the picture of a history', () => {
  const names = readdirSync(files).filter((name) => name.endsWith('.ndjson'));

  test.each(names)('of %s is the golden one, byte for byte', async (name) => {
    const golden = read(name.replace('.ndjson', '.svg'));
    expect(await draw(read(name))).toBe(golden);
    expect(await draw(read(name))).toBe(golden);
  });

  test('has a dot for each epoch of training and one line for validation, in each panel', async () => {
    const svg = await draw(read('overfit.ndjson'));
    const ofLegends = 2;
    expect(svg.match(/<path[^>]*A3,3[^>]*#0072B2/g)?.length).toBe(2 * 20 + ofLegends);
    expect(svg.match(/<path[^>]*#D55E00/g)?.length).toBe(2);
    for (const words of ['Training loss', 'Validation loss', 'Training accuracy', 'Validation accuracy']) {
      expect(svg).toContain(`>${words}<`);
    }
    for (const words of ['Loss', 'Accuracy', 'Epochs']) expect(svg).toContain(`>${words}<`);
    expect(svg).toContain('epoch 4, the lowest validation loss (0.277)');
  });

  test('without validation speaks of training only', async () => {
    const svg = await draw(read('no-validation.ndjson'));
    expect(svg).toContain('Training loss');
    expect(svg).not.toMatch(/validation|#D55E00/i);
  });

  test('does not depend on how wide the machine takes a text to be', async () => {
    const { textMetrics } = (await import('vega')) as unknown as { textMetrics: { width: () => number } };
    textMetrics.width = () => 400;
    expect(await draw(read('overfit.ndjson'))).toBe(read('overfit.svg'));
  });

  test('shows a title as it is', async () => {
    expect(await draw(read('one-epoch.ndjson'), { title: 'a < b & "c"' })).toContain('>a &lt; b &amp; "c"<');
  });

  test('of nothing is an error, and leaves no PNG', async () => {
    const reading = draw('\n', { png: join(folder, 'a.png') });
    await expect(reading).rejects.toMatchObject({
      code: 'TRUNCATED',
      hint: expect.stringContaining('--history'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the PNG', () => {
  test('is the same picture at twice the size, with text, and byte for byte the same again', async () => {
    const [a, b] = [join(folder, 'a.png'), join(folder, 'b.png')];
    const svg = await draw(read('overfit.ndjson'), { png: a });
    await draw(read('overfit.ndjson'), { png: b });
    const png = readFileSync(a);
    expect(png.equals(readFileSync(b))).toBe(true);
    expect(png.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    const { distinctRows, ...size } = parsePng(png);
    expect(size).toEqual({ width: 2 * width!, height: 2 * height! });
    expect(distinctRows).toBeGreaterThan(200);
    expect(readdirSync(folder).sort()).toEqual(['a.png', 'b.png']);
  });

  test('draws its texts: without them the picture is another', async () => {
    const { toPng } = await import('../../src/plot/render.ts');
    const svg = read('overfit.svg');
    const { distinctRows } = parsePng(Buffer.from(await toPng(svg, 1)));
    const mute = parsePng(Buffer.from(await toPng(svg.replace(/<text[^]*?<\/text>/g, ''), 1)));
    expect(distinctRows).toBeGreaterThan(mute.distinctRows + 20);
  });

  test('has the density that is asked for', async () => {
    const path = join(folder, 'a.png');
    const svg = await draw(read('one-epoch.ndjson'), { png: path, scale: 1 });
    expect(parsePng(readFileSync(path)).width).toBe(Number(/width="(\d+)"/.exec(svg)?.[1]));
  });

  test('in a folder that does not exist is an error, and no SVG comes out', async () => {
    const reading = draw(read('one-epoch.ndjson'), { png: join(folder, 'absent', 'a.png') });
    await expect(reading).rejects.toMatchObject({
      code: 'NOT_FOUND',
      where: { file: join(folder, 'absent') },
    });
  });
});

describe('the axes', () => {
  test.each([
    [1, 1, [1]],
    [1, 4, [1, 2, 3, 4]],
    [1, 10, [2, 4, 6, 8, 10]],
    [1, 20, [1, 5, 10, 15, 20]],
    [1, 100, [1, 20, 40, 60, 80, 100]],
    [21, 24, [21, 22, 23, 24]],
  ])('of the epochs %i to %i have whole and round ticks', (first, last, ticks) => {
    expect(epochTicks(first, last)).toEqual(ticks);
  });

  test('of any epochs have at most ten ticks, ascending, inside the range', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (first, count) => {
        const ticks = epochTicks(first, first + count);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(10);
        for (const [i, tick] of ticks.entries()) {
          expect(Number.isInteger(tick) && tick >= first && tick <= first + count).toBe(true);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!);
        }
      }),
    );
  });

  test('of any accuracies hold them all, are never empty, and stay within 0 and 1', () => {
    const accuracies = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(accuracies, (values) => {
        const epochs = values.map((accuracy, i) => ({ epoch: i + 1, loss: 0, accuracy, seconds: 0 }));
        const [low, high] = valueDomain(curvesOf(epochs, 'accuracy'));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThan(high);
        expect(low).toBeLessThanOrEqual(Math.min(...values));
        expect(high).toBeGreaterThanOrEqual(Math.max(...values));
      }),
    );
  });

  test('leave out what is not finite', () => {
    const epochs = [0.5, Number.NaN, Infinity].map((loss, i) => ({
      epoch: i + 1,
      loss,
      accuracy: 1,
      seconds: 0,
    }));
    expect(curvesOf(epochs, 'loss').training).toEqual([{ epoch: 1, value: 0.5 }]);
  });

  test('mark the first of the lowest validation losses, if there are several to compare', () => {
    const points = [3, 1, 2, 1].map((value, i) => ({ epoch: i + 1, value }));
    expect(lowest(points)?.epoch).toBe(2);
    expect(lowest(points.slice(0, 1))).toBeUndefined();
  });
});
