import { constants, copyFileSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DARWIN = process.platform === 'darwin';

/** TensorFlow's libraries, and the names under which tfjs-node's binding.gyp asks for them. */
export const LIBRARIES = DARWIN
  ? [
      { file: 'libtensorflow_cc.2.dylib', asked: 'libtensorflow.2.dylib' },
      { file: 'libtensorflow_framework.2.dylib', asked: 'libtensorflow_framework.dylib' },
    ]
  : [
      { file: 'libtensorflow_cc.so.2', asked: 'libtensorflow.so' },
      { file: 'libtensorflow_framework.so.2', asked: 'libtensorflow_framework.so' },
    ];

/** Gives tfjs-node (in `folder`) the libraries and headers of a Python TensorFlow (the folder `tensorflow`). */
export function linkLibraries(tensorflow: { folder: string; version: string }, folder: string): void {
  const deps = join(folder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  for (const { file, asked } of LIBRARIES) {
    keep(join(tensorflow.folder, file), join(deps, 'lib', file));
    symlinkSync(file, join(deps, 'lib', asked));
  }
  // Only the build reads the headers.
  symlinkSync(join(tensorflow.folder, 'include'), join(deps, 'include'));
  writeFileSync(join(deps, 'tensorflow.json'), `${JSON.stringify({ version: tensorflow.version })}\n`);
}

/**
 * A hard link: no second 850 MB, and the library stays when the Python environment is deleted, moved or upgraded
 * (pip replaces files, and never writes into them). On another file system, or where the file's owner is
 * another user, a copy: a symbolic link would break with the environment.
 */
function keep(library: string, place: string): void {
  try {
    linkSync(library, place);
  } catch {
    copyFileSync(library, place, constants.COPYFILE_FICLONE);
  }
}
