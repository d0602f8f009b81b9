import { setMaxListeners } from 'node:events';
import type { Attempt, Finished, Start } from '../../../pipeline/run/attempt.ts';
import { digestOf, type Digest } from '../../../pipeline/digest.ts';
import type { Step } from '../../../pipeline/experiment.ts';
import { explain } from '../../../pipeline/tell/explain.ts';
import type { Key, KeyParts } from '../../../pipeline/key.ts';
import type { Event, Outcome } from '../../../pipeline/outcome.ts';
import { makePlan, type Known, type Planning } from '../../../pipeline/plan.ts';
import { runPlan } from '../../../pipeline/run/run.ts';
import type { Running } from '../../../pipeline/run/running.ts';
import { Slots } from '../../../pipeline/run/slots.ts';
import type { Entry, Stored } from '../../../pipeline/store/entry.ts';
import type { Lookup } from '../../../pipeline/store/store.ts';
import type { Material } from '../../../pipeline/run/workspace.ts';
import { experiment } from '../stages.ts';

/** What a command in a test gets: what it reads as it comes, what it writes as it goes, and a signal that it was ended. */
export interface Io {
  readonly read: () => Promise<string | undefined>;
  readonly write: (text: string) => Promise<void>;
  readonly ended: Promise<void>;
}

/** A command: from all that it reads to all that it writes, or piece by piece; a number is an exit code. */
export type Command = (input: string, io: Io) => string | number | Promise<string | number>;

const never = (): never => {
  throw new Error('no step here runs a stage');
};

/** A runner whose store is in memory and whose commands are functions. */
export class Memory {
  readonly objects = new Map<Digest, string>();
  readonly entries = new Map<Key, Entry>();
  readonly locks = new Map<Key, string>();
  readonly results = new Map<string, string>();
  readonly interruption = new AbortController();
  readonly files = new Map<string, Stored>();
  commands: Record<string, Command> = {
    echo: () => 'e',
    copy: (input) => input,
    twice: (input) => input + input,
  };
  /** Commands that read piece by piece begin at once; the others when all is there. */
  piecemeal = new Set<string>();
  changed: string | undefined;
  /** What happens before anything is looked up. */
  disturb: () => Promise<void> = () => Promise.resolve();
  events: Event[] = [];
  pauses: number[] = [];
  last: Record<string, KeyParts> = {};

  constructor() {
    setMaxListeners(0, this.interruption.signal);
  }

  async run(
    yaml: string,
    { forced = [] as string[], cores = 2, memory = Infinity, keepGoing = false, limits = {} as Limits } = {},
  ): Promise<Record<string, string>> {
    const parsed = await experiment(yaml);
    const steps = parsed.steps.map((step) => ({ ...step, limits: { ...step.limits, ...limits[step.name] } }));
    const planning: Planning = {
      store: { lookUp: (key) => this.disturb().then(() => this.#lookUp(key)) },
      tool: never,
      environment: {},
      files: this.files,
      last: () => this.last,
      forced: new Set(forced),
    };
    this.events = [];
    const outcomes = await runPlan(steps, await makePlan(steps, planning), {
      ...this.#ports(planning),
      slots: new Slots(cores, memory),
      keepGoing,
    });
    for (const [name, outcome] of outcomes)
      if (outcome.state === 'ran' || outcome.state === 'hit') this.last[name] = outcome.parts;
    return Object.fromEntries([...outcomes].map(([step, outcome]) => [step, show(outcome)]));
  }

  /** What was reported, as `started a`. */
  get log(): string[] {
    return this.events.flatMap((event) =>
      event.type === 'started' || event.type === 'ended' ? [`${event.type} ${event.step}`] : [],
    );
  }

  get started(): string[] {
    return this.events.flatMap((event) => (event.type === 'started' ? [event.step] : []));
  }

  #ports(planning: Planning): Omit<Running, 'slots' | 'keepGoing'> {
    return {
      experiment: 'x',
      planning,
      store: {
        lookUp: (key) => this.disturb().then(() => this.#lookUp(key)),
        tryLock: (key) => this.#tryLock(key),
        lock: async (key, waits, signal) => {
          const lock = this.#tryLock(key);
          if (lock !== undefined) return lock;
          waits(this.locks.get(key)!);
          while (this.locks.has(key) && !signal.aborted) await pause();
          return this.#tryLock(key);
        },
        commit: (key, entry) => void this.entries.set(key, entry),
      },
      results: {
        publish: (step, entry) =>
          void this.results.set(step.name, this.objects.get(entry.outputs['out']!.sha256)!),
        withdraw: (step) => void this.results.delete(step.name),
      },
      files: { find: (step, known) => this.#find(step, known), changed: () => Promise.resolve(this.changed) },
      beginAttempt: (step, start) => this.#begin(step, start),
      clock: {
        now: () => new Date(0),
        sleep: async (seconds) => {
          this.pauses.push(seconds);
          await pause();
        },
      },
      report: (event) => void this.events.push(event),
      signal: this.interruption.signal,
    };
  }

  #lookUp(key: Key): Lookup {
    const entry = this.entries.get(key);
    if (entry === undefined) return { found: 'nothing' };
    const whole = Object.values(entry.outputs).every(({ sha256 }) => this.objects.has(sha256));
    return whole ? { found: 'whole', entry } : { found: 'damaged', why: 'an object is gone' };
  }

  #tryLock(key: Key): { release(): void } | undefined {
    if (this.locks.has(key)) return undefined;
    this.locks.set(key, 'us');
    return { release: () => void this.locks.delete(key) };
  }

  #find(step: Step, known: Known): Record<string, Material> {
    const source = step.inputs['in'];
    if (source === undefined) return {};
    const stored = 'path' in source ? this.files.get(source.path) : known.get(source.step)?.[source.output];
    return stored === undefined ? {} : { in: { path: stored.sha256 } };
  }

