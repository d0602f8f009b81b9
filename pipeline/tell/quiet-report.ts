import { eventText } from './event-text.ts';
import { Failures } from './failures.ts';
import type { Teller, Telling } from './telling.ts';

/** Tells of a run what went wrong, and what may: nothing, if all is well. */
export function tellQuietly(telling: Telling): Teller {
  const failures = new Failures(telling.steps);
  const text = eventText(telling, failures);
  return {
    report: (event) => {
      if (event.type === 'ended') failures.add(event.step, event.outcome);
      const isTold =
        event.type === 'warned' ||
        event.type === 'failedTry' ||
        (event.type === 'ended' && event.outcome.state === 'failed');
      if (isTold) telling.write(text(event));
    },
    summarize: (record) => telling.write(failures.show(record, telling)),
    close: () => {},
  };
}
