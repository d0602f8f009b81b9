import { IDF_FILE, WEIGHTS_FILE } from './layers-model.ts';
import { hasTopology, readsWords, type AnyModel } from './model.ts';
import { outputLayerOf } from './output-layer.ts';
import type { Layer } from './topology.ts';

/** What a person finds beside an exported model: what it is, what to feed it, and an example to run. */
export function layersModelReadme(model: AnyModel, withWords: boolean): string {
  const { dimension, encoding } = model;
  const ofWords = readsWords(model);
  return `# A TensorFlow.js layers model

Made by \`sluice export\`. It gives ${whatItGives(model)}.

- Input: float32[${ofWords ? 'reviews' : 'rows'}, ${widthOf(model)}], ${encoding}: ${ofWords ? INPUTS[encoding] : INPUTS.dense}
- ${layersOf(model)}.
${ofWords ? numbering(dimension, withWords) : ''}
This is \`predict.mjs\`, to be kept elsewhere; run it as \`node predict.mjs FOLDER\`, after \`npm install @tensorflow/tfjs\`:

\`\`\`js
${example(model, withWords)}
\`\`\`

With \`@tensorflow/tfjs-node\`, \`tf.loadLayersModel('file://FOLDER/model.json')\` loads it; in a browser, \`tf.loadLayersModel(url)\` does,
with the address of \`model.json\`.
`;
}

const widthOf = (model: AnyModel): number => (hasTopology(model) && model.length) || model.dimension;

function layersOf(model: AnyModel): string {
  if (hasTopology(model)) {
    const layers = model.topology.config['layers'] as readonly Layer[];
    return `Layers: ${layers.map(({ class_name }) => class_name).join(', ')}`;
  }
  const shape = model.layers.map(({ units, activation }) => `${units} (${activation})`).join(' → ');
  return `Dense layers: ${model.dimension} → ${shape}`;
}

function whatItGives(model: AnyModel): string {
  const outputs = outputLayerOf(model).units;
  const row = readsWords(model) ? 'review' : 'row';
  if (outputs > 1)
    return `float32[${row}s, ${outputs}]: how likely the label of a ${row} is 0 to ${outputs - 1}`;
  return `the probability that ${row === 'review' ? 'a review is positive' : "a row's label is 1"}`;
}

const INPUTS: Readonly<Record<AnyModel['encoding'], string>> = {
  'multi-hot': '1 in the column of every word number that occurs in the review, else 0.',
  count: 'in the column of every word number, how often it occurs in the review.',
  'tf-idf': `in the column of every word number, how often it occurs in the review, times that column's number in \`${IDF_FILE}\` (float32).`,
  dense: 'numbers made as those were that it was trained on.',
  tokens: 'the last word numbers of the review, in their order, and 0 in front of fewer.',
};

const numbering = (dimension: number, withWords: boolean): string =>
  `- A word's number is its rank in ${withWords ? '`imdb_word_index.json`' : "Keras's `imdb_word_index.json`"} + 3 (\`index_from\`). 1 starts every review,
  and 2 stands for every word that isn't in the index or whose number is not below ${dimension}. These are the defaults of
  Keras and of \`sluice decode\`; a model trained with other ones needs those.
`;

function example(model: AnyModel, withWords: boolean): string {
  const input = `const input = tf.buffer([1, ${widthOf(model)}]);`;
  const steps = readsWords(model)
    ? [withWords ? OF_TEXT : OF_NUMBERS, input, ...fill(model)]
    : [input, 'input.set(0.5, 0, 0); // your numbers, each in its column'];
  const predicted = 'model.predict(input.toTensor()).dataSync()';
  const told = outputLayerOf(model).units === 1 ? `${predicted}[0]` : `Array.from(${predicted})`;
  return [LOADING, ...steps, `console.log(${told});`].join('\n');
}

const LOADING = `import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

const read = (name) => readFileSync(process.argv[2] + '/' + name);
const { modelTopology, weightsManifest } = JSON.parse(read('model.json'));
const weightData = new Uint8Array(read('${WEIGHTS_FILE}')).buffer;
const model = await tf.loadLayersModel(
  tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
);`;

/** The lines that put the word numbers into the input. */
function fill(model: AnyModel): string[] {
  const { dimension, encoding } = model;
  const column = `number < ${dimension} ? number : 2`;
  if (encoding === 'multi-hot') return [`for (const number of [1, ...numbers]) input.set(1, 0, ${column});`];
  if (encoding === 'tokens')
    return [
      `const last = [1, ...numbers].slice(-${widthOf(model)});`,
      'for (const [i, number] of last.entries())',
      `  input.set(${column}, 0, ${widthOf(model)} - last.length + i);`,
    ];
  const isWeighted = encoding === 'tf-idf';
  return [
    ...(isWeighted ? [`const idf = new Float32Array(new Uint8Array(read('${IDF_FILE}')).buffer);`] : []),
    'for (const number of [1, ...numbers]) {',
    `  const column = ${column};`,
    `  input.set(input.get(0, column) + ${isWeighted ? 'idf[column]' : '1'}, 0, column);`,
    '}',
  ];
}

/** Words are parted as by `tokenize`: at white space and at all punctuation of ASCII but the apostrophe. */
const OF_TEXT = [
  "const index = JSON.parse(read('imdb_word_index.json'));",
  "const words = 'What a film!'.toLowerCase().split(/[\\s!-&(-/:-@[-`{-~]+/).filter(Boolean);",
  'const numbers = words.map((word) => (Object.hasOwn(index, word) ? index[word] + 3 : 2));',
].join('\n');

const OF_NUMBERS = `const numbers = [51, 6, 22]; // the word numbers of "what a film"`;
