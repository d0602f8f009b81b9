import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { StageError } from '../src/error.ts';
import { run } from './command.ts';
import { LIBRARIES } from './link-libraries.ts';

export interface PythonTensorFlow {
  /** The package's folder, which holds `include` and the libraries. */
  readonly folder: string;
  readonly version: string;
}

/** The version that was tested. */
const VERSION = '2.21.0';

/**
 * The TensorFlow of the interpreter `python`; without one that of python3, else one installed into the cache.
 * Throws `NOT_FOUND` or `UNREACHABLE`.
 */
export function findTensorFlow(say: (line: string) => void, python?: string): PythonTensorFlow {
  if (python !== undefined) {
    const found = askPython(python);
    if (found) return found;
    throw new StageError('NOT_FOUND', `${python} has no TensorFlow with ${LIBRARIES[0]!.file}`, {
      hint: `give another interpreter, or run \`${python} -m pip install ${requirement()}\``,
    });
  }
  return askPython('python3') ?? installTensorFlow(say);
}

/** Finds the package without importing it: that would take seconds. */
const QUESTION = `
import importlib.util, json, re, pathlib
spec = importlib.util.find_spec('tensorflow')
folder = pathlib.Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
names = [path.name for path in folder.parent.glob('tensorflow*.dist-info')] if folder else []
found = [match for name in names if (match := re.fullmatch(r'tensorflow(?:_cpu|_macos|_intel)?-(.+)\\.dist-info', name))]
print(json.dumps({'folder': str(folder or ''), 'version': found[0][1] if found else 'unknown'}))
`;

function askPython(python: string): PythonTensorFlow | undefined {
  const { ok, stdout, complaint } = run(python, ['-c', QUESTION]);
  if (!ok || !stdout.startsWith('{')) {
    if (python === 'python3') return undefined;
    throw new StageError('NOT_FOUND', `${python} does not run as a Python 3: ${complaint}`, {
      hint: 'give the path of a Python interpreter, 3.8 or newer, with --python',
    });
  }
  const found = JSON.parse(stdout) as PythonTensorFlow;
  return LIBRARIES.every(({ file }) => existsSync(join(found.folder, file))) ? found : undefined;
}

function installTensorFlow(say: (line: string) => void): PythonTensorFlow {
  const environment = join(cacheFolder(), 'sluice', `tensorflow-${VERSION}`);
  say(
    `no TensorFlow in python3; taking ${requirement()} in ${environment}, installed there if need be (1.6 GB)`,
  );
  mkdirSync(dirname(environment), { recursive: true });
  const made = run('python3', ['-m', 'venv', environment]);
  if (!made.ok)
    throw new StageError('NOT_FOUND', `python3 can't make a virtual environment: ${made.complaint}`, {
      hint: 'install Python 3.10 to 3.13 with its venv module (Debian: `apt-get install python3-venv`), or give --python',
    });
  const python = join(environment, 'bin/python');
  // pip finishes what an interrupted run began, and needs no network where all is there.
  const installed = run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', requirement()], {
    // pip's own five retries keep a person behind a firewall waiting for minutes an index.
    env: { PIP_RETRIES: '1', ...process.env },
  });
  const found = installed.ok && askPython(python);
  if (found) return found;
  throw new StageError('UNREACHABLE', `pip could not install ${requirement()}:\n${installed.complaint}`, {
    hint:
      'check that pip reaches an index (PIP_INDEX_URL names another, PIP_FIND_LINKS a folder of wheels) and that ' +
      'python3 is 3.10 to 3.13, or give an interpreter that has TensorFlow with --python',
  });
}

/** `tensorflow-cpu` is the smaller one, and there for Intel's processors alone. */
function requirement(): string {
  const cpu = process.platform === 'linux' && process.arch === 'x64';
  return `${cpu ? 'tensorflow-cpu' : 'tensorflow'}==${VERSION}`;
}

/** Where a user's caches lie: the XDG base directory specification's place, or macOS's. */
function cacheFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches');
  return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
}
