import type { Tensor2D } from '@tensorflow/tfjs';
import { StageError } from '../../error.ts';
import type { About, Rows } from '../rows.ts';
import type { Layer } from './layer-parts.ts';
import type { TensorFlow } from './tensorflow.ts';

/** Some rows as a tensor: tokens as float32[numbers × length], any other encoding as float32[numbers × dimension]. */
export function toTensor(tf: TensorFlow, rows: Rows, numbers: Uint32Array): Tensor2D {
  const width = widthOf(rows);
  const filled = new Float32Array(numbers.length * width);
  const { encoding, offsets, indices, values } = rows;
  // Whole rows, or what lies in the columns of each.
  const whole = encoding === 'tokens' ? indices : encoding === 'dense' ? values : undefined;
  for (let i = 0; i < numbers.length; i++) {
    const [begin, end] = [offsets[numbers[i]!]!, offsets[numbers[i]! + 1]!];
    if (whole !== undefined) filled.set(whole.subarray(begin, end), i * width);
    else for (let at = begin; at < end; at++) filled[i * width + indices[at]!] = values?.[at] ?? 1;
  }
  return tf.tensor2d(filled, [numbers.length, width]);
}

/** The numbers of a row. */
const widthOf = ({ dimension, length = dimension }: About): number => length;

/** Throws `BAD_VALUE` where rows don't fit an input of this shape, the first number of which is that of the rows. */
export function checkShape(shape: readonly (number | null)[], about: About): void {
  const [, ...wanted] = shape;
  const width = widthOf(about);
  if (wanted.length === 1 && [null, width].includes(wanted[0]!)) return;
  throw new StageError(
    'BAD_VALUE',
    `the vectors have shape [rows, ${width}], the topology's input has [${['rows', ...wanted].join(', ')}]`,
    { hint: 'vectorize with another length or dimension, or change batch_input_shape in the topology' },
  );
}

/** Throws `BAD_VALUE` where the rows are word numbers and the layers have no embedding for them or a smaller one, or the reverse. */
export function checkWords(layers: readonly Layer[], { dimension, encoding }: About): void {
  const embeddings = layers.filter((layer) => layer.getClassName() === 'Embedding');
  if (encoding !== 'tokens') {
    if (embeddings.length === 0) return;
    throw new StageError('BAD_VALUE', `the vectors are ${encoding}, and the topology has an embedding`, {
      hint: 'vectorize with --encoding tokens: an embedding reads word numbers',
    });
  }
  if (embeddings.length === 0)
    throw new StageError('BAD_VALUE', 'the vectors are tokens, and the topology has no embedding', {
      hint: 'let an Embedding read them, or vectorize with another encoding',
    });
  if (dimension > MOST_WORDS)
    throw new StageError('BAD_VALUE', `the vectors are tokens of dimension ${dimension}`, {
      hint: `expected at most ${MOST_WORDS}: a topology reads word numbers as float32`,
    });
  for (const layer of embeddings) {
    const { inputDim } = layer as { inputDim?: number };
    if (inputDim! >= dimension) continue;
    throw new StageError(
      'BAD_VALUE',
      `the vectors have dimension ${dimension}, the embedding "${layer.name}" has input_dim ${inputDim}`,
      { hint: `vectorize with --dimension ${inputDim}, or make the embedding larger` },
    );
  }
}

/** From here on, float32 doesn't hold every whole number. */
const MOST_WORDS = 2 ** 24;
