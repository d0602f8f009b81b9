import { fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadTensorFlow } from '../src/engine/tfjs/tensorflow.ts';
import { findNative } from '../src/engine/tfjs/tfjs-node.ts';
import { formatError, StageError } from '../src/error.ts';
import { buildBinding, checkCompiler } from './build-binding.ts';
import { runNpm } from './command.ts';
import { linkLibraries, LIBRARIES } from './link-libraries.ts';
import { findTensorFlow, type PythonTensorFlow } from './python-tensorflow.ts';

const USAGE = `npm run tensorflow -- [--python PATH] [--check]

Makes TensorFlow's native binding from a Python TensorFlow: that of the interpreter PATH, else of python3,
else one that it installs into the user's cache folder. For where @tensorflow/tfjs-node's own installer fails:
behind a firewall, on Apple silicon, or where a newer TensorFlow is wanted.

  --python PATH  a Python interpreter that has TensorFlow
  --check        only say whether the binding loads; exit code 1 if it doesn't`;

const say = (line: string) => console.error(`tensorflow: ${line}`);

async function main(): Promise<void> {
  const { values } = readArguments();
  if (values.help) return console.log(USAGE);
  // In a child process: a library that doesn't fit may take its process down.
  if (values.check) return check();

  const before = await tryBinding();
  if (before.works && (values.python === undefined || isLinkedTo(findTensorFlow(say, values.python))))
    return say(`nothing to do: ${before.answer}`);
  if (process.platform === 'win32')
    throw new StageError('UNSUPPORTED', 'Python’s TensorFlow for Windows has no library to link', {
      hint: 'run `npm rebuild @tensorflow/tfjs-node`, where storage.googleapis.com can be reached',
    });

  checkCompiler();
  const tensorflow = findTensorFlow(say, values.python);
  say(`taking TensorFlow ${tensorflow.version} from ${tensorflow.folder}`);
  const folder = findNative()?.folder ?? installPackage();
  linkLibraries(tensorflow, folder);
  say('building the binding (about 15 seconds)');
  buildBinding(folder);
  const after = await tryBinding();
  if (!after.works)
    throw new StageError('UNSUPPORTED', `the binding was built, but: ${after.answer}`, {
      hint: 'try a TensorFlow that was tested: pip install tensorflow-cpu==2.21.0, and give its interpreter with --python',
    });
  say(after.answer);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        python: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new StageError('USAGE', (error as Error).message, { hint: USAGE, cause: error });
  }
}

async function check(): Promise<void> {
  const { tf, backend, tensorflow, reason } = await loadTensorFlow();
  if (backend !== 'native') {
    process.exitCode = 1;
    return console.log(reason);
  }
  const [sum] = tf.add([1], [2]).dataSync();
  console.log(`TensorFlow ${tensorflow} computes natively (1 + 2 = ${sum})`);
}

async function tryBinding(): Promise<{ works: boolean; answer: string }> {
  const child = fork(fileURLToPath(import.meta.url), ['--check'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let answer = '';
  child.stdout!.on('data', (text) => (answer += text));
  const [code, signal] = await once(child, 'close');
  return {
    works: code === 0,
    answer: answer.trim() || `it ended its process with ${signal ?? `code ${code}`}`,
  };
}

/** Puts the package back that npm removed when its install script failed. Nothing else in node_modules changes. */
function installPackage(): string {
  say('installing @tensorflow/tfjs-node without its install script');
  const require = createRequire(import.meta.url);
  const root = resolve(require.resolve('@tensorflow/tfjs/package.json'), '../../../..');
  runNpm(['install', '--no-save', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund'], root);
  const native = findNative();
  if (native) return native.folder;
  throw new StageError('NOT_FOUND', 'npm did not install @tensorflow/tfjs-node', {
    hint: 'run `npm ci --ignore-scripts`, then this again',
  });
}

/** Whether the binding already uses these very libraries, judged by version and sizes: links and copies look alike so. */
function isLinkedTo(tensorflow: PythonTensorFlow): boolean {
  const native = findNative();
  if (native?.tensorflow !== tensorflow.version) return false;
  const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size;
  return LIBRARIES.every(
    ({ file }) => size(join(native.folder, 'deps/lib', file)) === size(join(tensorflow.folder, file)),
  );
}

main().catch((error: unknown) => {
  if (!(error instanceof StageError)) throw error;
  console.error(formatError(error));
  process.exitCode = error.code === 'USAGE' ? 2 : 1;
});
