import type { Codec } from '../stage.ts';

/** How far a stage is, as it tells the runner; what is not known is left out. */
export interface Position {
  readonly label: string;
  readonly done: number;
  readonly total?: number | undefined;
  readonly note?: string | undefined;
}

/** Between two messages, in milliseconds. */
const INTERVAL = 100;

/**
 * Tells the runner that started this process how far it is: `{ progress: { label, done, total, note, rows } }`, `rows` being
 * what the stage has written. At most ten messages a second, whatever is told.
 */
export class Runner {
  readonly #send: (message: object) => void;
  readonly #now: () => number;
  #last = -Infinity;
  #position: Position | undefined;
  #rows: number | undefined;

  constructor(send: (message: object) => void, now: () => number = () => performance.now()) {
    this.#send = send;
    this.#now = now;
  }

  tell(position: Position): void {
    this.#position = position;
    this.#sendNow();
  }

  /** The items as they come; of a flow that has rows, counts them, and tells how many there were in the end. */
  async *counting<T>(items: AsyncIterable<T>, flow: Codec<T>): AsyncGenerator<T> {
    if (flow.rows === undefined) return yield* items;
    this.#rows = 0;
    for await (const item of items) {
      this.#rows += flow.rows(item);
      this.#sendNow();
      yield item;
    }
    this.#last = -Infinity;
    this.#sendNow();
  }

  #sendNow(): void {
    const now = this.#now();
    if (now - this.#last < INTERVAL) return;
    this.#last = now;
    const { label, done, total, note } = this.#position ?? { label: '', done: this.#rows };
    this.#send({ progress: { label, done, total, note, rows: this.#rows } });
  }
}

/** The runner that started this process and listens, if one did. */
export function findRunner(): Runner | undefined {
  if (process.send === undefined) return undefined;
  // A runner that is gone needs no message; its end is noticed elsewhere.
  return new Runner((message) => process.connected && process.send!(message, undefined, undefined, () => {}));
}
