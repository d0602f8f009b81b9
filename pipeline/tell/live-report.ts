import { Activity } from './activity.ts';
import { eventText } from './event-text.ts';
import { Failures } from './failures.ts';
import { liveRows } from './live-rows.ts';
import type { Event, Outcome } from '../outcome.ts';
import { Redrawn } from './redrawn.ts';
import { summarize } from './summary.ts';
import { painter, type Teller, type Telling } from './telling.ts';

/** Between two drawings, in milliseconds. */
const INTERVAL = 100;

/** Tells a run on a terminal: what has happened as lines, and below them what runs now, drawn again as it goes on. */
export function tellLive(telling: Telling): Teller {
  const { steps, clock, write } = telling;
  const failures = new Failures(steps);
  const text = eventText(telling, failures);
  const paint = painter(telling.colour);
  const redrawn = new Redrawn(write);
  const activities = new Map<string, Activity>();
  const counts: Record<Outcome['state'], number> = { hit: 0, ran: 0, failed: 0, skipped: 0 };
  const begun = clock.now();
  let unwritten = '';

  const follow = (event: Event, time: number): void => {
    if (!('step' in event) || event.type === 'decided') return;
    if (event.type === 'ended') {
      activities.delete(event.step);
      counts[event.outcome.state]++;
      return;
    }
    if (event.type === 'started' || event.type === 'waits') activities.set(event.step, new Activity(time));
    activities.get(event.step)?.add(event, time);
  };

  const draw = (): void => {
    const { hit, ran, failed, skipped } = counts;
    const board = { begun, activities, total: steps.length, done: hit + ran, failed, skipped };
    redrawn.draw(unwritten, liveRows(board, telling.size(), { time: clock.now(), paint }));
    unwritten = '';
  };
  const stop = clock.every(INTERVAL, draw);
  const close = (): void => {
    stop();
    redrawn.draw(unwritten, []);
    unwritten = '';
  };

  return {
    report: (event) => {
      if (event.type === 'ended') failures.add(event.step, event.outcome);
      follow(event, clock.now());
      unwritten += text(event);
    },
    summarize: (record, results) => {
      close();
      write(failures.show(record, telling) + summarize(record, results));
    },
    close,
  };
}
