import { WEIGHTS_FILE } from './layers-model.ts';
import type { Model } from './model.ts';

/** What a person finds beside an exported model: what it is, what to feed it, and an example to run. */
export function layersModelReadme({ dimension, layers }: Model, withWords: boolean): string {
  const outputs = layers.at(-1)!.units;
  const shape = layers.map(({ units, activation }) => `${units} (${activation})`).join(' → ');
  return `# A TensorFlow.js layers model

Made by \`sluice export\`. It gives ${outputs === 1 ? 'the probability that a review is positive' : `float32[reviews, ${outputs}]: how likely the label of a review is 0 to ${outputs - 1}`}.

- Input: float32[reviews, ${dimension}], multi-hot: 1 in the column of every word number that occurs in the review, else 0.
- Dense layers: ${dimension} → ${shape}.
- A word's number is its rank in ${withWords ? '`imdb_word_index.json`' : "Keras's `imdb_word_index.json`"} + 3 (\`index_from\`). 1 starts every review,
  and 2 stands for every word that isn't in the index or whose number is not below ${dimension}. These are the defaults of
  Keras and of \`sluice decode\`; a model trained with other ones needs those.

This is \`predict.mjs\`, to be kept elsewhere; run it as \`node predict.mjs FOLDER\`, after \`npm install @tensorflow/tfjs\`:

\`\`\`js
${example({ dimension, outputs }, withWords)}
\`\`\`

With \`@tensorflow/tfjs-node\`, \`tf.loadLayersModel('file://FOLDER/model.json')\` loads it; in a browser, \`tf.loadLayersModel(url)\` does,
with the address of \`model.json\`.
`;
}

const example = (
  { dimension, outputs }: { dimension: number; outputs: number },
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
const input = tf.buffer([1, ${dimension}]);
for (const number of [1, ...numbers]) input.set(1, 0, number < ${dimension} ? number : 2);
console.log(${outputs === 1 ? 'model.predict(input.toTensor()).dataSync()[0]' : 'Array.from(model.predict(input.toTensor()).dataSync())'});`;

/** Words are parted as by `tokenize`: at white space and at all punctuation of ASCII but the apostrophe. */
const OF_TEXT = [
  "const index = JSON.parse(read('imdb_word_index.json'));",
  "const words = 'What a film!'.toLowerCase().split(/[\\s!-&(-/:-@[-`{-~]+/).filter(Boolean);",
  'const numbers = words.map((word) => (Object.hasOwn(index, word) ? index[word] + 3 : 2));',
].join('\n');

const OF_NUMBERS = `const numbers = [51, 6, 22]; // the word numbers of "what a film"`;
