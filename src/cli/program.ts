import { packageFile } from '../package.ts';

/** The command line that runs this program, up to what a person types behind `sluice`. */
export const PROGRAM: readonly string[] = [process.execPath, packageFile('dist/sluice.cjs')];
