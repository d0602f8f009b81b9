import type { Step } from '../../pipeline/experiment.ts';
import { chooseManner, inColour, tellRun } from '../../pipeline/tell/report.ts';
import type { Clock, Teller } from '../../pipeline/tell/telling.ts';
import { repeatCommand, type Repeatable } from './repeat.ts';

/** How a run was asked to be told. */
export interface Asked extends Repeatable {
  /** To a program, on the standard output. */
  readonly json: boolean;
  /** Only what goes wrong. */
  readonly quiet: boolean;
  readonly explain: boolean;
}

/** Begins to tell a run; `stop` is called when whoever read it on the standard output is gone. */
export function beginTelling(asked: Asked, steps: readonly Step[], stop: () => void): Teller {
  const { stdout, stderr, env } = process;
  const surroundings = { terminal: stderr.isTTY === true, environment: env };
  const stream = asked.json ? stdout : stderr;
  const teller = tellRun(chooseManner(asked, surroundings), {
    steps,
    write: (text) => void stream.write(text),
    colour: inColour(surroundings),
    explain: asked.explain,
    repeat: (step) => repeatCommand(asked, step),
    clock,
    size: () => ({ columns: stderr.columns ?? 80, rows: stderr.rows ?? 24 }),
  });
  stdout.on('error', stop);
  process.once('exit', teller.close); // also after a second Ctrl-C, which ends us at once
  return teller;
}

const begun = Date.now();
const start = process.hrtime();

const clock: Clock = {
  // Node loads what `performance` is when it is first asked for: two milliseconds.
  now: () => {
    const [seconds, nanoseconds] = process.hrtime(start);
    return begun + seconds * 1000 + nanoseconds / 1e6;
  },
  every: (milliseconds, act) => {
    const timer = setInterval(act, milliseconds);
    return () => clearInterval(timer);
  },
};
