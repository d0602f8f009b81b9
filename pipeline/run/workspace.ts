import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Step } from '../experiment.ts';

/** An input as it lies on the disk: a file or folder, or the files that make up a folder, by their paths in it. */
export type Material = { readonly path: string } | { readonly files: Readonly<Record<string, string>> };

/**
 * Makes the working folder of a command: links to its files under the names that it knows them by, and the folders that
 * it writes into. Nothing else is in it, so that what a command reads is what its step declares.
 */
export function layOut(step: Step, folder: string, inputs: Readonly<Record<string, Material>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, material] of Object.entries(inputs)) {
    if (name === 'in') continue;
    if ('path' in material) linkTo(material.path, join(folder, name));
    else for (const [file, path] of Object.entries(material.files)) linkTo(path, join(folder, name, file));
  }
  for (const { path } of step.outputs)
    if (path !== undefined) mkdirSync(dirname(join(folder, path)), { recursive: true });
}

function linkTo(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
