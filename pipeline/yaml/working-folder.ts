import { posix } from 'node:path';
import type { Spot, YamlFile } from './yaml-file.ts';

/** Something at a path in a command's working folder, and where the experiment says so. */
export interface Placed {
  readonly place: string;
  readonly spot: Spot;
}

/** A path in the working folder in its shortest form: `./a//b/` is `a/b`. */
export const tidy = (path: string): string => posix.normalize(path).replace(/\/+$/, '');

/** Where a file or folder stands in a command's working folder: under the same path, if that doesn't lead out of it. */
export function placeOf(path: string): string {
  const short = tidy(path);
  return posix.isAbsolute(path) || short.split('/', 1)[0] === '..' ? posix.basename(short) : short;
}

/** Complains of what is at a place twice, or inside of something else. */
export function checkPlaces(yaml: YamlFile, placed: readonly Placed[]): void {
  const places = new Set<string>();
  for (const { place, spot } of placed) {
    if (places.has(place))
      yaml.complain(spot, {
        message: `${place} would be in the working folder twice`,
        hint: 'give one of them another path there: { other/path: … }',
      });
    places.add(place);
  }
  for (const { place, spot } of placed) {
    const outer = outerPaths(place).find((path) => places.has(path));
    if (outer !== undefined)
      yaml.complain(spot, {
        message: `${place} would lie in ${outer}, which is another file or folder of this step`,
      });
  }
}

/** `a` and `a/b` for `a/b/c`. */
function outerPaths(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
