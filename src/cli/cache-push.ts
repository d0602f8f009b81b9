import { takeInventory } from '../../pipeline/store/inventory.ts';
import { chooseRemote } from '../../pipeline/store/remote/open.ts';
import { pushAll } from '../../pipeline/store/remote/push.ts';
import { describeHolder } from '../../pipeline/store/owner.ts';
import { Store } from '../../pipeline/store/store.ts';
import { enterStore } from '../../pipeline/store/store-lock.ts';
import { StageError } from '../error.ts';
import type { CacheOptions } from './cache-options.ts';
import { tellPushed } from './cache-text.ts';
import { take } from './experiment.ts';
import { writeText } from './output.ts';

/** `sluice cache push`. Gives the exit code: 1 if not all could be sent. Throws `USAGE` where no shared store is named. */
export async function pushStore(
  { store: folder, remote: name, json }: CacheOptions,
  signal: AbortSignal,
): Promise<number> {
  const choice = take(chooseRemote({ remote: name, readOnly: false }, process.env));
  if (choice === undefined || choice.readOnly)
    throw new StageError(
      'USAGE',
      choice ? 'nothing is to be sent: SLUICE_REMOTE_READ_ONLY is set' : 'where to?',
      {
        hint: choice
          ? 'unset it for this command'
          : 'sluice cache push --remote s3://BUCKET/PREFIX, or a folder',
      },
    );
  const waits = (holder: string): void =>
    void process.stderr.write(`waits: ${describeHolder(holder)} is cleaning up the store\n`);
  const presence = await enterStore(folder, waits, signal);
  if (presence === undefined) return 130;
  try {
    const store = new Store(folder);
    const pushed = await pushAll(takeInventory(folder), store, { remote: choice.remote, signal });
    store.saveDigests();
    await writeText(json ? `${JSON.stringify(pushed, null, 2)}\n` : tellPushed(pushed, choice.remote.name));
    return pushed.failure === undefined && pushed.damaged === 0 ? 0 : 1;
  } finally {
    presence.release();
  }
}
