import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { program } from '../cli/shell.ts';

const rows = (name: string): Buffer =>
  readFileSync(new URL(`../files/train/${name}.arrows`, import.meta.url));

/** Trainings that take each kernel with an exponential, and each way to a loss and its derivatives. */
const trainings = [
  { input: rows('input'), options: '--units 8,8 --activations tanh,sigmoid --dropout 0.2' },
  { input: rows('input'), options: '--loss mean_squared_error --output-activation tanh --optimizer adam' },
  { input: rows('classes'), options: '--loss categorical_crossentropy --activation softmax' },
  { input: rows('classes'), options: '--loss mean_squared_error --classes 3 --output-activation softmax' },
];

/** The models that a Node makes, one after the other. */
const modelsBy = (node: string): Buffer =>
  Buffer.concat(
    trainings.map(({ input, options }) =>
      execFileSync(node, [program, 'train', '--epochs', '3', '--batch-size', '16', ...options.split(' ')], {
        input,
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    ),
  );

/** Other Nodes, as `.ci/run` installs them: their programs, with colons between them. */
const nodes = (process.env['OTHER_NODES'] ?? '').split(':').filter((path) => path !== '');
if (nodes.length === 0) console.warn('not tested with other versions of Node: OTHER_NODES names none');

test.skipIf(nodes.length === 0)('the same seed gives the same bytes by every version of Node', () => {
  const expected = modelsBy(process.execPath);
  expect(expected.length).toBeGreaterThan(trainings.length * 500);
  for (const node of nodes) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    expect(version).not.toBe(process.version);
    expect(modelsBy(node).equals(expected), version).toBe(true);
  }
});
