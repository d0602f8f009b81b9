import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Sluice's own package, from whatever folder in it this code lies in: built, bundled, or its source. */
const root = findRoot(import.meta.dirname);

/** The absolute path of a file of Sluice's own package. */
export const packageFile = (file: string): string => join(root, file);

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}
