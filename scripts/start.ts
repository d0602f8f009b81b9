import { spawnSync } from 'node:child_process';

// `npm start`: runs the embedded sample, and tells what to do next.

const { status } = spawnSync(process.execPath, ['dist/src/cli.js', 'run', 'config/sample.yaml'], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

const onPath = spawnSync('sluice', ['--version']).status === 0;
const sluice = onPath ? 'sluice' : 'npx sluice';
process.stdout.write(`
What next?
  ${sluice} run config/sample.yaml                          nothing has changed: nothing runs
  ${sluice} run config/sample.yaml --set epochs=8           only what depends on it runs
  ${sluice} run config/sample.yaml --dry-run --explain      what would run, and why
  ${sluice} decode < config/sample/imdb.npz | head -n 3     each stage is a filter
  ${sluice} run config/imdb.yaml                            the real experiment: 50,000 reviews
${onPath ? '' : '  npm link                                               puts a plain `sluice` on your PATH, which starts faster\n'}`);
