import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SLUICE } from '../sluice.ts';
import type { Peer } from './project.ts';

export const sluice: Peer = {
  name: 'Sluice',
  native: false,
  write: (folder, chain) => {
    const steps = chain.map(({ name, filter }, i) => [
      name,
      { command: filter, in: i === 0 ? `${folder}/s0.txt` : chain[i - 1]!.name, extension: 'txt' },
    ]);
    writeFileSync(
      join(folder, 'chain.yaml'),
      JSON.stringify({ steps: Object.fromEntries(steps) as unknown }),
    );
  },
  run: (cwd) => ({ command: [...SLUICE, 'run', 'chain.yaml'], cwd }),
};

/** The peers that are programs of the system, by program. */
export const INSTALLED: Readonly<Record<string, Peer>> = {
  snakemake: {
    name: 'Snakemake',
    native: false,
    write: (folder, chain) =>
      writeFileSync(
        join(folder, 'Snakefile'),
        chain
          .toReversed()
          .map(
            ({ name, filter, from, to }) =>
              `rule ${name}:\n    input: "${from}"\n    output: "${to}"\n    shell: r"""{ ${filter}; } < ${from} > ${to}"""\n`,
          )
          .join('\n')
          .replaceAll(/\{ (.*); \}/g, '{{ $1; }}'),
      ),
    run: (cwd) => ({ command: ['snakemake', '--cores', '1', '--quiet'], cwd }),
  },
  make: {
    name: 'GNU make',
    native: true,
    write: (folder, chain) =>
      writeFileSync(
        join(folder, 'Makefile'),
        chain
          .toReversed()
          .map(({ filter, from, to }) => `${to}: ${from}\n\t{ ${filter}; } < ${from} > ${to}\n`)
          .join('\n'),
      ),
    run: (cwd) => ({ command: ['make'], cwd }),
  },
  ninja: {
    name: 'ninja',
    native: true,
    write: (folder, chain) =>
      writeFileSync(
        join(folder, 'build.ninja'),
        chain
          .map(
            ({ name, filter, from, to }) =>
              `rule ${name}\n  command = { ${filter}; } < ${from} > ${to}\nbuild ${to}: ${name} ${from}\n`,
          )
          .join('\n'),
      ),
    run: (cwd) => ({ command: ['ninja'], cwd }),
  },
};
