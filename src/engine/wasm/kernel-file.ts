import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packageFile } from '../../package.ts';

/** The kernels as the build has compiled them. */
export const readKernels = (): Buffer => readFileSync(packageFile('dist/kernels.wasm'));

/** What the kernels are known by in keys. */
export const kernelDigest = (): string => createHash('sha256').update(readKernels()).digest('hex');
