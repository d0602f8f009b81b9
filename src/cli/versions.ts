import { readFileSync } from 'node:fs';
import { packageFile } from '../package.ts';

/** Versions that a run's record holds: of Sluice, Node, and what it runs on. */
export function sluiceVersions(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };
  return {
    sluice: manifest.version,
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  };
}
