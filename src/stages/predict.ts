import * as v from 'valibot';
import { ENGINES, toolchainOf, type EngineName } from '../engine/engine.ts';
import { activateRows } from '../engine/outputs.ts';
import { checkProbabilities } from '../engine/probabilities.ts';
import { checkFits, type Rows } from '../engine/rows.ts';
import { loadSums } from '../engine/tensorflow-sums.ts';
import { inBlocks } from '../engine/blocks.ts';
import { readKernels } from '../engine/wasm/kernel-file.ts';
import { createPredictor } from '../engine/wasm/predictor.ts';
import { StageError } from '../error.ts';
import { readInputFile } from '../formats/input-file.ts';
import { createEncoder, type Encoder } from '../formats/encoder.ts';
import { hasTopology, readsWords, type AnyModel } from '../formats/model.ts';
import { outputLayerOf } from '../formats/output-layer.ts';
import type { Review } from '../formats/review.ts';
import { predictions, type Asked, type Prediction } from '../formats/predictions.ts';
import { readModel } from '../formats/safetensors.ts';
import { samples, type Samples } from '../formats/samples.ts';
import { readWordIndex, tokenize } from '../formats/word-index.ts';
import { argmax } from '../metrics/argmax.ts';
import { choice, inputFile, uint32 } from '../options.ts';
import { defineStage, type Context } from '../stage.ts';

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
    engine: v.optional(
      choice(ENGINES, 'what computes: auto is wasm; tfjs is TensorFlow, which a model from a topology needs'),
      'auto',
    ),
  },
  toolchain: ({ engine }) => toolchainOf(engine),
  run: async function* (input, { model: path, words, engine, ...numbering }, context) {
    const model = await readInputFile(path, readModel);
    const wordIndex = words === undefined ? undefined : await readInputFile(words, readWordIndex);
    const toTokens = (text: string): ArrayLike<number> => {
      if (wordIndex === undefined) throw textWithoutWords();
      return tokenize(text, wordIndex, { dimension: model.dimension, ...numbering });
    };
    const { units } = outputLayerOf(model);
    const toProbabilities = await loadPredictor(model, engine, context);
    const encoder = createEncoder(model);
    for await (const some of input) {
      context.signal.throwIfAborted();
      if (some.kind !== 'vectors' && !readsWords(model)) throw onlyVectors(model);
      const { rows, asked } = prepare(some, encoder, toTokens);
      checkFits(model, rows);
      yield toPredictions(checkProbabilities(await toProbabilities(rows)), units, asked);
    }
  },
});

/** What computes the probabilities of rows: float32[rows × outputs]. Throws `USAGE` for an engine that can't. */
async function loadPredictor(
  model: AnyModel,
  engine: EngineName,
  context: Context,
): Promise<(rows: Rows) => Promise<Float32Array>> {
  if (toolchainOf(engine) === 'tensorflow') {
    const toSums = inBlocks(await loadSums(model, (line) => context.say(line)));
    const { units, activation } = outputLayerOf(model);
    return async (rows) =>
      new Float32Array(activateRows(activation, await toSums(rows, context.signal), units));
  }
  if (hasTopology(model)) throw topologyWithoutTensorFlow();
  const predictor = await createPredictor(readKernels(), model);
  return async (rows) => predictor.predict(rows);
}

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
  encoder: Encoder,
  toTokens: (text: string) => ArrayLike<number>,
): { rows: Rows; asked: (row: number) => Asked } {
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

/** Reviews as rows without labels. */
function encode(reviews: readonly Pick<Review, 'id' | 'tokens'>[], encoder: Encoder): Rows {
  for (const { id, tokens } of reviews) encoder.add(tokens, { record: id });
  return { ...encoder.take(), labels: new Float32Array(reviews.length) };
}

const topologyWithoutTensorFlow = (): StageError =>
  new StageError('USAGE', 'the model is of layers that TensorFlow is needed for', {
    where: { field: 'engine' },
    hint: 'give --engine tfjs',
  });

const onlyVectors = ({ encoding }: AnyModel): StageError =>
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
