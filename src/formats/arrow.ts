import { StageError } from '../error.ts';
import { CHECKSUM, checksum } from './arrow-checksum.ts';
import { toColumns, toField, type Field } from './arrow-columns.ts';
import { decodeIdf } from './arrow-idf.ts';
import { corrupt, decodeAt, readMessages, unsupported, type Message } from './arrow-messages.ts';
import { toBatch, type Schema } from './arrow-rows.ts';
import { toStrings } from './arrow-values.ts';
import type { Table } from './flatbuffer.ts';
import { allocateIndices, ENCODINGS, hasValues, type VectorBatch } from './vector-batch.ts';

/**
 * Reads an Arrow IPC stream of vectors, ours or another tool's: text may be utf8, large_utf8, string_view or a dictionary,
 * indices a list or large_list of any whole numbers, values a list, large_list or fixed_size_list of any numbers, and labels
 * any numbers; other columns are passed over.
 * Decoded here, since apache-arrow's reader checks no bounds: a flipped bit makes it fill the memory, or goes unseen.
 *
 * Throws `TRUNCATED` without its end-of-stream mark; `CORRUPT` with the byte where a damaged message starts;
 * `UNSUPPORTED` for compression and for other types; `MISSING_FIELD`; `BAD_VALUE` for nulls, and for values that are
 * not as many as the columns; `OUT_OF_RANGE` for indices.
 */
export async function* readVectors(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<VectorBatch> {
  const dictionaries = new Map<number, readonly string[]>();
  let schema: Schema | undefined;
  let firstRow: number | undefined;
  for await (const message of readMessages(bytes)) {
    const { at, header, kind } = message;
    if ((kind === 'schema') !== (schema === undefined)) throw corrupt(at, 'not one schema, at the start');
    if (schema === undefined) {
      schema = decodeAt(at, () => toSchema(header));
    } else if (kind === 'dictionary') {
      const { fields } = schema;
      decodeAt(at, () => addDictionary(dictionaries, message, fields));
    } else {
      const reading = schema;
      const start: number = firstRow ?? 0;
      const batch = decodeAt(at, () => toBatch(message, reading, { dictionaries, firstRow: start }));
      checkChecksum(message, batch, start);
      firstRow = start + batch.ids.length;
      yield batch;
    }
  }
  if (schema === undefined) throw corrupt(0, 'an Arrow stream without a schema');
  if (firstRow === undefined) yield emptyBatch(schema.about);
}

/** A batch without rows. */
function emptyBatch(about: Schema['about']): VectorBatch {
  return {
    ...about,
    ids: [],
    splits: [],
    labels: new Float32Array(0),
    offsets: new Int32Array(1),
    indices: allocateIndices(about.dimension, 0),
    ...(hasValues(about.encoding) && { values: new Float32Array(0) }),
  };
}

function checkChecksum({ at, metadata }: Message, batch: VectorBatch, firstRow: number): void {
  const expected = metadata.get(CHECKSUM);
  if (expected === undefined) return;
  const actual = checksum(batch, firstRow);
  if (actual === expected) return;
  const rows = `rows ${firstRow + 1} to ${firstRow + batch.ids.length}`;
  throw corrupt(
    at,
    `the checksum of ${rows} is ${actual}, the stream says ${expected}`,
    'it was damaged; make it again',
  );
}

function toSchema(header: Table): Schema {
  if (header.int16(0) !== 0) throw unsupported('a big-endian Arrow stream');
  const metadata = new Map(header.tables(2).map((pair) => [pair.string(0), pair.string(1)]));
  const demand = (key: string, example: string): string => {
    const value = metadata.get(key);
    if (value !== undefined) return value;
    throw new StageError('MISSING_FIELD', `the Arrow schema's metadata has no "${key}"`, {
      where: { field: key },
      hint: `add it, in pyarrow: table.replace_schema_metadata({"dimension": "10000", "encoding": "multi-hot"}); here "${key}" might be "${example}"`,
    });
  };
  const count = (key: string, example: string): number => {
    const value = demand(key, example);
    if (/^[1-9]\d{0,14}$/.test(value)) return Number(value);
    throw new StageError('BAD_VALUE', `${key} is ${JSON.stringify(value)}`, {
      where: { field: key },
      hint: 'expected a whole number of at least 1',
    });
  };
  const dimension = count('dimension', '10000');
  const given = demand('encoding', 'multi-hot');
  const encoding = ENCODINGS.find((name) => name === given);
  if (encoding === undefined) {
    throw new StageError('UNSUPPORTED', `encoding ${JSON.stringify(given)}`, {
      where: { field: 'encoding' },
      hint: `expected one of ${ENCODINGS.join(', ')}`,
    });
  }
  const idf = encoding === 'tf-idf' ? metadata.get('idf') : undefined;
  const length = encoding === 'tokens' ? { length: count('length', '256') } : {};
  const about = { dimension, encoding, ...length };
  return {
    about: idf === undefined ? about : { ...about, idf: decodeIdf(idf, about.dimension) },
    fields: header.tables(1).map(toField),
  };
}

function addDictionary(
  dictionaries: Map<number, readonly string[]>,
  message: Message,
  fields: readonly Field[],
): void {
  const { body, header } = message;
  const id = header.count(0);
  const field = findDictionary(fields, id);
  const data = header.table(1);
  if (field === undefined || data === undefined)
    throw new RangeError(`dictionary ${id} belongs to no column`);
  if (!/^(Large)?Utf8/.test(field.type)) return;
  const [column] = toColumns(data, body, [{ ...field, dictionary: undefined }]);
  const before = header.uint8(2) === 1 ? (dictionaries.get(id) ?? []) : [];
  dictionaries.set(id, [...before, ...toStrings(column!, dictionaries)]);
}

function findDictionary(fields: readonly Field[], id: number): Field | undefined {
  for (const field of fields) {
    const found = field.dictionary?.id === id ? field : findDictionary(field.children, id);
    if (found) return found;
  }
  return undefined;
}
