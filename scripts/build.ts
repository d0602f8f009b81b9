import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { readStageCodes } from './build/codes.ts';
import { bundle } from './build/bundle.ts';
import { compileKernels } from './build/kernels.ts';
import { collectLicences } from './build/licences.ts';

// Makes dist/, which is what is installed: Sluice and what it is made of, in few files. Run it in the project's root.
rmSync('dist', { recursive: true, force: true });
const { packages, digest } = await bundle();
chmodSync('dist/sluice.cjs', 0o755);
writeFileSync('dist/LICENSES.txt', collectLicences(packages));
compileKernels('dist/kernels.wasm');
writeFileSync('dist/build-id.txt', digest);
writeFileSync('dist/stages.json', JSON.stringify(await readStageCodes(), null, 1));
