import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './project.ts';

/** The peers that npm brings, by name and exact version; each from the node_modules where it is. */
export const PACKAGES: Readonly<Record<string, (modules: string) => Omit<Peer, 'name'>>> = {
  'wireit@0.14.13': (modules) => ({
    native: false,
    write: (folder, chain) => {
      const wireit = chain.map(({ name, filter, from, to }, i) => [
        name,
        {
          command: `{ ${filter}; } < ${from} > ${to}`,
          dependencies: i === 0 ? [] : [chain[i - 1]!.name],
          files: i === 0 ? [from] : [],
          output: [to],
        },
      ]);
      writeManifest(folder, {
        scripts: Object.fromEntries(chain.map(({ name }) => [name, 'wireit'])) as unknown,
        wireit: Object.fromEntries(wireit) as unknown,
      });
    },
    run: (cwd) => ({
      command: [process.execPath, join(modules, 'wireit/bin/wireit.js')],
      environment: {
        npm_lifecycle_event: 's7',
        npm_package_json: join(cwd, 'package.json'),
        npm_config_user_agent: 'npm/10.8.2',
      },
      cwd,
    }),
  }),
  // Version 2.11 runs tasks without its daemon, whether it is asked for or not.
  'turbo@2.11.11': (modules) => ({
    native: false,
    write: (folder, chain) => {
      symlinkSync(modules, join(folder, 'node_modules'));
      const scripts = chain.map(({ name, filter, from, to }) => [name, `{ ${filter}; } < ${from} > ${to}`]);
      const tasks = chain.map(({ name, from, to }, i) => [
        name,
        { dependsOn: i === 0 ? [] : [chain[i - 1]!.name], inputs: [from], outputs: [to] },
      ]);
      writeManifest(folder, {
        packageManager: 'npm@10.8.2',
        scripts: Object.fromEntries(scripts) as unknown,
      });
      writeFileSync(
        join(folder, 'turbo.json'),
        JSON.stringify({ tasks: Object.fromEntries(tasks) as unknown }),
      );
    },
    run: (cwd) => ({
      command: [process.execPath, join(cwd, 'node_modules/turbo/bin/turbo'), 'run', 's7'],
      environment: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
      cwd,
    }),
  }),
};

function writeManifest(folder: string, content: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'chain', private: true, ...content }));
}
