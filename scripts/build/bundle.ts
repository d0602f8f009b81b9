import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';

/**
 * What stays in `node_modules`: what has files of its own beside its code, or code for one platform; and undici, a CommonJS
 * module that is imported late, whose names a bundle would lose. Viz.js and parts of AWS's
 * library have no text of their licence that a copy could be given.
 */
const EXTERNAL =
  /^(@(aws-sdk|smithy|tensorflow|resvg|swc)\/|(dejavu-fonts-ttf|@viz-js\/viz|undici)(\/|$)|node:)/;

/** A run in which nothing has to be done is this, and what it imports: Node reads one file sooner than thirty. */
const RUN = 'src/cli/run-command.ts';

/**
 * Bundles the program, the library and the scripts that an installed Sluice has into `dist/`, as CommonJS, which Node
 * starts sooner than ES modules. Gives the folders of the packages that went in, and a digest of all that came out.
 */
export async function bundle(): Promise<{ packages: string[]; digest: string }> {
  const [base, run] = [new Set<string>(), new Set<string>()];
  const build = await rolldown({
    input: {
      sluice: 'src/cli.ts',
      index: 'src/index.ts',
      hooks: 'src/cli/hooks.ts',
      'scripts/start': 'scripts/start.ts',
      'scripts/tensorflow': 'scripts/tensorflow.ts',
    },
    platform: 'node',
    external: EXTERNAL,
    resolve: {
      alias: {
        'string-width': resolve('scripts/build/string-width.ts'),
        // The package's own other half: that for Node waits at its top level, for a package that isn't here.
        'vega-canvas': resolve('node_modules/vega-canvas/build/vega-canvas.browser.js'),
      },
    },
    // What yargs resolves the configuration with that another one extends: Sluice has none.
    transform: { define: { 'import.meta.resolve': 'undefined' } },
    plugins: [collectRun(base, run)],
  });
  const { output } = await build.write({
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    codeSplitting: {
      groups: [
        { name: 'base', test: (id) => base.has(id), priority: 1 },
        { name: 'run', test: (id) => run.has(id) },
      ],
    },
    charset: 'ascii', // which Node reads and V8 holds as bytes
    comments: false,
  });
  await build.close();
  const hash = createHash('sha256');
  const packages = new Set<string>();
  for (const file of output) {
    if (file.type !== 'chunk') continue;
    hash.update(file.code);
    for (const id of file.moduleIds)
      for (const folder of /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []) packages.add(folder);
  }
  return { packages: [...packages].toSorted(), digest: hash.digest('hex') };
}

/** Collects what `RUN` is made of: in `base` what others import too. */
function collectRun(base: Set<string>, run: Set<string>): Plugin {
  return {
    name: 'run',
    buildEnd() {
      const closure = (isRoot: (id: string) => boolean): Set<string> => {
        const ids = new Set([...this.getModuleIds()].filter(isRoot));
        for (const id of ids) for (const imported of this.getModuleInfo(id)!.importedIds) ids.add(imported);
        return ids;
      };
      const others = closure((id) => /src\/(cli|index|stages\/\w+)\.ts$/.test(id));
      for (const id of closure((id) => id.endsWith(RUN))) (others.has(id) ? base : run).add(id);
    },
  };
}
