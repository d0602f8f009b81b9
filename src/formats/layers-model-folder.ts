import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layersModelReadme } from './layers-model-readme.ts';
import {
  bytesOf,
  GENERATOR,
  IDF_FILE,
  toLayersModel,
  WEIGHTS_FILE,
  type LayersModel,
} from './layers-model.ts';
import type { AnyModel } from './model.ts';
import { writeWholeFolder } from './whole-folder.ts';

const MODEL_FILE = 'model.json';
const README_FILE = 'README.md';
/** The name of Keras's word index. */
export const WORDS_FILE = 'imdb_word_index.json';

/**
 * Writes a TensorFlow.js layers-model folder, with the bytes of a word index in it if they are given, and the model's idf if it has one. Same model, same bytes.
 * An earlier export of that name is replaced; a folder that holds anything else is refused with `BAD_VALUE`.
 */
export async function writeLayersModelFolder(
  path: string,
  model: AnyModel,
  words?: Uint8Array,
): Promise<void> {
  const { json, weights } = toLayersModel(model);
  const files = {
    [MODEL_FILE]: `${JSON.stringify(json, null, 2)}\n`,
    [WEIGHTS_FILE]: weights,
    [README_FILE]: layersModelReadme(model, words !== undefined),
    ...(model.idf && { [IDF_FILE]: bytesOf(model.idf) }),
    ...(words && { [WORDS_FILE]: words }),
  };
  await writeWholeFolder(path, files, isEarlierExport);
}

/** Whether a folder holds what is written here and nothing that a person put there. */
async function isEarlierExport(path: string, names: readonly string[]): Promise<boolean> {
  const ours = [MODEL_FILE, WEIGHTS_FILE, README_FILE, IDF_FILE, WORDS_FILE];
  if (!names.includes(MODEL_FILE) || !names.every((name) => ours.includes(name))) return false;
  try {
    const { format, generatedBy } = JSON.parse(await readFile(join(path, MODEL_FILE), 'utf8')) as LayersModel;
    return format === 'layers-model' && generatedBy === GENERATOR;
  } catch {
    // A model.json that can't be read isn't ours.
    return false;
  }
}
