import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StageError } from '../src/error.ts';
import { run } from './command.ts';

// Makes the README's pictures, with the native TensorFlow. Run it in the project's root; what follows is given to the run, such as
// `--params mirror.yaml`.
const folder = mkdtempSync(join(tmpdir(), 'sluice-pictures-'));
try {
  const results = join(folder, 'results');
  sluice('run', 'config/imdb.yaml', 'curves', '--results', results, ...process.argv.slice(2));
  writeFileSync('docs/curves.png', readFileSync(join(results, 'imdb/curves.png'))); // a copy would be read-only, too
  // Without a store, nothing is told of hits.
  const graph = sluice('graph', 'config/imdb.yaml', '--format', 'svg', '--store', join(folder, 'none'));
  writeFileSync('docs/graph.svg', graph);
} finally {
  rmSync(folder, { recursive: true });
}

/** What Sluice writes on its standard output. */
function sluice(...parameters: string[]): string {
  const { ok, stdout, complaint } = run(process.execPath, ['dist/sluice.cjs', ...parameters]);
  if (!ok) throw new StageError('SYSTEM', `sluice ${parameters[0]} failed: ${complaint}`);
  return stdout;
}
