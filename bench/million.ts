import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { collectRows } from '../src/engine/collect.ts';
import { countRows, type Rows } from '../src/engine/rows.ts';
import { allocateIndices, type VectorBatch } from '../src/formats/vector-batch.ts';
import { vectors } from '../src/formats/vectors.ts';
import { Random } from '../src/random.ts';
import { type Cost, measure } from './measure.ts';
import { stepOutput, trainAlone, type Workspace } from './sluice.ts';
import { known, median } from './statistics.ts';
import { formatBytes, formatSeconds, ratioAtMost, type Row } from './table.ts';

/** How often the 25,000 training reviews are repeated. */
export const COPIES = 40;
export const MILLION = COPIES * 25_000;

/** How many rows are in memory at a time, where the others wait in a file. */
const BUFFER = 20_000;

/** What a process that trains on so much may hold above a bare Node, in bytes. */
const MOST = 450e6;

/** Rows of an epoch on a million rows, against one on the 25,000 that they come from. */
export async function millionRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  const [few, many] = [await writeCopies(workspace, 1), await writeCopies(workspace, COPIES)];
  const [small, large, parts]: [number[], number[], number[]] = [[], [], []];
  const [above, aboveParts]: [(number | undefined)[], (number | undefined)[]] = [[], []];
  let whole = 0;
  for (let round = 0; round < rounds; round++) {
    const { epochs } = await trainAlone(workspace, ['--epochs', '20'], few);
    small.push(median(epochs.map(({ seconds }) => seconds))! / (MILLION / COPIES));
    const trained = await trainAlone(workspace, ['--epochs', '1'], many);
    large.push(trained.epochs[0]!.seconds / MILLION);
    const inParts = await trainAlone(workspace, ['--epochs', '1', '--shuffle-buffer', String(BUFFER)], many);
    parts.push(inParts.epochs[0]!.seconds / MILLION);
    const bare = residentOf(await measure([process.execPath, '-e', 'setTimeout(() => {}, 500)']));
    const aboveBare = (cost: Cost): number | undefined => {
      const held = residentOf(cost);
      return held === undefined || bare === undefined ? undefined : held - bare;
    };
    above.push(aboveBare(trained));
    aboveParts.push(aboveBare(inParts));
    whole = trained.seconds;
  }
  const [one, other, memory] = [median(large)!, median(small)!, median(known(above))];
  const [inParts, little] = [median(parts)!, median(known(aboveParts))];
  const micro = (seconds: number): string => `${(seconds * 1e6).toFixed(2)} µs`;
  return [
    {
      figure: `an epoch of 1,000,000 rows (${COPIES} × the 25,000, with noise): time a row`,
      sluice: micro(one),
      peer: `${micro(other)} (Sluice on the 25,000)`,
      ratio: one / other,
      goal: { value: one / other, target: ratioAtMost(1.2) },
    },
    {
      figure: '— peak memory of the process above a bare Node’s (VmHWM)',
      sluice: memory === undefined ? '?' : formatBytes(memory),
      goal: { value: memory, target: { text: `≤ ${formatBytes(MOST)}`, atMost: MOST } },
    },
    { figure: '— wall time, with reading', sluice: formatSeconds(whole) },
    {
      figure: `— with \`--shuffle-buffer ${BUFFER}\`: time a row`,
      sluice: micro(inParts),
      peer: `${micro(one)} (all in memory)`,
      ratio: inParts / one,
    },
    {
      figure: '— peak memory of that process above a bare Node’s (VmHWM)',
      sluice: little === undefined ? '?' : formatBytes(little),
    },
  ];
}

const residentOf = ({ peak }: Cost): number | undefined =>
  peak && Math.max(...peak.processes.map(({ resident }) => resident));

/**
 * The vectors of the 25,000 training reviews, so many times, all marked `train`: the file's path. The first copy is as it is,
 * in the others a few words are left out and a few others are put in, drawn from a seed.
 */
export async function writeCopies(workspace: Workspace, copies: number): Promise<string> {
  const path = join(workspace.folder, `copies-${copies}.arrows`);
  if (existsSync(path)) return path;
  const input = createReadStream(await stepOutput(workspace, 'split', 'out'));
  const [rows] = await collectRows(vectors.read(input), ['train', 'validation']);
  await pipeline(vectors.write(repeat(rows, copies)), createWriteStream(path));
  return path;
}

const BATCH_ROWS = 1000;

async function* repeat(rows: Rows, copies: number): AsyncGenerator<VectorBatch> {
  for (let copy = 0; copy < copies; copy++) {
    const random = new Random(1, 'noise', copy);
    for (let first = 0; first < countRows(rows); first += BATCH_ROWS) {
      const labels = rows.labels.slice(first, first + BATCH_ROWS);
      const lists = Array.from(labels, (_, i) => {
        const [begin, end] = [rows.offsets[first + i]!, rows.offsets[first + i + 1]!];
        const columns = rows.indices.subarray(begin, end);
        return copy === 0 ? columns : disturb(columns, rows.dimension, random);
      });
      const ids = lists.map((_, i) => `${copy}/${first + i}`);
      yield { ...toBatch(lists, rows), labels, ids, splits: ids.map(() => 'train') };
    }
  }
}

/** Columns with up to three of them left out and up to three put in, ascending. */
function disturb(columns: Rows['indices'], dimension: number, random: Random): Uint32Array {
  const set = new Set(columns);
  for (let i = random.below(4); i > 0; i--) set.delete(columns[random.below(columns.length)]!);
  for (let i = random.below(4); i > 0; i--) set.add(random.below(dimension));
  return Uint32Array.from(set).sort();
}

function toBatch(
  lists: readonly Rows['indices'][],
  { dimension, encoding }: Rows,
): Pick<VectorBatch, 'dimension' | 'encoding' | 'offsets' | 'indices'> {
  const offsets = new Int32Array(lists.length + 1);
  for (const [row, list] of lists.entries()) offsets[row + 1] = offsets[row]! + list.length;
  const indices = allocateIndices(dimension, offsets.at(-1)!);
  for (const [row, list] of lists.entries()) indices.set(list, offsets[row]);
  return { dimension, encoding, offsets, indices };
}
