import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const own = process.version.slice(1).split('.')[0]!;
const versions = ['20', '22', '24', '26'].filter((version) => version !== own);

/** The other Nodes, from npm, and why one is missing. */
const nodes = new Map<string, { path: string } | { reason: string }>();
beforeAll(async () => {
  await Promise.all(versions.map(async (version) => nodes.set(version, await install(version))));
});

async function install(version: string): Promise<{ path: string } | { reason: string }> {
  const prefix = join(folder, version);
  const options = ['--prefix', prefix, '--no-audit', '--no-fund', '--no-save', '--fetch-retries=1'];
  try {
    await promisify(execFile)('npm', ['install', ...options, `node@${version}`], { timeout: 60_000 });
    return { path: join(prefix, 'node_modules/node/bin/node') };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

let expected: Buffer | undefined;

test.for(versions)('the same seed gives the same bytes on Node %s', (version, context) => {
  const node = nodes.get(version)!;
  if ('reason' in node) {
    console.warn(`not tested with Node ${version}, which npm does not give: ${node.reason}`);
    return context.skip();
  }
  expect(execFileSync(node.path, ['--version'], { encoding: 'utf8' })).toMatch(`v${version}.`);
  expected ??= modelsBy(process.execPath);
  expect(expected.length).toBeGreaterThan(trainings.length * 500);
  expect(modelsBy(node.path).equals(expected)).toBe(true);
});
