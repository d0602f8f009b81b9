import { StageError, type Where } from '../error.ts';

/** A named array of float32, row-major. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly Tensor[];
}

/** Bytes before the header: its length. */
export const PREFIX = 8;
const ALIGNMENT = 8;
const BRACE = 0x7b;
/** The reference implementation's bound on the header. */
const LONGEST_HEADER = 100_000_000;

/**
 * A safetensors file (https://github.com/huggingface/safetensors#format): the header's length as a uint64, the header as
 * JSON padded with spaces, and the tensors' bytes one after another, little-endian, in the order given.
 */
export function encodeTensorFile({ metadata, tensors }: TensorFile): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const length = Math.ceil(Buffer.byteLength(json) / ALIGNMENT) * ALIGNMENT;
  const file = Buffer.alloc(PREFIX + length + end, ' ');
  file.writeBigUInt64LE(BigInt(length));
  file.write(json, PREFIX);
  let at = PREFIX + length;
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/**
 * Reads what `encodeTensorFile` wrote, or any safetensors file of F32 tensors.
 * Throws `TRUNCATED`, `CORRUPT` or `UNSUPPORTED` with the byte unless the tensors fill the data exactly, without gap or overlap.
 */
export function decodeTensorFile(file: Uint8Array): TensorFile & { readonly data: Uint8Array } {
  const { metadata, entries, end } = readHeader(file);
  const data = file.subarray(end);
  let expected = 0;
  for (const { name, begin, stop, size } of entries.toSorted(
    (a, b) => a.begin - b.begin || a.stop - b.stop,
  )) {
    if (begin !== expected || stop - begin !== size) {
      throw new StageError(
        'CORRUPT',
        `"${name}" is at ${begin} to ${stop} of the data, not at ${expected} to ${expected + size}`,
        {
          where: { byte: end + expected },
        },
      );
    }
    expected = stop;
  }
  if (data.length < expected) {
    throw new StageError('TRUNCATED', `the tensors take ${expected} bytes, ${data.length} are there`, {
      where: { byte: file.length },
    });
  }
  if (data.length > expected) {
    throw new StageError('CORRUPT', `${data.length - expected} bytes follow the last tensor`, {
      where: { byte: end + expected },
    });
  }
  // Copied, since a typed array must start at a multiple of its element's size.
  const tensors = entries.map(({ name, shape, begin, stop }) => ({
    name,
    shape,
    values: new Float32Array(new Uint8Array(data.subarray(begin, stop)).buffer),
  }));
  return { metadata, tensors, data };
}

/**
 * Throws `CORRUPT` where a file of which at least the first `PREFIX` bytes are there can't be a safetensors file: so that what is
 * something else, of whatever size, need not be read to its end.
 */
export function checkStart(start: Uint8Array): void {
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > LONGEST_HEADER) {
    throw new StageError('CORRUPT', `a header of ${length} bytes; at most ${LONGEST_HEADER} are allowed`, {
      where: { byte: 0 },
      hint: 'this is no safetensors file',
    });
  }
  if (start.length === PREFIX || start[PREFIX] === BRACE) return;
  throw new StageError('CORRUPT', 'a header that does not begin with a brace', {
    where: { byte: PREFIX },
    hint: 'this is no safetensors file',
  });
}

/** A tensor's place: bytes of the data, which starts where the header ends; `size` is what its shape needs. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly stop: number;
  readonly size: number;
}

function readHeader(file: Uint8Array) {
  if (file.length < PREFIX) {
    throw new StageError('TRUNCATED', `${file.length} bytes are no safetensors file`, {
      where: { byte: file.length },
    });
  }
  checkStart(file);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const end = PREFIX + length;
  if (file.length < end) {
    throw new StageError('TRUNCATED', `the header takes ${length} bytes, ${file.length - PREFIX} are there`, {
      where: { byte: file.length },
    });
  }
  const { __metadata__: metadata = {}, ...tensors } = parseHeader(file.subarray(PREFIX, end));
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new StageError('CORRUPT', '"__metadata__" must hold texts by name', { where: { byte: PREFIX } });
  }
  const entries = Object.entries(tensors).map(([name, value]) => toEntry(name, value));
  return { metadata: metadata as Record<string, string>, entries, end };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const where: Where = { byte: PREFIX };
  try {
    const header: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    if (isRecord(header)) return header;
  } catch (cause) {
    throw new StageError('CORRUPT', `the header is not JSON: ${(cause as Error).message}`, { where, cause });
  }
  throw new StageError('CORRUPT', 'the header is not a JSON object', { where });
}

function toEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const where: Where = { field: name, byte: PREFIX };
  if (!areCounts(shape) || !areCounts(offsets) || offsets.length !== 2 || typeof dtype !== 'string') {
    throw new StageError('CORRUPT', `"${name}" is not described by dtype, shape and data_offsets`, { where });
  }
  if (dtype !== 'F32') {
    throw new StageError('UNSUPPORTED', `"${name}" is of type ${dtype}`, {
      where,
      hint: 'a model has F32 tensors',
    });
  }
  const size = shape.reduce((product, length) => product * length, Float32Array.BYTES_PER_ELEMENT);
  return { name, shape, begin: offsets[0]!, stop: offsets[1]!, size };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
