import { WEIGHTS_FILE } from './layers-model.ts';
import { hasTopology, type AnyModel } from './model.ts';
import type { Layer } from './topology.ts';

/** What a person finds beside an exported model: what it is, what to feed it, and an example to run. */
export function layersModelReadme(model: AnyModel, withWords: boolean): string {
  const { dimension } = model;
  const length = hasTopology(model) ? model.length : undefined;
  return `# A TensorFlow.js layers model

Made by \`sluice export\`. It gives the probability that a review is positive.

- Input: ${length === undefined ? multiHot(dimension) : tokens(length)}
- ${layersOf(model)}.
- A word's number is its rank in ${withWords ? '`imdb_word_index.json`' : "Keras's `imdb_word_index.json`"} + 3 (\`index_from\`). 1 starts every review,
  and 2 stands for every word that isn't in the index or whose number is not below ${dimension}. These are the defaults of
  Keras and of \`sluice decode\`; a model trained with other ones needs those.

This is \`predict.mjs\`, to be kept elsewhere; run it as \`node predict.mjs FOLDER\`, after \`npm install @tensorflow/tfjs\`:

\`\`\`js
${example({ dimension, length }, withWords)}
\`\`\`

With \`@tensorflow/tfjs-node\`, \`tf.loadLayersModel('file://FOLDER/model.json')\` loads it; in a browser, \`tf.loadLayersModel(url)\` does,
with the address of \`model.json\`.
`;
}

const multiHot = (dimension: number): string =>
  `float32[reviews, ${dimension}], multi-hot: 1 in the column of every word number that occurs in the review, else 0.`;

const tokens = (length: number): string =>
  `[reviews, ${length}]: the last ${length} word numbers of the review, in their order; 0 in front of fewer.`;

function layersOf(model: AnyModel): string {
  if (hasTopology(model)) {
    const layers = model.topology.config['layers'] as readonly Layer[];
    return `Layers: ${layers.map(({ class_name }) => class_name).join(', ')}`;
  }
  const shape = model.layers.map(({ units, activation }) => `${units} (${activation})`).join(' → ');
  return `Dense layers: ${model.dimension} → ${shape}`;
}

const example = (
  { dimension, length }: { dimension: number; length: number | undefined },
  withWords: boolean,
): string => `import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

const read = (name) => readFileSync(process.argv[2] + '/' + name);
const { modelTopology, weightsManifest } = JSON.parse(read('model.json'));
const weightData = new Uint8Array(read('${WEIGHTS_FILE}')).buffer;
const model = await tf.loadLayersModel(
  tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
);
${withWords ? OF_TEXT : OF_NUMBERS}
${length === undefined ? ofMultiHot(dimension) : ofTokens(dimension, length)}
console.log(model.predict(input.toTensor()).dataSync()[0]);`;

const ofMultiHot = (dimension: number): string =>
  [
    `const input = tf.buffer([1, ${dimension}]);`,
    `for (const number of [1, ...numbers]) input.set(1, 0, number < ${dimension} ? number : 2);`,
  ].join('\n');

const ofTokens = (dimension: number, length: number): string =>
  [
    `const input = tf.buffer([1, ${length}]);`,
    `const last = [1, ...numbers].slice(-${length});`,
    `for (const [i, number] of last.entries())`,
    `  input.set(number < ${dimension} ? number : 2, 0, ${length} - last.length + i);`,
  ].join('\n');

/** Words are parted as by `tokenize`: at white space and at all punctuation of ASCII but the apostrophe. */
const OF_TEXT = [
  "const index = JSON.parse(read('imdb_word_index.json'));",
  "const words = 'What a film!'.toLowerCase().split(/[\\s!-&(-/:-@[-`{-~]+/).filter(Boolean);",
  'const numbers = words.map((word) => (Object.hasOwn(index, word) ? index[word] + 3 : 2));',
].join('\n');

const OF_NUMBERS = `const numbers = [51, 6, 22]; // the word numbers of "what a film"`;
