import { limitConcurrency } from '../limit.ts';
import type { Inventory } from '../inventory.ts';
import type { Lookup } from '../store.ts';
import type { Key } from '../../key.ts';
import { Channel } from './channel.ts';
import { entryName, type LocalStore } from './names.ts';
import { PATIENCE, type Patience } from './patience.ts';
import type { Remote } from './remote.ts';
import { Sending } from './sending.ts';

/** What became of a store's entries. */
export interface Pushed {
  /** How many were sent, and how many the remote had. */
  readonly sent: number;
  readonly there: number;
  /** How many are not whole here: they were not sent. */
  readonly damaged: number;
  /** Why it ended before all was sent, if it did. */
  readonly failure?: string;
}

/** How many entries are asked for at the same time. */
const AT_ONCE = 16;

/** Sends to a remote what it lacks of what is in a store, with their objects. The first thing that fails ends it. */
export async function pushAll(
  { entries, damaged }: Pick<Inventory, 'entries' | 'damaged'>,
  store: LocalStore & { lookUp(key: Key): Promise<Lookup> },
  {
    remote,
    signal,
    patience = PATIENCE,
  }: { readonly remote: Remote; readonly signal: AbortSignal; readonly patience?: Patience },
): Promise<Pushed> {
  let failure: string | undefined;
  const channel = new Channel(signal, patience, (cause) => (failure = cause));
  const sending = new Sending(remote, channel);
  const slots = limitConcurrency(AT_ONCE);
  const push = async (key: Key): Promise<'sent' | 'there' | 'damaged' | 'left'> => {
    const size = await channel.ask((transfer) => remote.size(entryName(key), transfer));
    if (channel.signal.aborted) return 'left';
    if (size !== undefined) return 'there';
    const found = await store.lookUp(key);
    if (found.found !== 'whole') return 'damaged';
    return (await sending.push(key, found.entry, store)) ? 'sent' : 'left';
  };
  const ends = await Promise.all(entries.map(({ key }) => slots(() => push(key))));
  const count = (end: (typeof ends)[number]): number => ends.filter((one) => one === end).length;
  return {
    sent: count('sent'),
    there: count('there'),
    damaged: count('damaged') + damaged.length,
    ...(failure !== undefined && { failure }),
  };
}
