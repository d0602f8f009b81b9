import fc from 'fast-check';
import { Parser } from 'pickleparser';
import { describe, expect, test } from 'vitest';
import { writeRows } from '../../scripts/sample/npy-writer.ts';
import { readRows } from '../../src/formats/npy.ts';
import { chunked } from '../streams.ts';

const WORD = fc.oneof(fc.nat(255), fc.nat(65_535), fc.nat(2 ** 31 - 1));

async function read(npy: Uint8Array, size?: number): Promise<number[][]> {
  const rows = await readRows(chunked(npy, size), 'x_train.npy');
  return Array.from({ length: rows.rows }, (_, row) => [...rows.row(row)]);
}

/** An .npy file of one row with this pickle in it. */
function npy(pickle: string, length = 1): Buffer {
  const header = `{'descr': '|O', 'fortran_order': False, 'shape': (${length},), }\n`;
  return Buffer.from(
    `\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}${pickle}`,
    'latin1',
  );
}

const START =
  '\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x01\x85cnumpy\ndtype\nU\x02O8\x89\x88\x87R\x89]';
/** The pickle of an array of one object, which this pickle pushes. */
const arrayOf = (row: string): string => `${START}${row}atb.`;

describe('readPickledRows', () => {
  test('gives back all rows, in chunks of any size', async () => {
    const rows = fc.array(fc.array(WORD, { maxLength: 30 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 300 }), async (made, size) => {
        expect(await read(writeRows(made), size)).toEqual(made);
      }),
    );
  });

  test('gives back more than a thousand rows, and rows of more than a thousand words', async () => {
    const rows = Array.from({ length: 2_001 }, (_, i) =>
      i % 700 === 0 ? Array.from({ length: 3_001 }, (__, j) => j) : [i],
    );
    expect(await read(writeRows(rows))).toEqual(rows);
  });

  test('agrees with pickleparser on lists', () => {
    const rows = [[1, 2, 300], [], [70_000]];
    const pickle = Buffer.from('\x80\x02](](K\x01K\x02M\x2c\x01e]](J\x70\x11\x01\x00ee.', 'latin1');
    expect(new Parser().parse(pickle)).toEqual(rows);
  });

  test.each([
    ['os.system by GLOBAL', 'cos\nsystem\nU\x02ls\x85R', 'os.system'],
    ['os.system by STACK_GLOBAL', '\x8c\x02os\x8c\x06system\x93', 'os.system'],
    ['builtins.eval', 'c__builtin__\neval\n', '__builtin__.eval'],
    ['what lies beside the allowed', 'cnumpy.core.multiarray\nscalar\n', 'numpy.core.multiarray.scalar'],
    ['an inherited name', 'cconstructor\nx\n', 'constructor.x'],
  ])('refuses %s by its name and place', async (_, row, name) => {
    const file = npy(arrayOf(row));
    const byte = file.indexOf(row.startsWith('c') ? row : '\x93', START.length + 60, 'latin1');
    await expect(read(file)).rejects.toMatchObject({
      code: 'FORBIDDEN_GLOBAL',
      message: `the pickle asks for ${name}`,
      where: { member: 'x_train.npy', byte },
      hint: expect.stringContaining('not called') as string,
    });
  });

  test.each([
    ['a negative word', '](K\x05J\xfe\xff\xff\xffe', 'OUT_OF_RANGE', /^-2 /],
    ['a word of 33 bits', ']\x8a\x05\0\0\0\0\x01a', 'OUT_OF_RANGE', /^4294967296 /],
    ['a fraction', ']G\x3f\xe0\0\0\0\0\0\0a', 'BAD_VALUE', /^0\.5, where a word number/],
    ['a whole number among floats', ']G\x40\0\0\0\0\0\0\0a', 'BAD_VALUE', /^2\.0, where a word number/],
    ['text', ']U\x03abca', 'BAD_VALUE', /^"abc", where/],
    ['None', ']Na', 'BAD_VALUE', /^None, where/],
    ['text as a row', 'U\x03abc', 'BAD_VALUE', /"abc"/],
    ['a list of lists', ']](K\x01ea', 'BAD_VALUE', /list/],
    ['a number as a row', 'K\x01', 'BAD_VALUE', /row 0 is a number/],
    ['a tuple with text', '(K\x01U\x01xt', 'BAD_VALUE', /"x"/],
    ['a dict', '}', 'UNSUPPORTED', /EMPTY_DICT \(0x7d\)/],
    ['an unknown opcode', '\xff', 'UNSUPPORTED', /0xff/],
    ['a number of 300 bytes', `]\x8b\x2c\x01\0\0${'\x11'.repeat(300)}a`, 'UNSUPPORTED', /LONG4/],
    ['an object', '(cnumpy\nndarray\no', 'UNSUPPORTED', /OBJ/],
    ['the call of a class', 'cnumpy\nndarray\n)R', 'CORRUPT', /numpy\.ndarray is called with \(\)/],
    ['what was never kept', 'h\x09', 'CORRUPT', /kept as 9/],
    ['items without a list', '(K\x01K\x02e', 'CORRUPT', /start|list/],
  ])('refuses %s', async (_, row, code, message) => {
    const error = { code, message: expect.stringMatching(message) as string };
    await expect(read(npy(arrayOf(row)))).rejects.toMatchObject(error);
  });

  test('takes an array of no floats for a row without words, as NumPy makes it of an empty list', async () => {
    const floats = (length: string, bytes: string): string =>
      `cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01${length}\x85cnumpy\ndtype\nU\x02f8\x89\x88\x87R\x89${bytes}tb`;
    expect(await read(npy(arrayOf(floats('K\0', 'U\0'))))).toEqual([[]]);
    const one = read(npy(arrayOf(floats('K\x01', 'U\x08\0\0\0\0\0\0\0\0'))));
    await expect(one).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  test('names row and byte of a word that is out of range', async () => {
    const file = writeRows([[1], [2, 3], [4, -5, 6]]);
    const error = {
      code: 'OUT_OF_RANGE',
      where: { record: 2, byte: file.indexOf('J\xfb\xff\xff\xff', 0, 'latin1') },
    };
    await expect(read(file)).rejects.toMatchObject({
      ...error,
      where: expect.objectContaining(error.where) as object,
    });
  });

  test('names the row that a function would have made', async () => {
    const file = npy(`${START}((K\x01t](K\x02e]K\x03acos\nsystem\n`, 5);
    await expect(read(file)).rejects.toMatchObject({ where: { record: 3 } });
  });

  test.each([
    ['protocol 0', '(lp0\nI1\na.', 'UNSUPPORTED', /protocol 0 or 1/],
    ['protocol 6', '\x80\x06].', 'UNSUPPORTED', /protocol 6/],
    ['a pickle that is no array', '\x80\x02].', 'CORRUPT', /a list, where an array/],
    ['an empty stack', '\x80\x02.', 'CORRUPT', /missing/],
    ['bytes behind the pickle', `${arrayOf(']')}x`, 'CORRUPT', /goes on/],
    ['text without end', '\x80\x02X\xff\xff\xff\0abc', 'TRUNCATED', /ends after 0 rows of 1/],
    ['millions of values in a tuple', `${START}(${'N'.repeat(2 ** 22 + 1)}`, 'UNSUPPORTED', /values at once/],
    ['millions of marks', `${START}${'('.repeat(2 ** 22 + 1)}`, 'UNSUPPORTED', /values at once/],
    ['millions of values kept', `${START}${'\x94'.repeat(2 ** 23 + 1)}`, 'UNSUPPORTED', /values kept/],
    [
      'megabytes of text',
      START + `T\0\0\x80\0${'x'.repeat(2 ** 23)}`.repeat(3),
      'UNSUPPORTED',
      /bytes of text/,
    ],
    ['more rows than the header says, at once', `${START}(]]e`, 'CORRUPT', /more rows than the 1 of/],
    ['text of gigabytes', '\x80\x02X\xff\xff\xff\xffabc', 'CORRUPT', /4294967295 bytes/],
  ])('refuses %s', async (_, pickle, code, message) => {
    await expect(read(npy(pickle))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test('refuses another number of rows than the header says', async () => {
    await expect(read(npy(arrayOf(']'), 2))).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});
