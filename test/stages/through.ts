import * as v from 'valibot';
import type { AnyStage, Context } from '../../src/stage.ts';

/** A context that nobody watches. */
export const quiet: Context = {
  say() {},
  progress: () => ({ update() {}, finish() {} }),
  signal: new AbortController().signal,
};

/** The chunks that a stage writes for its input's bytes; options are checked and completed as those of YAML are. */
export async function* through(
  stage: AnyStage,
  options: object,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const complete = v.parse(v.strictObject(stage.options), options);
  yield* stage.writes.write(stage.run(stage.reads.read(input), complete, quiet)) as AsyncIterable<Uint8Array>;
}
