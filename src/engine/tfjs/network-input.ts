import type { Tensor2D } from '@tensorflow/tfjs';
import { StageError } from '../../error.ts';
import type { About, Rows } from '../rows.ts';
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
