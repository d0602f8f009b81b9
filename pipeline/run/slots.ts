/** What a step keeps busy while it runs: cores, and memory in bytes. */
export interface Need {
  readonly cores: number;
  readonly memory?: number | undefined;
}

/** The same, at most what there is. */
interface Bounded {
  readonly cores: number;
  readonly memory: number;
}

/** Cores and memory that are kept busy until `release`; steps that are joined by a pipe share them. */
export interface Slot {
  /** Another one that shares it, if what it needs beyond that is free now. It is released by each. */
  share(need: Need): Slot | undefined;
  release(): void;
}

/** What a run may keep busy. Steps get theirs in the order in which they ask. */
export class Slots {
  #cores: number;
  #memory: number;
  readonly #total: Bounded;
  readonly #waiting: { need: Bounded; begin: (slot: Slot) => void }[] = [];

  constructor(cores: number, memory: number) {
    this.#cores = cores;
    this.#memory = memory;
    this.#total = { cores, memory };
  }

  /** A slot, as soon as it is free. A step that needs more than there is gets all there is. */
  take(need: Need): Promise<Slot> {
    return new Promise((begin) => {
      this.#waiting.push({ need: this.#bounded(need), begin });
      this.#serve();
    });
  }

  /** A slot, if it is free now and nobody waits for one. */
  tryTake(need: Need): Slot | undefined {
    const bounded = this.#bounded(need);
    return this.#waiting.length === 0 && this.#isFree(bounded) ? this.#give(bounded) : undefined;
  }

  #bounded({ cores, memory = 0 }: Need): Bounded {
    return { cores: Math.min(cores, this.#total.cores), memory: Math.min(memory, this.#total.memory) };
  }

  #isFree({ cores, memory }: Bounded): boolean {
    return cores <= this.#cores && memory <= this.#memory;
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#isFree(this.#waiting[0]!.need)) {
      const { need, begin } = this.#waiting.shift()!;
      begin(this.#give(need));
    }
  }

  #give(need: Bounded): Slot {
    this.#cores -= need.cores;
    this.#memory -= need.memory;
    const free = (): void => {
      this.#cores += need.cores;
      this.#memory += need.memory;
      this.#serve();
    };
    return this.#slot(need, counted(free));
  }

  #slot(held: Bounded, users: Counted): Slot {
    return {
      share: (need) => {
        const { cores, memory } = this.#bounded(need);
        // A pipe keeps busy what its widest part does; memory adds up.
        const beyond = { cores: Math.max(0, cores - held.cores), memory };
        const extra = beyond.cores + memory === 0 ? undefined : this.tryTake(beyond);
        if (extra === undefined && beyond.cores + memory > 0) return undefined;
        users.add();
        const release = (): void => {
          users.release();
          extra?.release();
        };
        return { ...this.#slot({ cores: held.cores + beyond.cores, memory }, users), release: once(release) };
      },
      release: once(() => users.release()),
    };
  }
}

interface Counted {
  add(): void;
  release(): void;
}

/** Calls `free` when as many have released as were added, and the first. */
function counted(free: () => void): Counted {
  let users = 1;
  return {
    add: () => void users++,
    release: () => {
      if (--users === 0) free();
    },
  };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
