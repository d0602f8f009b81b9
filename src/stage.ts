import type * as v from 'valibot';
import { checkOptions } from './options.ts';

/** How one kind of thing that flows between stages is written as bytes, and read back. */
export interface Codec<T> {
  /** What flows: `reviews`, `vectors`, `model`, … */
  readonly name: string;
  /** The usual ending of a file that holds it, without the dot. */
  readonly extension: string;
  /** Whether a terminal can show it. */
  readonly text: boolean;
  /** How many rows of data an item holds, to be counted as they go by; not given where what flows has none, as a model. */
  rows?(item: T): number;
  read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<T>;
  write(items: AsyncIterable<T>): AsyncIterable<Uint8Array>;
}

/** A bar on a terminal; elsewhere a line now and then. */
export interface Progress {
  update(done: number, note?: string): void;
  /** Ends the bar. A `note` stays readable; without one nothing is left behind. */
  finish(note?: string): void;
}

/** What a stage may use besides its input and options. All of it is for people, or for stopping. */
export interface Context {
  say(line: string): void;
  /** `total` is in the unit that `update` counts in; leave it out where it isn't known. */
  progress(label: string, total?: number): Progress;
  /** Aborted when the stage is interrupted. */
  readonly signal: AbortSignal;
}

/** What one run of a stage is judged by in its key besides code and options: engines and their versions. */
export type Toolchain = Readonly<Record<string, string>>;

/**
 * Toolchains that `toolchains.ts` describes: `tensorflow` as it is installed and set, the kernels in `wasm`, what makes a
 * `picture`. By name, they can be asked for without loading the stage.
 */
export type ToolchainName = 'tensorflow' | 'wasm' | 'picture';

/**
 * A stage: what it reads, what it writes, its options, and the function from one stream to the other.
 * The shell command, its flags and help, the check of the YAML, the key and the reference come from it.
 */
export interface Stage<In, Out, Entries extends v.ObjectEntries> {
  /** One line: what it does. */
  readonly summary: string;
  /** A command line to copy. */
  readonly example: string;
  readonly reads: Codec<In>;
  readonly writes: Codec<Out>;
  /** Each option as a schema made by `options.ts`. */
  readonly options: Entries;
  /** The option that may be given without its name. */
  readonly positional?: keyof Entries & string;
  /** Whether what it writes is a JSON object of metrics, for a run's record. */
  readonly metrics?: boolean;
  /**
   * What its output depends on besides code, options and inputs; options may decide it, of one that is a file whether it is given. A function
   * must be cheap to ask.
   */
  readonly toolchain?:
    | ToolchainName
    | ((
        options: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
      ) => ToolchainName | Promise<Toolchain>);
  run(
    input: AsyncIterable<In>,
    options: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    context: Context,
  ): AsyncIterable<Out>;
}

/** A stage of whatever types. */
// oxlint-disable-next-line typescript/no-explicit-any -- `run` is contravariant in its input and options
export interface AnyStage extends Omit<Stage<any, any, any>, 'toolchain'> {
  readonly options: Readonly<Record<string, v.GenericSchema>>;
  /** To be asked with the stage's own options only. */
  readonly toolchain?: ToolchainName | ((options: never) => ToolchainName | Promise<Toolchain>);
}

/** A stage's options as they are given: those with a default may be left out. */
export type GivenOptions<Entries extends v.ObjectEntries> = v.InferInput<
  v.StrictObjectSchema<Entries, undefined>
>;

/** The options, which may be left out where none is needed, and what of a context there is. */
type Arguments<Entries extends v.ObjectEntries> =
  Record<never, never> extends GivenOptions<Entries>
    ? [options?: GivenOptions<Entries>, context?: Partial<Context>]
    : [options: GivenOptions<Entries>, context?: Partial<Context>];

/** A stage that is also a function from items to items: `vectorize(reviews, { dimension: 10_000 })`. */
export interface DefinedStage<In, Out, Entries extends v.ObjectEntries> extends Stage<In, Out, Entries> {
  /**
   * Runs the stage in this process; silent unless the context says where words go. Throws at once, with `USAGE`, for
   * options that the stage doesn't take, and while it is read what the stage throws, or the reason that `signal` was aborted for.
   */
  (
    input: AsyncIterable<In> | Iterable<In>,
    ...given: Arguments<Entries>
  ): AsyncGenerator<Out, void, undefined>;
}

/** Declares a stage, and infers its types from the declaration. */
export function defineStage<In, Out, Entries extends v.ObjectEntries>(
  stage: Stage<In, Out, Entries>,
): DefinedStage<In, Out, Entries> {
  const call = (
    input: AsyncIterable<In> | Iterable<In>,
    ...[given = {}, context = {}]: [options?: object, context?: Partial<Context>]
  ): AsyncGenerator<Out, void, undefined> => {
    const { signal = new AbortController().signal, say = silent, progress = noProgress } = context;
    const output = stage.run(streamOf(input), checkOptions(stage.options, given), { signal, say, progress });
    return untilAborted(output, signal);
  };
  return Object.assign(call, stage);
}

const silent = (): void => {};
const noProgress = (): Progress => ({ update: silent, finish: silent });

async function* streamOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  signal.throwIfAborted();
  for await (const item of items) {
    yield item;
    signal.throwIfAborted();
  }
}
