import * as v from 'valibot';
import { nothing } from '../formats/bytes.ts';
import { readInputFile } from '../formats/input-file.ts';
import { writeLayersModelFolder } from '../formats/layers-model-folder.ts';
import { models } from '../formats/safetensors.ts';
import { readWordIndex } from '../formats/word-index.ts';
import { inputFile, outputFolder } from '../options.ts';
import { defineStage } from '../stage.ts';

export const exportModel = defineStage({
  summary: 'Writes a model as a folder that TensorFlow.js loads with tf.loadLayersModel',
  example: 'sluice export imdb-model --words imdb_word_index.json < model.safetensors',
  reads: models,
  writes: nothing,
  options: {
    to: outputFolder(
      'the folder to make; an earlier export of that name is replaced, anything else is left alone',
    ),
    words: v.optional(inputFile('a word index to put beside the model, as imdb_word_index.json')),
  },
  positional: 'to',
  // oxlint-disable-next-line require-yield -- a folder is all that it makes
  run: async function* (input, { to, words }) {
    const wordIndex = words === undefined ? undefined : await readInputFile(words, readChecked);
    for await (const model of input) await writeLayersModelFolder(to, model, wordIndex);
  },
});

// A stage is exported by its name, which no constant can have here.
export { exportModel as export };

/** The bytes of a word index, which is read as one, so that no other file goes along by mistake. */
async function readChecked(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await readWordIndex(kept(bytes, chunks));
  return Buffer.concat(chunks);
}

async function* kept(bytes: AsyncIterable<Uint8Array>, chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    chunks.push(chunk);
    yield chunk;
  }
}
