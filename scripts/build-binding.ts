import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StageError } from '../src/error.ts';
import { npmScript, run, runNpm } from './command.ts';

/**
 * Compiles tfjs-node's binding against its `deps/`. Throws `UNSUPPORTED` with the compiler's words.
 * It does so in a temporary folder: make can't build where the path has a space.
 */
export function buildBinding(folder: string): void {
  const workshop = mkdtempSync(join(realpathSync(tmpdir()), 'sluice-'));
  try {
    for (const part of ['package.json', 'binding.gyp', 'binding'])
      cpSync(join(folder, part), join(workshop, part), { recursive: true });
    symlinkSync(join(folder, 'deps'), join(workshop, 'deps'));
    compile(folder, workshop);
    cpSync(join(workshop, 'lib'), join(folder, 'lib'), { recursive: true });
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function compile(folder: string, workshop: string): void {
  const require = createRequire(join(folder, 'package.json'));
  const builder = require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  const nodedir = findHeaders();
  const built = run(process.execPath, [builder, 'install', '--build-from-source'], {
    cwd: workshop,
    env: {
      ...process.env,
      ...(nodedir && { npm_config_nodedir: nodedir }),
      ...nodeGyp(),
      // tfjs-node names the libraries of an older TensorFlow there, so nothing else tells macOS where they lie.
      ...(process.platform === 'darwin' && { LDFLAGS: '-Wl,-rpath,@loader_path/../../deps/lib' }),
    },
  });
  if (built.ok) return;
  throw new StageError('UNSUPPORTED', `the binding does not compile:\n${built.complaint}`, {
    hint: nodedir
      ? 'check the compiler: a C++17 one is needed, make, and python3'
      : 'Node’s headers were not found, and node-gyp downloads them from nodejs.org: where it can’t, ' +
        'install them (Debian: libnode-dev) and name their folder’s parent: npm_config_nodedir=/usr npm run tensorflow',
  });
}

/** Throws `NOT_FOUND` where make or a C++ compiler is missing. */
export function checkCompiler(): void {
  for (const program of ['make', process.env['CXX'] ?? 'c++']) {
    // CXX may hold a wrapper: `ccache g++`.
    const [name, ...rest] = program.split(' ');
    if (run(name!, [...rest, '--version']).ok) continue;
    throw new StageError('NOT_FOUND', `${program} is needed to build the binding, and is not there`, {
      hint: 'install a compiler: `apt-get install build-essential`, `dnf install gcc-c++ make` or `xcode-select --install`',
    });
  }
}

/**
 * The folder whose `include/node` holds Node's headers, so that node-gyp need not download them: what npm was told,
 * else where Node's own archives put them. The binding uses Node-API alone: headers of another Node serve as well.
 */
function findHeaders(): string | undefined {
  const told = process.env['npm_config_nodedir'] ?? runNpm(['config', 'get', 'nodedir']).trim();
  const beside = dirname(dirname(process.execPath));
  return [told, beside].find((place) => existsSync(join(place, 'include/node/node_api.h')));
}

/** Names npm's node-gyp: node-pre-gyp looks for it beside Node only. */
function nodeGyp(): NodeJS.ProcessEnv {
  const script = npmScript();
  if (!script || process.env['npm_config_node_gyp']) return {};
  return { npm_config_node_gyp: join(dirname(script), '../node_modules/node-gyp/bin/node-gyp.js') };
}
