import { readFileSync, statSync, type Stats } from 'node:fs';
import { digestFile, type Digest } from '../digest.ts';

/** A digest, and how the file was found when it was taken. */
interface Known {
  readonly sha256: Digest;
  readonly bytes: number;
  /** Node's own numbers, in milliseconds with fractions. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/**
 * The digests of files, each taken once as long as the file is found as it was: size, number, times of its last write and
 * of its last change of any kind, which no program can set. A file that was changed a moment before its digest is
 * taken may be changed again within the clock's tick: it is not remembered.
 */
export class DigestCache {
  readonly #known: Map<string, Known>;
  #changed = false;

  private constructor(known: Map<string, Known>) {
    this.#known = known;
  }

  /** The digests that an earlier run has left in a file; none if they can't be read. */
  static load(path: string): DigestCache {
    try {
      const known = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Known | null>);
      return new DigestCache(new Map(known.flatMap(([file, one]) => (one ? [[file, one]] : []))));
    } catch {
      return new DigestCache(new Map());
    }
  }

  /** Whether something is known that was not when it was loaded. */
  get changed(): boolean {
    return this.#changed;
  }

  toJSON(): Record<string, Known> {
    return Object.fromEntries(this.#known);
  }

  /** The sha256 and the size, in bytes, of a file. Throws the system's errors. */
  async of(path: string): Promise<{ sha256: Digest; bytes: number }> {
    const stat = statSync(path);
    const known = this.#known.get(path);
    if (known !== undefined && isSame(known, stat)) return known;
    const age = Date.now() - Math.max(stat.mtimeMs, stat.ctimeMs);
    const found = await digestFile(path);
    if (age > TICK && stat.size === found.bytes) this.#remember(path, stat, found);
    else this.#known.delete(path);
    return found;
  }

  /** Whether a file is as it was found with this digest. */
  isKnown(path: string, digest: Digest): boolean {
    const known = this.#known.get(path);
    const stat = statSync(path, { throwIfNoEntry: false });
    return known?.sha256 === digest && stat !== undefined && isSame(known, stat);
  }

  /** Takes note of a file that nobody but its writer, who knows its digest, may have written to. */
  add(path: string, digest: { sha256: Digest; bytes: number }): void {
    this.#remember(path, statSync(path), digest);
  }

  /** Does something to a file that leaves its content and the time of its last write alone, such as a link to it. */
  keeping<T>(path: string, act: () => T): T {
    const known = this.#known.get(path);
    const before = known && isSame(known, statSync(path));
    const result = act();
    if (before) this.#remember(path, statSync(path), known);
    return result;
  }

  /** Drops what is known of files for which `keep` is false. */
  prune(keep: (path: string) => boolean): void {
    for (const path of this.#known.keys()) {
      if (keep(path)) continue;
      this.#known.delete(path);
      this.#changed = true;
    }
  }

  #remember(path: string, stat: Stats, { sha256, bytes }: { sha256: Digest; bytes: number }): void {
    const { mtimeMs, ctimeMs, ino } = stat;
    this.#known.set(path, { sha256, bytes, mtimeMs, ctimeMs, ino });
    this.#changed = true;
  }
}

/** The coarsest clock of a file system that Sluice reckons with, in milliseconds. */
const TICK = 20;

const isSame = ({ bytes, mtimeMs, ctimeMs, ino }: Known, stat: Stats): boolean =>
  bytes === stat.size && mtimeMs === stat.mtimeMs && ctimeMs === stat.ctimeMs && ino === stat.ino;
