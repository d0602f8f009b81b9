import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * What stays in `node_modules`: what has files of its own beside its code, or code for one platform; and undici, a CommonJS
 * module that is imported late, whose names a bundle would lose. Viz.js and parts of AWS's
 * library have no text of their licence that a copy could be given.
 */
const EXTERNAL = [
  '@aws-sdk/*',
  '@smithy/*',
  '@tensorflow/*',
  '@resvg/*',
  '@swc/*',
  'dejavu-fonts-ttf',
  '@viz-js/viz',
  'undici',
];

/**
 * Bundles the program, the library and the scripts that an installed Sluice has into `dist/`. Node takes longer to find
 * and read a thousand small files than to run what is in them. Gives the folders of the packages that went in, and a digest of
 * all that came out.
 */
export async function bundle(): Promise<{ packages: string[]; digest: string }> {
  const { metafile } = await build({
    entryPoints: {
      sluice: 'src/cli.ts',
      index: 'src/index.ts',
      hooks: 'src/cli/hooks.ts',
      'scripts/start': 'scripts/start.ts',
      'scripts/tensorflow': 'scripts/tensorflow.ts',
    },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    // What CommonJS modules among the packages call; most files have none of them.
    banner: {
      js: `import { createRequire as $createRequire } from 'node:module';
const require = (name) => $createRequire(import.meta.url)(name);`,
    },
    alias: { 'string-width': './scripts/build/string-width.ts' },
    metafile: true,
    logLevel: 'warning',
  });
  const folders = Object.keys(metafile.inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  const hash = createHash('sha256');
  for (const file of Object.keys(metafile.outputs).toSorted()) hash.update(readFileSync(file));
  return { packages: [...new Set(folders)].toSorted(), digest: hash.digest('hex') };
}
