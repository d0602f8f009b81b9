import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';

/** What an array in an .npy file is. */
export interface NpyHeader {
  /** NumPy's word for the type of its items, like `<i8` or `|O`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/**
 * Reads the header of an .npy file, format versions 1 to 3 (numpy.lib.format). `member` names the file in errors.
 * Throws `TRUNCATED`, `CORRUPT`, or `UNSUPPORTED` for another version or a structured type.
 */
export async function readNpyHeader(reader: ByteReader, member: string): Promise<NpyHeader> {
  const where = { member, byte: 0 };
  const read = async (length: number): Promise<Buffer> => {
    const bytes = await reader.read(length);
    if (bytes.length === length) return bytes;
    throw new StageError('TRUNCATED', `${member} ends in its header`, {
      where: { member, byte: reader.position },
    });
  };
  const magic = await read(MAGIC.length);
  if (!magic.equals(MAGIC)) {
    throw new StageError(
      'CORRUPT',
      `${member} is not an .npy file: it begins with ${JSON.stringify(magic.toString('latin1'))}`,
      {
        where,
      },
    );
  }
  const version = (await read(2))[0]!;
  if (version < 1 || version > 3) {
    throw new StageError('UNSUPPORTED', `${member} has the .npy format version ${version}`, {
      where,
      hint: '1, 2 and 3 are known',
    });
  }
  const length = version === 1 ? (await read(2)).readUInt16LE() : (await read(4)).readUInt32LE();
  if (length > 65_536)
    throw new StageError('CORRUPT', `${member} has a header of ${length} bytes`, { where });
  const text = (await read(length)).toString(version === 3 ? 'utf8' : 'latin1');
  return parseHeader(text, member);
}

/** Parses the Python literal of a header: a dict with exactly `descr`, `fortran_order` and `shape`. */
export function parseHeader(text: string, member: string): NpyHeader {
  const fail = (code: 'CORRUPT' | 'UNSUPPORTED', message: string): never => {
    throw new StageError(code, `${member} ${message}: ${text.trim()}`, { where: { member, byte: 0 } });
  };
  const found = new Map<string, string>();
  const entry =
    /\s*(['"])(\w+)\1\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\d\sL,]*\)|\[[^\]]*\])\s*(,|(?=\}))/y;
  const body = /^\s*\{/.exec(text)?.[0].length ?? fail('CORRUPT', 'has a header that is not a dict');
  entry.lastIndex = body;
  let end = body;
  for (let match = entry.exec(text); match; match = entry.exec(text)) {
    if (found.has(match[2]!)) fail('CORRUPT', `has "${match[2]}" twice in its header`);
    found.set(match[2]!, match[3]!);
    end = entry.lastIndex;
  }
  if (!/^\s*\}\s*$/.test(text.slice(end))) fail('CORRUPT', 'has a header that is not a dict of plain values');
  const descr = found.get('descr');
  const order = found.get('fortran_order');
  // Python 2 on Windows writes long integers: (25000L,).
  const shape = /^\((?:|\s*\d+L?\s*,\s*(?:\d+L?\s*,\s*)*(?:\d+L?\s*)?)\)$/.exec(found.get('shape') ?? '');
  if (found.size !== 3 || descr === undefined || shape === null || !(order === 'True' || order === 'False')) {
    return fail('CORRUPT', 'has a header without a proper descr, fortran_order and shape');
  }
  if (descr.startsWith('[')) fail('UNSUPPORTED', 'is an array of structures');
  return {
    descr: descr.slice(1, -1),
    fortranOrder: order === 'True',
    shape: (shape[0].match(/\d+/g) ?? []).map(Number),
  };
}
