import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Attempt, BeginAttempt, Finished, Start } from './attempt.ts';
import { commandLine, outputPlaces, workingFolder, type CommandLine } from './command.ts';
import type { Step } from '../experiment.ts';
import { keepOutput, readOutput, type Written } from './outputs.ts';
import { relay } from './relay.ts';
import { startProcess, type Job, type Process } from './process.ts';
import type { Stored } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import { layOut } from './workspace.ts';

/** What processes need besides what a step says. */
export interface Execution {
  readonly store: Pick<Store, 'begin' | 'keep'>;
  /** The command line that runs a stage, up to the stage's name. */
  readonly program: readonly string[];
  readonly environment: CommandLine['environment'];
}

/** Runs steps as processes, one each, that write in a folder of their own. */
export const executeWith = (execution: Execution): BeginAttempt => {
  return (step, start) => new ProcessAttempt(step, start, execution);
};

/** How much may wait for a process to read it, in bytes, before whoever writes it waits, too. */
const AHEAD = 1 << 20;

/** How many of a step's last lines are kept, to be shown when it fails. */
const LAST_LINES = 10;

class ProcessAttempt implements Attempt {
  readonly finished: Promise<Finished>;
  readonly #folder: string;
  readonly #process: Promise<Process>;
  readonly #stopping = new AbortController();
  readonly #lines: string[] = [];
  #timedOut = false;

  constructor(step: Step, start: Start, execution: Execution) {
    this.#folder = execution.store.begin();
    const places = outputPlaces(step, this.#folder);
    this.#process = this.#start(step, start, { ...execution, places });
    this.finished = this.#finish(step, start, { ...execution, places });
  }

  async write(chunk: Uint8Array): Promise<void> {
    const stdin = await this.#stdin();
    if (stdin === undefined || stdin.destroyed) return;
    if (stdin.write(chunk) || stdin.writableLength < AHEAD) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        stdin.off('drain', go).off('close', go);
        resolve();
      };
      stdin.on('drain', go).on('close', go);
    });
  }

  end(): void {
    void this.#stdin().then((stdin) => stdin?.end());
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Nothing, if it can't be started: that is told when it has finished. */
  #stdin(): Promise<Socket | undefined> {
    return this.#process.then(
      ({ stdin }) => stdin,
      () => undefined,
    );
  }

  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(step: Step, start: Start, { program, environment, places }: Placed): Promise<Process> {
    const { inputs, streamed, feeds, listener } = start;
    const isCommand = step.kind === 'command';
    if (streamed) await setImmediate(); // what it reads is started first: all wait for that
    if (isCommand) layOut(step, workingFolder(this.#folder), inputs);
    const paths = Object.entries(inputs).flatMap(([name, material]) =>
      'path' in material ? [[name, material.path]] : [],
    );
    const given = Object.fromEntries(paths) as Record<string, string>;
    const job: Job = {
      ...commandLine(step, { inputs: given, outputs: places }, { program, environment }),
      workingFolder: isCommand ? workingFolder(this.#folder) : process.cwd(),
      pipeFolder: this.#folder,
      stdin: streamed ? 'pipe' : given['in'] === undefined ? undefined : { path: given['in'] },
      stdout: feeds.length > 0 ? 'pipe' : { path: places['out'] ?? `${this.#folder}/out` },
      ipc: !isCommand,
    };
    const said = (line: string): void => {
      this.#lines.push(line);
      if (this.#lines.length > LAST_LINES) this.#lines.shift();
      listener.said(line);
    };
    const signal = AbortSignal.any([start.signal, this.#stopping.signal]);
    const started = await startProcess(job, { ...listener, said }, signal);
    started.stdin?.on('error', () => started.stdin!.destroy()); // it has read all that it wants
    return started;
  }

  async #finish(step: Step, { feeds, signal }: Start, { store, places }: Placed): Promise<Finished> {
    const begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1000;
    const timer = step.limits.timeout && setTimeout(() => this.#timeOut(), step.limits.timeout * 1000);
    const failed = (failure: string): Finished => ({
      ok: false,
      failure,
      lines: this.#lines,
      seconds: seconds(),
    });
    try {
      const { stdin, stdout, ended } = await this.#process;
      const relayed = stdout && relay(stdout, places['out']!, feeds);
      relayed?.catch(() => this.stop()); // nobody takes what it writes
      const [{ exit, peakBytes }, known] = await Promise.all([ended, relayed]).finally(() =>
        stdin?.destroy(),
      );
      if (this.#timedOut) return failed(`it took longer than ${step.limits.timeout} s`);
      if (signal.aborted) return failed('interrupted');
      if (exit !== 0) return failed(typeof exit === 'number' ? `exit code ${exit}` : `ended by ${exit}`);
      const outputs: Record<string, Written> = {};
      for (const output of step.outputs) {
        const written = await readOutput(
          output,
          places[output.name]!,
          output.name === 'out' ? known : undefined,
        );
        if (typeof written === 'string') return failed(written);
        outputs[output.name] = written;
      }
      const keep = (): void => Object.values(outputs).forEach((output) => keepOutput(store, output));
      const stored = Object.entries(outputs).map(([name, output]) => [name, output.stored]);
      return {
        ok: true,
        outputs: Object.fromEntries(stored) as Record<string, Stored>,
        seconds: seconds(),
        peakBytes,
        keep,
      };
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) return failed(error.message);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #timeOut(): void {
    this.#timedOut = true;
    this.stop();
  }
}

interface Placed extends Execution {
  /** Where the outputs are written, by name. */
  readonly places: Readonly<Record<string, string>>;
}
