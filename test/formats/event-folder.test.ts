import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordEvents } from '../../src/formats/event-folder.ts';
import { history, type Epoch } from '../../src/formats/history.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { readEvents } from './events.ts';

const golden = join(import.meta.dirname, '../files/tensorboard');

const first: Epoch = { epoch: 1, loss: 0.5, accuracy: 0.75, seconds: 0.1 };
const second: Epoch = { epoch: 2, loss: 0.25, accuracy: 1, seconds: 0.2 };

/** The content of the one file of a run. */
function eventFile(folder: string, run: string): Buffer {
  const names = readdirSync(join(folder, run));
  expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents/)]);
  return readFileSync(join(folder, run, names[0]!));
}

const scalarsOf = (file: Buffer): object[] =>
  readEvents(file).flatMap(({ step, scalars }) =>
    Object.entries(scalars).map(([tag, value]) => ({ step, tag, value })),
  );

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

describe('recordEvents', () => {
  test.each(['train', 'validation'])('writes what TensorFlow and Keras write: %s', async (run) => {
    const folder = join(temporaryFolder(), 'log');
    const epochs = history.read(chunked(readFileSync(join(golden, 'history.ndjson'))));
    await collect(recordEvents(epochs, folder));
    expect(readdirSync(folder)).toEqual(['train', 'validation']);
    expect(eventFile(folder, run)).toEqual(eventFile(join(golden, 'tensorflow'), run));
    // The learning rate is the one thing that Keras shows besides.
    const keras = scalarsOf(eventFile(join(golden, 'keras'), run)).filter(
      (scalar) => !('tag' in scalar && scalar.tag === 'epoch_learning_rate'),
    );
    expect(scalarsOf(eventFile(folder, run))).toEqual(keras);
  });

  test('writes what is read, whatever the numbers', async () => {
    const metric = fc.double({ noNaN: true });
    const results = fc.record(
      {
        loss: metric,
        accuracy: metric,
        recall: metric,
        val_loss: metric,
        val_accuracy: metric,
        val_recall: metric,
      },
      { requiredKeys: ['loss', 'accuracy', 'val_loss', 'val_accuracy'] },
    );
    const folder = join(temporaryFolder(), 'log');
    await fc.assert(
      fc.asyncProperty(fc.array(results, { minLength: 1 }), fc.nat(), async (all, start) => {
        const epochs = all.map((result, i) => ({ ...result, epoch: start + i + 1, seconds: i }) as Epoch);
        expect(await collect(recordEvents(streamOf(...epochs), folder))).toEqual(epochs);
        for (const [run, prefix] of [
          ['train', ''],
          ['validation', 'val_'],
        ] as const) {
          const expected = epochs.map((epoch) => ({
            wallTime: epoch.epoch,
            step: epoch.epoch - 1,
            scalars: Object.fromEntries(
              (['loss', 'accuracy', 'recall'] as const).flatMap((name) => {
                const value = epoch[`${prefix}${name}`];
                return value === undefined ? [] : [[`epoch_${name}`, Math.fround(value)]];
              }),
            ),
          }));
          expect(readEvents(eventFile(folder, run))).toEqual(expected);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('passes epochs on, and shows each under the partial name as it comes', async () => {
    const folder = temporaryFolder();
    const steps: number[] = [];
    for await (const epoch of recordEvents(streamOf(first, second), join(folder, 'log'))) {
      expect(readdirSync(folder)).toEqual(['log.partial']);
      expect(readdirSync(join(folder, 'log.partial'))).toEqual(['train']);
      const events = readEvents(eventFile(join(folder, 'log.partial'), 'train'));
      steps.push(events.length, epoch.epoch);
    }
    expect(steps).toEqual([1, 1, 2, 2]);
    expect(readdirSync(folder)).toEqual(['log']);
  });

  test('gives files the same name for the same content, and another for another', async () => {
    const folder = join(temporaryFolder(), 'log');
    const written = async (...epochs: Epoch[]): Promise<string[]> => {
      await collect(recordEvents(streamOf(...epochs), folder));
      return filesOf(folder);
    };
    const one = await written(first);
    expect(await written({ ...first, seconds: 5 })).toEqual(one);
    expect(await written(first, second)).not.toEqual(one);
    expect(await written(first)).toEqual(one);
  });

  test('leaves nothing where its reader stops early, and what there was before', async () => {
    const folder = temporaryFolder();
    for await (const _ of recordEvents(streamOf(first, second), join(folder, 'log'))) break;
    expect(readdirSync(folder)).toEqual([]);
    await collect(recordEvents(streamOf(first), join(folder, 'log')));
    const before = filesOf(folder);
    const failing = async function* (): AsyncGenerator<Epoch> {
      yield second;
      throw new Error('diverged');
    };
    await expect(collect(recordEvents(failing(), join(folder, 'log')))).rejects.toThrow('diverged');
    expect(filesOf(folder)).toEqual(before);
  });

  test('takes the place of what a killed training has left', async () => {
    const folder = temporaryFolder();
    const killed = recordEvents(streamOf(first, second), join(folder, 'log'));
    await killed.next();
    await collect(recordEvents(streamOf(first), join(folder, 'log')));
    expect(readdirSync(folder)).toEqual(['log']);
    expect(readEvents(eventFile(join(folder, 'log'), 'train'))).toHaveLength(1);
  });

  test('writes through a link', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    for (const epoch of [first, { ...first, loss: 1 }]) {
      await collect(recordEvents(streamOf(epoch), join(folder, 'link')));
      expect(readEvents(eventFile(join(folder, 'real'), 'train'))[0]!.scalars['epoch_loss']).toBe(epoch.loss);
    }
    expect(readdirSync(folder)).toEqual(['link', 'real']);
  });

  test.each([
    ['log', 'notes.txt'],
    ['log', 'train'],
    ['log', 'train/notes.txt'],
    ['log', 'train/events.out.tfevents.1795627088.host.8572.0.v2'],
    ['log', 'test/events.out.tfevents.0123456789ab'],
    ['log.partial', 'notes.txt'],
  ])('leaves a folder %s alone that holds %s', async (name, file) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, name, file, '..'), { recursive: true });
    writeFileSync(join(folder, name, file), 'years of work');
    const before = filesOf(folder);
    const unused = recordEvents(streamOf(first), join(folder, 'log'));
    await expect(unused.next()).rejects.toMatchObject({
      code: 'BAD_VALUE',
      where: { file: join(folder, name) },
    });
    expect(filesOf(folder)).toEqual(before);
  });
});