  #begin(step: Step, { inputs, streamed, feeds, signal }: Start): Attempt {
    const command = this.commands[(step as { command: string }).command]!;
    const pieces = new Pieces();
    const { in: material } = inputs;
    if (!streamed) {
      if (material !== undefined) pieces.add(this.objects.get((material as { path: Digest }).path)!);
      pieces.end();
    }
    let stop!: () => void;
    const ended = new Promise<void>((resolve) => (stop = resolve));
    signal.addEventListener('abort', stop);
    let written = '';
    const write = async (text: string): Promise<void> => {
      written += text;
      await Promise.all(feeds.map((feed) => feed.write(Buffer.from(text))));
    };
    const work = async (): Promise<string | number> => {
      await pause();
      const input = this.piecemeal.has((step as { command: string }).command) ? '' : await pieces.all();
      const result = await command(input, { read: () => pieces.next(), write, ended });
      if (typeof result === 'string') await write(result);
      return typeof result === 'string' ? 0 : result;
    };
    const finished = Promise.race([work(), ended.then(() => 'SIGTERM')]).then((exit): Finished => {
      if (exit !== 0) {
        const failure = signal.aborted
          ? 'interrupted'
          : exit === 'SIGTERM'
            ? 'ended by SIGTERM'
            : `exit code ${exit}`;
        return { ok: false, failure, lines: [], seconds: 1 };
      }
      const sha256 = digestOf(written);
      return {
        ok: true,
        outputs: { out: { sha256, bytes: written.length } },
        seconds: 1,
        keep: () => void this.objects.set(sha256, written),
      };
    });
    return {
      write: (chunk) => Promise.resolve(pieces.add(Buffer.from(chunk).toString())),
      end: () => pieces.end(),
      stop,
      finished,
      discard: () => undefined,
    };
  }
}

type Limits = Record<string, Partial<Step['limits']>>;

/** Text that comes in pieces. */
class Pieces {
  readonly #pieces: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  add(piece: string): void {
    this.#pieces.push(piece);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async next(): Promise<string | undefined> {
    while (this.#pieces.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#pieces.shift();
  }

  async all(): Promise<string> {
    let text = '';
    for (let piece = await this.next(); piece !== undefined; piece = await this.next()) text += piece;
    return text;
  }
}

/** A turn of the event loop, in which whatever can go on does. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function show(outcome: Outcome): string {
  if (outcome.state === 'ran') return `ran: ${explain(outcome.reason)}`;
  if (outcome.state === 'failed') return `failed: ${outcome.failure}`;
  return outcome.state === 'skipped' ? `skipped: ${outcome.because}` : 'hit';
}
