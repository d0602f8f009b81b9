import { existsSync } from 'node:fs';

/** The URL of a file of Sluice's own folder, from built code and from source alike. */
export function findRoot(file: string): URL {
  const built = new URL(`../../../${file}`, import.meta.url);
  return existsSync(built) ? built : new URL(`../../${file}`, import.meta.url);
}
