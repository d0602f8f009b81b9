import xterm from '@xterm/headless';
import type { Decision } from '../../../pipeline/decision.ts';
import type { Digest } from '../../../pipeline/digest.ts';
import type { Step } from '../../../pipeline/experiment.ts';
import type { Key, KeyParts } from '../../../pipeline/key.ts';
import type { Event, Outcome } from '../../../pipeline/outcome.ts';
import type { RunRecord } from '../../../pipeline/tell/record.ts';
import type { Manner } from '../../../pipeline/tell/report.ts';
import { tellRun } from '../../../pipeline/tell/report.ts';
import type { Telling } from '../../../pipeline/tell/telling.ts';
import { commandStep } from '../stages.ts';

/** Steps that each read from the one before. */
export const chain = (...names: string[]): Step[] =>
  names.map((name, i) =>
    commandStep(
      name,
      'cat',
      i === 0 ? {} : { inputs: { in: { step: names[i - 1]!, output: 'out', at: { file: 'x.yaml' } } } },
    ),
  );

/** Steps that need nothing. */
export const independent = (count: number): Step[] =>
  Array.from({ length: count }, (_, i) => commandStep(`s${i}`, 'cat'));

export const key = 'c0ffee'.padEnd(64, '0') as Key;
const parts: KeyParts = { format: 2, inputs: {}, outputs: { out: '' } };
const outputs = { out: { sha256: 'ab'.repeat(32) as Digest, bytes: 1234 } };
const made = { experiment: 'x', step: 'a', at: '2026-01-01T00:00:00.000Z' };
const entry = { parts, outputs, seconds: 1.5, peakBytes: 64e6, made };

export const ran: Outcome = { state: 'ran', key, parts, entry, reason: { why: 'new' } };
export const hit: Outcome = { state: 'hit', key, parts, entry };
export const failed: Extract<Outcome, { state: 'failed' }> = {
  state: 'failed',
  key,
  parts,
  seconds: 2,
  failure: 'exit code 3',
  lines: ['so', 'sad'],
};
export const runs: Decision = { state: 'run', key, parts, reason: { why: 'new' } };
export const isHit: Decision = { state: 'hit', key, parts, entry };

export const record = (states: Record<string, Outcome['state']>): RunRecord => ({
  experiment: 'x',
  file: 'x.yaml',
  started: '2026-01-01T00:00:00.000Z',
  seconds: 3,
  status: Object.values(states).includes('failed') ? 'failed' : 'done',
  params: {},
  git: null,
  versions: {},
  steps: Object.fromEntries(Object.entries(states).map(([step, state]) => [step, { state }])),
});

/** Tells a run with a clock that is moved by hand. */
export function tell(manner: Manner, steps: readonly Step[], more: Partial<Telling> = {}) {
  let now = Date.UTC(2026, 0, 1);
  let due = Infinity;
  let tick = (): void => {};
  let text = '';
  const size = { columns: 80, rows: 24 };
  const teller = tellRun(manner, {
    steps,
    write: (more) => (text += more),
    colour: false,
    explain: false,
    repeat: (step) => `sluice run x.yaml ${step}`,
    clock: {
      now: () => now,
      every: (milliseconds, act) => {
        due = now + milliseconds;
        tick = () => {
          due += milliseconds;
          act();
        };
        return () => (due = Infinity);
      },
    },
    size: () => size,
    ...more,
  });
  return {
    ...teller,
    size,
    told: () => text,
    isTicking: () => due < Infinity,
    /** Lets time pass, in seconds. */
    pass: (seconds: number): void => {
      const end = now + seconds * 1000;
      while (due <= end) {
        now = due;
        tick();
      }
      now = end;
    },
    events: (...events: Event[]): void => events.forEach((event) => teller.report(event)),
  };
}

/** What a terminal shows once it was written to, from the first line ever, without spaces at the ends. */
export async function screenOf(
  text: string,
  { columns, rows } = { columns: 80, rows: 24 },
): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return linesOf(terminal);
}

export function linesOf(terminal: xterm.Terminal): string[] {
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, i) =>
    active.getLine(i)!.translateToString(true).trimEnd(),
  );
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}
