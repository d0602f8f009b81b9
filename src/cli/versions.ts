import { readFile } from 'node:fs/promises';
import { findRoot } from './package.ts';

/** Versions that a run's record holds: of Sluice, Node, and what it runs on. */
export async function sluiceVersions(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(findRoot('package.json'), 'utf8')) as { version: string };
  return {
    sluice: manifest.version,
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  };
}
