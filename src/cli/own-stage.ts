import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StageError } from '../error.ts';
import type { AnyStage } from '../stage.ts';
import { checkSyntax } from './own-code.ts';
import * as hooks from './hooks.ts';
import { packageFile } from '../package.ts';

/**
 * The stage in a file of the user's own: JavaScript, or TypeScript without what is more than types. Throws `USAGE`, whose
 * message says what is wrong with the file and what to do.
 */
export async function loadOwnStage(path: string): Promise<AnyStage> {
  if (!existsSync(path))
    throw unusable(`no such file: ${path} (a path starts from the folder that sluice is run in)`);
  installHooks();
  const module = pathToFileURL(resolve(path)).href;
  const exported: unknown = await import(`${module}${hooks.STAGE}`).catch(async (error: unknown) => {
    throw unusable(`${path} can't be loaded: ${await explain(error, path)}`, error);
  });
  return pickStage(path, exported as Record<string, unknown>);
}

const unusable = (message: string, cause?: unknown): StageError =>
  new StageError('USAGE', message, { cause });

let hooked = false;

/** Node before 22.15 runs hooks in a thread of their own only. */
function installHooks(): void {
  if (hooked) return;
  hooked = true;
  const { registerHooks } = nodeModule as { registerHooks?: (given: object) => void };
  if (registerHooks) registerHooks(hooks);
  else nodeModule.register(pathToFileURL(packageFile('dist/hooks.cjs')));
}

/** What went wrong, and where, as far as it can be found out. */
async function explain(error: unknown, path: string): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  // Of a mistake in a module's syntax, Node doesn't tell the place.
  if (error instanceof SyntaxError) return (await checkSyntax(path)) ?? error.message;
  const places = error.stack?.match(/file:[^)\n]+:\d+:\d+/g) ?? [];
  const theirs = places.find((place) => !place.startsWith(OURS))?.replace(hooks.STAGE, '');
  return theirs === undefined ? error.message : `${error.message}\n  at ${theirs}`;
}

const OURS = pathToFileURL(packageFile('dist/')).href;

/** The default export, or the only stage that is exported. */
function pickStage(path: string, exported: Readonly<Record<string, unknown>>): AnyStage {
  const names = Object.keys(exported).filter((name) => isStage(exported[name]));
  const stages = new Set(names.map((name) => exported[name]));
  if (stages.size === 0) throw unusable(`${path} exports no stage: export default defineStage({ … })`);
  if (stages.size > 1 && !names.includes('default'))
    throw unusable(
      `${path} exports several stages (${names.join(', ')}): export the one that is meant as default`,
    );
  const stage = exported[names.includes('default') ? 'default' : names[0]!] as AnyStage;
  const missing = PARTS.filter((part) => stage[part] === undefined);
  if (missing.length > 0) throw unusable(`the stage in ${path} has no ${missing.join(', no ')}`);
  return stage;
}

const PARTS = ['summary', 'example', 'reads', 'writes', 'options'] as const;

const isStage = (value: unknown): boolean =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && 'run' in value;
