import type { Progress } from '../stage.ts';

/** Between two lines of progress where there is no terminal, in milliseconds. */
const LINE_INTERVAL = 10_000;
/** Between two drawings of the bar. */
const BAR_INTERVAL = 100;

/** Shows progress on standard error: a bar that is drawn over itself on a terminal, else a line now and then. */
export function showProgress(label: string, total: number | undefined): Progress {
  return process.stderr.isTTY ? drawBar(label, total) : writeLines(label, total);
}

function drawBar(label: string, total: number | undefined): Progress {
  const draw = throttle(BAR_INTERVAL, (done: number, note: string) => {
    const bar = total === undefined ? '' : ` ${barOf(done / total)}`;
    const line = `${label}${bar} ${note}`.slice(0, process.stderr.columns - 1);
    process.stderr.write(`\r\x1b[K${line}`);
  });
  return {
    update: (done, note = '') => draw(done, note),
    finish: (note) => void process.stderr.write(`\r\x1b[K${note === undefined ? '' : `${label} ${note}\n`}`),
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
  return {
    update: (done, note = '') => write(done, note),
    finish: (note) => {
      if (note !== undefined) process.stderr.write(`${label} ${note}\n`);
    },
  };
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
