import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED } from './installed.ts';
import { PACKAGES } from './packages.ts';
import type { Peer } from './project.ts';

/** Why a peer is not measured. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
}

/** The peers that are installed, those that npm brings into `folder`, and the others with the reason. */
export function findPeers(folder: string): { peers: Peer[]; missing: Missing[] } {
  const peers: Peer[] = [];
  const missing: Missing[] = [];
  for (const [program, peer] of Object.entries(INSTALLED)) {
    const { stdout, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    const version = /\d+(\.\d+)+/.exec(stdout ?? '')?.[0];
    if (error || version === undefined)
      missing.push({ name: peer.name, reason: `${program} is not installed` });
    else peers.push({ ...peer, name: `${peer.name} ${version}` });
  }
  mkdirSync(folder);
  const packages = Object.keys(PACKAGES);
  const npm = spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...packages], {
    encoding: 'utf8',
  });
  for (const [name, make] of Object.entries(PACKAGES)) {
    if (npm.status === 0) peers.push({ ...make(join(folder, 'node_modules')), name: name.replace('@', ' ') });
    else missing.push({ name, reason: `npm could not install it: ${npm.stderr.trim().split('\n')[0]}` });
  }
  return { peers, missing };
}
