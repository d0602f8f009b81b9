import * as v from 'valibot';
import { checkProbabilities } from '../engine/probabilities.ts';
import { readKernels } from '../engine/wasm/kernel-file.ts';
import { createPredictor, type Columns } from '../engine/wasm/predictor.ts';
import { StageError } from '../error.ts';
import { readInputFile } from '../formats/input-file.ts';
import { BagOfWords } from '../formats/bag-of-words.ts';
import { readsWords, type Model } from '../formats/model.ts';
import type { Review } from '../formats/review.ts';
import { predictions, type Asked, type Prediction } from '../formats/predictions.ts';
import { readModel } from '../formats/safetensors.ts';
import { samples, type Samples } from '../formats/samples.ts';
import { readWordIndex, tokenize } from '../formats/word-index.ts';
import { argmax } from '../metrics/argmax.ts';
import { inputFile, uint32 } from '../options.ts';
import { defineStage } from '../stage.ts';

export const predict = defineStage({
  summary:
    'Gives the probability that a review is positive, or of each label: of vectors, reviews, or lines of text',
  example: 'echo "what a film" | sluice predict --model model.safetensors --words imdb_word_index.json',
  reads: samples,
  writes: predictions,
  options: {
    model: inputFile('the model to ask'),
    words: v.optional(inputFile('the word index, which text needs')),
    indexFrom: v.optional(uint32(0, 'of text: what is added to the index of a word'), 3),
    startToken: v.optional(
      v.nullable(uint32(0, 'of text: the number in front of a review; null for none')),
      1,
    ),
    oovToken: v.optional(
      v.nullable(uint32(0, 'of text: the number of an unknown word; null leaves it out')),
      2,
    ),
  },
  toolchain: 'wasm',
  run: async function* (input, { model: path, words, ...numbering }, context) {
    const model = await readInputFile(path, readModel);
    const wordIndex = words === undefined ? undefined : await readInputFile(words, readWordIndex);
    const toTokens = (text: string): ArrayLike<number> => {
      if (wordIndex === undefined) throw textWithoutWords();
      return tokenize(text, wordIndex, { dimension: model.dimension, ...numbering });
    };
    const { units } = model.layers.at(-1)!;
    const predictor = await createPredictor(readKernels(), model);
    const encoder = new BagOfWords(model);
    for await (const some of input) {
      context.signal.throwIfAborted();
      if (some.kind !== 'vectors' && !readsWords(model)) throw onlyVectors(model);
      const { rows, asked } = prepare(some, encoder, toTokens);
      yield toPredictions(checkProbabilities(predictor.predict(rows)), units, asked);
    }
  },
});

/** What comes out for each row, float32[rows × units], with what is known about it. */
function toPredictions(
  probabilities: Float32Array,
  units: number,
  asked: (row: number) => Asked,
): Prediction[] {
  // Field by field: an object that is spread takes twice as long to write.
  if (units === 1)
    return Array.from(probabilities, (probability, row) => {
      const { id, split, label } = asked(row);
      return { id, split, label, probability };
    });
  return Array.from(argmax(probabilities, units), (prediction, row) => {
    const { id, split, label } = asked(row);
    const own = [...probabilities.subarray(row * units, (row + 1) * units)];
    return { id, split, label, probabilities: own, prediction };
  });
}

/** Samples as rows for the engine, and what is known about each row. */
function prepare(
  some: Samples,
  encoder: BagOfWords,
  toTokens: (text: string) => ArrayLike<number>,
): { rows: Columns; asked: (row: number) => Asked } {
  switch (some.kind) {
    case 'vectors': {
      const { ids, splits, labels } = some.batch;
      return {
        rows: some.batch,
        asked: (row) => ({ id: ids[row]!, split: splits[row]!, label: labels[row]! }),
      };
    }
    case 'reviews': {
      const { reviews } = some;
      return { rows: encode(reviews, encoder), asked: (row) => reviews[row]! };
    }
    case 'text': {
      const lines = some.lines.map(({ text, number }) => ({ id: `line/${number}`, tokens: toTokens(text) }));
      return { rows: encode(lines, encoder), asked: (row) => ({ id: lines[row]!.id }) };
    }
  }
}

function encode(reviews: readonly Pick<Review, 'id' | 'tokens'>[], encoder: BagOfWords): Columns {
  for (const { id, tokens } of reviews) encoder.add(tokens, { record: id });
  return encoder.take();
}

const onlyVectors = ({ encoding }: Model): StageError =>
  new StageError(
    'USAGE',
    `the model reads ${encoding} vectors, and does not tell how to make them of words`,
    {
      where: { field: 'model' },
      hint: 'give it vectors, made as those were that it was trained on',
    },
  );

const textWithoutWords = (): StageError =>
  new StageError('USAGE', 'the input is text, and predict needs a word index to read it', {
    where: { field: 'words' },
    hint: 'give --words imdb_word_index.json, or vectors, or reviews as `sluice decode` writes them',
  });
