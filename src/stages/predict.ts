import * as v from 'valibot';
import { ENGINES, toolchainOf, type EngineName } from '../engine/engine.ts';
import { activate } from '../engine/loss.ts';
import { checkProbabilities } from '../engine/probabilities.ts';
import { aboutOf, checkFits, type Rows } from '../engine/rows.ts';
import { activationOf, loadSums } from '../engine/tensorflow-sums.ts';
import { readKernels } from '../engine/wasm/kernel-file.ts';
import { createPredictor } from '../engine/wasm/predictor.ts';
import { StageError } from '../error.ts';
import { readInputFile } from '../formats/input-file.ts';
import { createEncoder } from '../formats/encoder.ts';
import { hasTopology, readsWords, type AnyModel } from '../formats/model.ts';
import type { Review } from '../formats/review.ts';
import { predictions, type Prediction } from '../formats/predictions.ts';
import { readModel } from '../formats/safetensors.ts';
import { samples, type Samples } from '../formats/samples.ts';
import { readWordIndex, tokenize } from '../formats/word-index.ts';
import { choice, inputFile, uint32 } from '../options.ts';
import { defineStage, type Context } from '../stage.ts';

export const predict = defineStage({
  summary: 'Gives the probability that a review is positive: of vectors, reviews, or lines of text',
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
    const toProbabilities = await loadPredictor(model, engine, context);
    const encode = encoderFor(model);
    for await (const some of input) {
      context.signal.throwIfAborted();
      const { rows, toPrediction } = prepare(some, encode, toTokens);
      checkFits(model, rows);
      yield Array.from(checkProbabilities(await toProbabilities(rows)), toPrediction);
    }
  },
});

/** What computes the probabilities of rows: float32[rows]. Throws `USAGE` for an engine that can't. */
async function loadPredictor(
  model: AnyModel,
  engine: EngineName,
  context: Context,
): Promise<(rows: Rows) => Promise<Float32Array>> {
  if (toolchainOf(engine) === 'tensorflow') {
    const toSums = await loadSums(model, (line) => context.say(line));
    const activation = activationOf(model);
    return async (rows) => (await toSums(rows, context.signal)).map((sum) => activate(activation, sum));
  }
  if (hasTopology(model)) throw topologyWithoutTensorFlow();
  const predictor = await createPredictor(readKernels(), model);
  return async (rows) => predictor.predict(rows);
}

/** Samples as rows for the engine, and how a probability is told together with what is known about its row. */
function prepare(
  some: Samples,
  encode: Encode,
  toTokens: (text: string) => ArrayLike<number>,
): { rows: Rows; toPrediction: (probability: number, row: number) => Prediction } {
  switch (some.kind) {
    case 'vectors': {
      const { ids, splits, labels } = some.batch;
      return {
        rows: some.batch,
        toPrediction: (probability, row) => ({
          id: ids[row]!,
          split: splits[row]!,
          label: labels[row] === 1 ? 1 : 0,
          probability,
        }),
      };
    }
    case 'reviews': {
      const { reviews } = some;
      return {
        rows: encode(reviews),
        toPrediction: (probability, row) => {
          const { id, split, label } = reviews[row]!;
          return { id, split, label, probability };
        },
      };
    }
    case 'text': {
      const lines = some.lines.map(({ text, number }) => ({ id: `line/${number}`, tokens: toTokens(text) }));
      return {
        rows: encode(lines),
        toPrediction: (probability, row) => ({ id: lines[row]!.id, probability }),
      };
    }
  }
}

/** Reviews as rows without labels. */
type Encode = (reviews: readonly Pick<Review, 'id' | 'tokens'>[]) => Rows;

/** What encodes reviews as those were that the model has learned from. Throws `USAGE`, once it is asked to, where nobody knows how. */
function encoderFor(model: AnyModel): Encode {
  const about = aboutOf(model);
  const { encoding } = about;
  if (!readsWords(model))
    return () => {
      throw onlyVectors(encoding);
    };
  const encoder = createEncoder(about);
  return (reviews) => {
    for (const { id, tokens } of reviews) encoder.add(tokens, { record: id });
    const labels = new Float32Array(reviews.length);
    return { ...about, labels, ...encoder.take() };
  };
}

const topologyWithoutTensorFlow = (): StageError =>
  new StageError('USAGE', 'the model is of layers that TensorFlow is needed for', {
    where: { field: 'engine' },
    hint: 'give --engine tfjs',
  });

const onlyVectors = (encoding: AnyModel['encoding']): StageError =>
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
