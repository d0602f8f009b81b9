import { existsSync } from 'node:fs';

/** The URL of a file of Sluice's own package, from whatever folder in it this code lies in: built, bundled, or its source. */
export function findRoot(file: string): URL {
  let root = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', root))) root = new URL('../', root);
  return new URL(file, root);
}
