import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { strictEqual } from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Random } from '../../src/random.ts';
import { root } from '../cli/shell.ts';
import { generateExperiment, type GeneratedStep, toYaml } from './experiment.ts';
import { processesIn, send } from './processes.ts';
import { newPlace, startRun } from './runner.ts';

/** An experiment, and what an undisturbed run of it came to. */
export interface Scene {
  readonly folder: string;
  /** The experiment's file. */
  readonly file: string;
  readonly name: string;
  /** Where each command of a generated experiment adds a line to a file named like its step. */
  readonly log: string;
  /** The sha256 of each output by file name. */
  readonly expected: ReadonlyMap<string, string>;
  /** How long the run took, in milliseconds. */
  readonly duration: number;
}

/** A generated experiment; what its commands write is checked against a plain shell. */
export async function generatedScene(random: Random): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-torture-'));
  const log = join(folder, 'log');
  mkdirSync(log);
  const steps = generateExperiment(random, log);
  writeFileSync(join(folder, 'random.yaml'), toYaml(steps));
  const scene = await runUndisturbed(folder, join(folder, 'random.yaml'));
  for (const [output, bytes] of runInShell(steps, join(folder, 'shell'))) {
    const fileName = output.replace(/\.rest$/, '.rest.txt');
    strictEqual(scene.expected.get(fileName), digest(fileName, bytes), `${fileName} of ${scene.file}`);
  }
  return scene;
}

/** config/sample.yaml. */
export function sampleScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-torture-'));
  symlinkSync(join(root, 'config'), join(folder, 'config'));
  return runUndisturbed(folder, join(folder, 'config/sample.yaml'));
}

/** The sha256 of each output that lies among the results, by file name. */
export function readResults(results: string, name: string): Map<string, string> {
  const folder = join(results, name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== 'run.json')
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((path) => [path.slice(folder.length + 1), digest(path, readFileSync(path))]));
}

async function runUndisturbed(folder: string, file: string): Promise<Scene> {
  const name = basename(file, '.yaml');
  const place = newPlace(folder, 'undisturbed');
  const begun = performance.now();
  const { code, stderr } = await startRun({ folder, file }, place).ended;
  strictEqual(code, 0, stderr);
  const duration = performance.now() - begun;
  const expected = readResults(place.results, name);
  return { folder, file, name, log: join(folder, 'log'), expected, duration };
}

/** What each output of the commands is in a plain shell. */
function runInShell(steps: ReadonlyMap<string, GeneratedStep>, folder: string): Map<string, Buffer> {
  const written = new Map<string, Buffer>();
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  for (const [name, { command, in: from, files = {}, outputs = {} }] of steps) {
    if (command === undefined) continue;
    const cwd = join(folder, name);
    mkdirSync(cwd, { recursive: true });
    for (const [file, output] of Object.entries(files)) writeFileSync(join(cwd, file), written.get(output)!);
    const input = from === undefined ? Buffer.of() : written.get(from)!;
    const ended = spawnSync('bash', ['-c', command], { cwd, input, env, maxBuffer: 1 << 28 });
    // A command that doesn't read its input to the end closes the pipe that it comes through.
    if (ended.error && (ended.error as NodeJS.ErrnoException).code !== 'EPIPE') throw ended.error;
    written.set(name, ended.stdout);
    for (const [output, file] of Object.entries(outputs))
      written.set(`${name}.${output}`, readFileSync(join(cwd, file)));
  }
  for (const pid of processesIn(folder)) send(pid, 'SIGKILL'); // what a command leaves running, a shell leaves, too
  return written;
}

/** The clock's part of a history is left out. */
function digest(path: string, bytes: Buffer): string {
  const same = path.endsWith('.history.ndjson')
    ? bytes.toString().replaceAll(/"seconds":[^,}]+/g, '')
    : bytes;
  return createHash('sha256').update(same).digest('hex');
}
