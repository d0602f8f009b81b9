import type { Criteria, Removal } from '../../pipeline/store/removal.ts';
import type { Pushed } from '../../pipeline/store/remote/push.ts';
import type { StoredEntry } from '../../pipeline/store/inventory.ts';
import { showBytes, showSeconds } from '../../pipeline/tell/units.ts';
import { nameOf, type Verification } from '../../pipeline/store/verify.ts';

type Listed = StoredEntry & { readonly bytes: number };

/** A line an entry, and the total. */
export function tellEntries(entries: readonly Listed[], bytes: number): string {
  const rows = entries.map((listed) => [
    nameOf(listed),
    showBytes(listed.bytes),
    showSeconds(listed.entry.seconds),
    showTime(new Date(listed.entry.made.at)),
    showTime(listed.used),
    listed.key.slice(0, 8),
  ]);
  const table =
    entries.length > 0 ? align([['step', 'size', 'took', 'made', 'last used', 'key'], ...rows]) : '';
  const saved = entries.reduce((sum, { entry }) => sum + entry.seconds, 0);
  return `${table}${count(entries.length, 'entry', 'entries')}, ${showBytes(bytes)}, which took ${showSeconds(saved)} to make\n`;
}

export const entryJson = ({ key, entry, used, bytes }: Listed): Record<string, unknown> => ({
  key,
  ...entry.made,
  used,
  bytes,
  seconds: entry.seconds,
});

/** What was damaged, whose it was, and what follows. */
export function tellVerification({ entries, objects, bytes, damage }: Verification): string {
  const read = `${count(entries, 'entry', 'entries')} and ${count(objects, 'object')} (${showBytes(bytes)}) were read`;
  if (damage.length === 0) return `${read}: all is as it was written\n`;
  const lines = damage.map(({ path, why, steps }) =>
    [
      `${path} ${why}`,
      ...(steps.length > 0 ? [`  → of ${steps.join(', ')}, to be made again by its next run`] : []),
    ].join('\n'),
  );
  return `${lines.join('\n')}\n${read}: ${count(damage.length, 'damage')} found, and removed\n`;
}

/** How many entries were sent; a second line says what went wrong. */
export function tellPushed({ sent, there, damaged, failure }: Pushed, remote: string): string {
  const done = `${count(sent, 'entry', 'entries')} sent to ${remote}, which had ${there}\n`;
  const broken =
    damaged > 0
      ? `${count(damaged, 'entry is', 'entries are')} damaged here: sluice cache verify tells more\n`
      : '';
  return done + broken + (failure === undefined ? '' : `not all was sent: ${failure}\n`);
}

/** What went, and why; or what would. */
export function tellRemoval(removal: Removal, { dryRun, maxBytes }: Criteria & { dryRun: boolean }): string {
  const { entries, damaged, objects, records, left } = removal;
  const rows = entries.map(({ entry, why }) => [
    nameOf(entry),
    WHY[why],
    `last used ${showTime(entry.used)}`,
  ]);
  const freed = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const gone = [
    count(entries.length + damaged.length, 'entry', 'entries'),
    `${count(objects.length, 'object')} (${showBytes(freed)})`,
    ...(records.length > 0 ? [count(records.length, 'record of a run', 'records of runs')] : []),
  ];
  const tooLarge =
    maxBytes !== undefined && left.bytes > maxBytes ? ', more than asked for: it is to be kept' : '';
  return [
    ...(rows.length > 0 ? [align(rows).trimEnd()] : []),
    ...damaged.map((path) => `${path}  is damaged`),
    `${dryRun ? 'would remove' : 'removed'} ${gone.join(', ')}`,
    `${dryRun ? 'would leave' : 'left'} ${count(left.entries, 'entry', 'entries')}, ${showBytes(left.bytes)}${tooLarge}`,
    '',
  ].join('\n');
}

const WHY = {
  unused: 'not used for that long',
  size: 'least recently used',
  incomplete: 'an object of it is missing',
};

export const removalJson = ({
  entries,
  damaged,
  objects,
  records,
  left,
}: Removal): Record<string, unknown> => ({
  entries: entries.map(({ entry: { key, entry, used }, why }) => ({ key, ...entry.made, used, why })),
  damaged,
  objects: objects.length,
  bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
  records: records.map(({ path }) => path),
  left,
});

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** `2026-01-02 03:04`, in local time. */
function showTime(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** Rows of cells as lines, with what is in a column one under the other. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
