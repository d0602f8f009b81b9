import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fromSystemError } from '../error.ts';
import { encodeEvent, encodeFileVersion } from './event.ts';
import type { Epoch } from './history.ts';
import { encodeRecord } from './tfrecord.ts';
import { checkPlace, moveIntoPlace } from './whole-folder.ts';

/** The folders of Keras's TensorBoard callback: one chart shows both. */
const RUNS = ['train', 'validation'] as const;
type Run = (typeof RUNS)[number];

/**
 * Passes epochs on, and writes each, as it comes, to the folder `path` for TensorBoard to show: `train/` and, if there was
 * validation, `validation/`, with the tags (`epoch_loss`, …) and steps (from 0) of Keras's callback. The same training gives
 * the same bytes. The folder grows under the name `path` + `.partial`, and gets its own name when the last epoch is there;
 * after a failure what was there before is still there. An earlier one is replaced; a folder that holds anything else is
 * refused with `BAD_VALUE`.
 */
export async function* recordEvents(epochs: AsyncIterable<Epoch>, path: string): AsyncGenerator<Epoch> {
  const target = await realpath(path).catch(() => resolve(path)); // a link keeps pointing at its folder
  const partial = `${target}.partial`;
  await checkPlace(path, isEventFolder);
  await checkPlace(partial, isEventFolder);
  const file = eventFile(randomBytes(6).toString('hex'));
  let complete = false;
  try {
    await rm(partial, { recursive: true, force: true }); // of a training that was killed
    await mkdir(partial, { recursive: true });
    const begun = new Set<Run>();
    for await (const epoch of epochs) {
      for (const run of RUNS) {
        const scalars = scalarsOf(epoch, run);
        if (Object.keys(scalars).length === 0) continue;
        const folder = join(partial, run);
        if (!begun.has(run)) await begin(folder, file);
        begun.add(run);
        // A second an epoch: the clock's times would never be the same again, and TensorBoard's axes of time spread the epochs.
        const event = encodeEvent({ wallTime: epoch.epoch, step: epoch.epoch - 1, scalars });
        await appendFile(join(folder, file), encodeRecord(event));
      }
      yield epoch;
    }
    for (const run of await readdir(partial)) await nameByContent(join(partial, run), file);
    await moveIntoPlace(partial, target, isEventFolder);
    complete = true;
  } catch (error) {
    throw fromSystemError(error, path);
  } finally {
    if (!complete) await rm(partial, { recursive: true, force: true });
  }
}

/** TensorBoard knows an event file by the beginning of its name, and takes one of a known name for what it has read already. */
const eventFile = (id: string): string => `events.out.tfevents.${id}`;

async function nameByContent(folder: string, file: string): Promise<void> {
  const digest = createHash('sha256').update(await readFile(join(folder, file)));
  await rename(join(folder, file), join(folder, eventFile(digest.digest('hex').slice(0, 12))));
}

/** Begins an event file in a folder that is not there yet, in one that is. */
async function begin(folder: string, file: string): Promise<void> {
  await mkdir(folder);
  await appendFile(join(folder, file), encodeRecord(encodeFileVersion()));
}

function scalarsOf(
  { epoch: _epoch, seconds: _seconds, ...results }: Epoch,
  run: Run,
): Record<string, number> {
  const ofRun = Object.entries(results).filter(
    ([name]) => name.startsWith('val_') === (run === 'validation'),
  );
  return Object.fromEntries(ofRun.map(([name, value]) => [`epoch_${name.replace(/^val_/, '')}`, value]));
}

/** Whether a folder holds nothing but what is written here. */
async function isEventFolder(path: string): Promise<boolean> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.every((entry) => {
    const name = relative(path, join(entry.parentPath, entry.name));
    return (entry.isDirectory() ? FOLDER : FILE).test(name);
  });
}

const FOLDER = /^(train|validation)$/;
const FILE = /^(train|validation)\/events\.out\.tfevents\.[0-9a-f]{12}$/;
