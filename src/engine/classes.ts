import { StageError } from '../error.ts';
import { MOST_CLASSES, type Activation, type Loss } from '../formats/model.ts';
import type { Split } from '../formats/review.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';

/**
 * How many outputs the last layer has; `undefined` where that is for the labels to tell. Throws `USAGE` for a softmax of one, and where
 * there isn't a class weight for each class.
 */
export function chooseOutputs({ loss, classes, outputActivation, classWeights }: Asked): number | undefined {
  if (classes === undefined && loss === 'categorical_crossentropy') return undefined;
  const outputs = classes ?? 1;
  if (outputs === 1 && outputActivation === 'softmax')
    throw new StageError('USAGE', 'softmax of one output is always 1', {
      where: { field: 'outputActivation' },
      hint: 'give --classes, or --loss categorical_crossentropy',
    });
  const labels = Math.max(2, outputs);
  if (classWeights !== undefined && classWeights.length !== labels)
    throw new StageError('USAGE', `${classWeights.length} class weights for ${labels} classes`, {
      where: { field: 'classWeights' },
      hint: 'give one for each label, from 0',
    });
  return outputs;
}

interface Asked {
  readonly loss: Loss;
  readonly classes?: number | undefined;
  readonly outputActivation?: Activation | undefined;
  readonly classWeights?: readonly number[] | undefined;
}

/** Passes batches on, and notes the labels of the rows of these splits. */
export async function* noteLabels(
  batches: AsyncIterable<VectorBatch>,
  splits: readonly Split[],
  labels: Set<number>,
): AsyncGenerator<VectorBatch> {
  for await (const batch of batches) {
    for (const [row, split] of batch.splits.entries())
      if (splits.includes(split)) labels.add(batch.labels[row]!);
    yield batch;
  }
}

/** As many classes as the largest label asks for; at least two. */
export const countClasses = (labels: ReadonlySet<number>): number => Math.max(1, ...labels) + 1;

/**
 * Passes batches on. Throws `BAD_VALUE`, naming the record, for a row of these splits whose label has no place in so many outputs; if they
 * are `undefined`, in any model.
 */
export async function* checkLabels(
  batches: AsyncIterable<VectorBatch>,
  { outputs, splits: checked }: { readonly outputs: number | undefined; readonly splits: readonly Split[] },
): AsyncGenerator<VectorBatch> {
  const classes = Math.max(2, outputs ?? MOST_CLASSES);
  for await (const batch of batches) {
    const { ids, splits, labels } = batch;
    for (let row = 0; row < labels.length; row++)
      if (labels[row]! >= classes && checked.includes(splits[row]!))
        throw withoutPlace({ label: labels[row]!, record: ids[row]! }, outputs);
    yield batch;
  }
}

function withoutPlace(
  { label, record }: { label: number; record: string },
  outputs: number = MOST_CLASSES,
): StageError {
  const most = Math.max(2, outputs) - 1;
  const what = outputs === 1 ? 'one output tells 0 from 1' : `${outputs} outputs are for 0 to ${most}`;
  return new StageError('BAD_VALUE', `label is ${label}, and ${what}`, {
    where: { record },
    hint:
      outputs === 1
        ? 'train with --loss categorical_crossentropy, or with --classes; a topology says itself how many outputs there are'
        : `expected 0 to ${most}`,
  });
}
