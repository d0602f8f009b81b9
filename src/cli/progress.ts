import type { Progress } from '../stage.ts';
import type { Runner } from './runner-channel.ts';

/** Between two lines of progress where there is no terminal, in milliseconds. */
const LINE_INTERVAL = 10_000;
/** Between two drawings of the bar. */
const BAR_INTERVAL = 100;

/**
 * Shows progress: to the runner that started us, if one did; else on standard error, a bar that is drawn over itself on a
 * terminal, or a line now and then. The note that ends it is a line on standard error in any case.
 */
export function showProgress(runner: Runner | undefined): (label: string, total?: number) => Progress {
  if (runner !== undefined) return (label, total) => tellRunner(runner, label, total);
  return process.stderr.isTTY ? drawBar : writeLines;
}

function tellRunner(runner: Runner, label: string, total: number | undefined): Progress {
  return {
    update: (done, note) => runner.tell({ label, done, total, note }),
    finish: (note) => writeNote(label, note),
  };
}

function drawBar(label: string, total: number | undefined): Progress {
  const draw = throttle(BAR_INTERVAL, (done: number, note: string) => {
    const bar = total === undefined ? '' : ` ${barOf(done / total)}`;
    const line = `${label}${bar} ${note}`.slice(0, process.stderr.columns - 1);
    process.stderr.write(`\r\x1b[K${line}`);
  });
  return {
    update: (done, note = '') => draw(done, note),
    finish: (note) => {
      process.stderr.write('\r\x1b[K');
      writeNote(label, note);
    },
  };
}

function writeLines(label: string, total: number | undefined): Progress {
  const write = throttle(
    LINE_INTERVAL,
    (done: number, note: string) => {
      const share = total === undefined ? '' : ` ${Math.floor((100 * done) / total)} %`;
      process.stderr.write(`${label}${share} ${note}\n`);
    },
    Date.now(),
  );
  return { update: (done, note = '') => write(done, note), finish: (note) => writeNote(label, note) };
}

function writeNote(label: string, note: string | undefined): void {
  if (note !== undefined) process.stderr.write(`${label} ${note}\n`);
}

const WIDTH = 30;

function barOf(share: number): string {
  const full = Math.round(WIDTH * Math.min(1, Math.max(0, share)));
  return `${'━'.repeat(full)}${'─'.repeat(WIDTH - full)}`;
}

/** Calls `act` at most once in `interval` milliseconds, counted from `last`. */
function throttle(
  interval: number,
  act: (done: number, note: string) => void,
  last = 0,
): (done: number, note: string) => void {
  return (done, note) => {
    const now = Date.now();
    if (now - last < interval) return;
    last = now;
    act(done, note);
  };
}
