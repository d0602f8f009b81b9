import { spawnSync } from 'node:child_process';
import { describeEngine } from '../src/engine/tfjs/tensorflow.ts';

// `npm start`: runs the embedded sample, and tells what to do next.

async function main(): Promise<void> {
  const { status } = spawnSync(process.execPath, ['dist/sluice.cjs', 'run', 'config/sample.yaml'], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);

  const onPath = spawnSync('sluice', ['--version']).status === 0;
  const native = (await describeEngine())['backend'] === 'native';
  const sluice = onPath ? 'sluice' : 'npx sluice';
  const next = [
    [`${sluice} run config/sample.yaml`, 'nothing has changed: nothing runs'],
    [`${sluice} run config/sample.yaml --set epochs=8`, 'only what depends on it runs'],
    [`${sluice} run config/sample.yaml --dry-run --explain`, 'what would run, and why'],
    [`${sluice} decode < config/sample/imdb.npz | head -n 3`, 'each stage is a filter'],
    [`${sluice} run config/imdb.yaml`, 'the real experiment: 50,000 reviews'],
    ...(native ? [] : [['npm run tensorflow', 'judges faster, on TensorFlow’s native library']]),
    ...(onPath ? [] : [['npm link', 'puts a plain `sluice` on your PATH, which starts faster']]),
  ];
  const width = Math.max(...next.map(([command]) => command!.length)) + 3;
  const lines = next.map(([command, meaning]) => `  ${command!.padEnd(width)}${meaning}\n`);
  process.stdout.write(`\nWhat next?\n${lines.join('')}`);
}

void main();
