import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Epoch } from '../src/formats/history.ts';
import { newShell, root } from './cli/shell.ts';

const data = join(root, '../shared/data/imdb');
const absent = !existsSync(join(data, 'imdb.npz'));
if (absent) console.warn('test/imdb.test.ts is skipped: the real reviews are not in ../shared/data/imdb');

interface RecordedRun {
  readonly status: string;
  readonly steps: Readonly<
    Record<string, { state: string; peak_bytes: number; metrics?: Record<string, number> }>
  >;
}

test.skipIf(absent)(
  'the real experiment comes out as with Keras, and has nothing to do the second time',
  async () => {
    const { folder, sh } = newShell();
    const readRecord = (): RecordedRun =>
      JSON.parse(readFileSync(join(folder, 'results/imdb/run.json'), 'utf8')) as RecordedRun;
    const run = `sluice run ${root}/config/imdb.yaml --params ${data}/mirror.yaml --set source=${data}`;

    expect(await sh(run)).toMatchObject({ code: 0, stdout: '' });
    const history = readFileSync(join(folder, 'results/imdb/overfit.history.ndjson'), 'utf8')
      .trim()
      .split('\n');
    const epochs = history.map((line) => JSON.parse(line) as Required<Epoch>);
    const best = epochs.toSorted((a, b) => b.val_accuracy - a.val_accuracy)[0]!;
    expect(best.val_accuracy).toBeGreaterThanOrEqual(0.885);
    expect([2, 3, 4, 5, 6, 7]).toContain(best.epoch);
    expect([3, 4, 5, 6]).toContain(epochs.toSorted((a, b) => a.val_loss - b.val_loss)[0]!.epoch);
    expect(epochs.at(-1)!.val_loss).toBeGreaterThan(0.45);
    expect(epochs.at(-1)!.accuracy).toBeGreaterThanOrEqual(0.995);
    const { accuracy, loss } = readRecord().steps['evaluate']!.metrics!;
    // One seed lies farther from the mean of many than their mean does.
    expect(accuracy).toBeGreaterThan(0.877);
    expect(accuracy).toBeLessThan(0.891);
    expect(Math.abs(loss! - 0.29)).toBeLessThan(0.02);
    for (const step of ['decode', 'vectorize'])
      expect(readRecord().steps[step]!.peak_bytes).toBeLessThan(400e6);

    const rerun = await sh(`NODE_V8_COVERAGE=coverage ${run}`);
    expect(rerun).toMatchObject({ code: 0, stderr: expect.stringMatching(/: 11 unchanged/) });
    expect(Object.values(readRecord().steps).every(({ state }) => state === 'hit')).toBe(true);
    const loaded = readdirSync(join(folder, 'coverage')).map((file) =>
      readFileSync(join(folder, 'coverage', file), 'utf8'),
    );
    expect(loaded.join()).toContain('dist/sluice.cjs');
    expect(loaded.join()).not.toContain('@tensorflow/tfjs');
  },
);
