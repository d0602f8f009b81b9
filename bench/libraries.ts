import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Preloaded into every Node process of a run, this writes down at its end which native libraries and CommonJS modules
// it had loaded, into a file of its own.
const folder = process.env['BENCH_LIBRARIES_FOLDER'];
process.once('exit', () => {
  // Without it the report looks up the names of network peers.
  Object.assign(process.report, { excludeNetwork: true });
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  const modules = Object.keys(createRequire(import.meta.url).cache);
  if (folder !== undefined)
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify([...sharedObjects, ...modules]));
});
