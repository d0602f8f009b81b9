import { Activity } from './activity.ts';
import { eventText } from './event-text.ts';
import { Failures } from './failures.ts';
import { summarize } from './summary.ts';
import type { Teller, Telling } from './telling.ts';
import { showSeconds } from './units.ts';

/** Between two lines about the progress of a step, in milliseconds. */
const INTERVAL = 10_000;

/** Tells a run in lines, as a log keeps them: what happens, and now and then how far a long step is. */
export function tellLines(telling: Telling): Teller {
  const { write, clock } = telling;
  const failures = new Failures(telling.steps);
  const text = eventText(telling, failures);
  const running = new Map<string, { activity: Activity; told: number }>();

  return {
    report: (event) => {
      const time = clock.now();
      if (event.type === 'ended') {
        failures.add(event.step, event.outcome);
        running.delete(event.step);
      }
      if (event.type === 'started') running.set(event.step, { activity: new Activity(time), told: time });
      write(text(event));
      if (event.type !== 'progressed') return;
      const state = running.get(event.step);
      if (state === undefined) return;
      state.activity.add(event, time);
      if (time - state.told < INTERVAL) return;
      state.told = time;
      write(text({ type: 'said', step: event.step, line: showProgress(state.activity, time) }));
    },
    summarize: (record, results) => write(failures.show(record, telling) + summarize(record, results)),
    close: () => {},
  };
}

function showProgress(activity: Activity, time: number): string {
  const share = activity.share === undefined ? '' : `${Math.floor(100 * activity.share)} %, `;
  return `${share}${activity.describe(time)}, after ${showSeconds((time - activity.begun) / 1000)}`;
}
