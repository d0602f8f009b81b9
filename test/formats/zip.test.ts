import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../src/error.ts';
import { readZip } from '../../src/formats/zip.ts';
import { chunked, collect } from '../streams.ts';

interface Form {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflated: boolean;
  /** Sizes behind the data: not, with or without a signature. */
  readonly descriptor: 'none' | 'signed' | 'bare';
  readonly zip64: boolean;
}

const uint = (value: number, bytes: 2 | 4 | 8): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
};

/** A zip file, written by the specification; `flags` are set in every local header. */
function writeZip(
  forms: readonly Form[],
  { flags = 0, method = undefined as number | undefined, comment = '' } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, deflated, descriptor, zip64 } of forms) {
    const data = deflated ? deflateRawSync(bytes) : Buffer.from(bytes);
    const crc = crc32(bytes);
    const later = descriptor !== 'none';
    const kind = [
      uint(45, 2),
      uint(flags | (later ? 8 : 0), 2),
      uint(method ?? (deflated ? 8 : 0), 2),
      uint(0, 4),
    ];
    const [inHeader, inExtra] = later ? [0, 0] : [data.length, data.length];
    const known = zip64
      ? [uint(0xffffffff, 4), uint(0xffffffff, 4)]
      : [uint(inHeader, 4), uint(later ? 0 : bytes.length, 4)];
    const extra = zip64
      ? [
          uint(0x7075, 2),
          uint(1, 2),
          Buffer.from('x'),
          uint(1, 2),
          uint(16, 2),
          uint(later ? 0 : bytes.length, 8),
          uint(inExtra, 8),
        ]
      : [];
    const extraBytes = Buffer.concat(extra);
    const size = zip64 ? 8 : 4;
    const behind = later
      ? [
          ...(descriptor === 'signed' ? [Buffer.from('PK\x07\x08')] : []),
          uint(crc, 4),
          uint(data.length, size),
          uint(bytes.length, size),
        ]
      : [];
    const lengths = [uint(Buffer.byteLength(name), 2), uint(extraBytes.length, 2)];
    const record = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      ...kind,
      uint(later ? 0 : crc, 4),
      ...known,
      ...lengths,
      Buffer.from(name),
      extraBytes,
      data,
      ...behind,
    ]);
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02'),
        uint(45, 2),
        ...kind,
        uint(crc, 4),
        uint(data.length, 4),
        uint(bytes.length, 4),
        uint(Buffer.byteLength(name), 2),
        uint(0, 2),
        uint(0, 2),
        uint(0, 4),
        uint(0, 4),
        uint(at, 4),
        Buffer.from(name),
      ]),
    );
    parts.push(record);
    at += record.length;
  }
  const listed = Buffer.concat(directory);
  const end = [
    uint(0, 4),
    uint(forms.length, 2),
    uint(forms.length, 2),
    uint(listed.length, 4),
    uint(at, 4),
    uint(comment.length, 2),
  ];
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06'), ...end, Buffer.from(comment)]);
}

async function readAll(file: Uint8Array, size?: number): Promise<{ name: string; bytes: string }[]> {
  const members: { name: string; bytes: string }[] = [];
  for await (const { name, bytes } of readZip(chunked(file, size))) {
    members.push({ name, bytes: Buffer.concat(await collect(bytes)).toString('hex') });
  }
  return members;
}

/** Without a size in front, nothing tells these bytes from an empty member and what comes after it. */
const AMBIGUOUS = [12, 20].map((zeros) => `PK\x07\x08${'\0'.repeat(zeros)}PK\x03\x04`);

const form = fc
  .record<Form>({
    name: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.constantFrom('PK\x07\x08', 'PK\x03\x04', 'a', '\0\0\0\0'))
        .map((parts) => Buffer.from(parts.join(''))),
    ),
    deflated: fc.boolean(),
    descriptor: fc.constantFrom('none', 'signed', 'bare'),
    zip64: fc.boolean(),
  })
  .map((made): Form =>
    made.descriptor === 'bare' && !made.deflated ? { ...made, descriptor: 'signed' } : made,
  )
  .filter(({ bytes }) => !AMBIGUOUS.some((start) => Buffer.from(bytes).toString('latin1').startsWith(start)));
const forms = fc.uniqueArray(form, { selector: ({ name }) => name, maxLength: 4 });
const plain: Form = {
  name: 'a.npy',
  bytes: Buffer.from('some bytes'),
  deflated: true,
  descriptor: 'none',
  zip64: false,
};

describe('readZip', () => {
  test('gives back the members of any zip file, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(forms, fc.integer({ min: 1, max: 400 }), fc.string(), async (made, size, comment) => {
        const expected = made.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes).toString('hex') }));
        const ascii = comment.replace(/[^ -~]/g, '');
        expect(await readAll(writeZip(made, { comment: ascii }), size)).toEqual(expected);
      }),
    );
  });

  test('does not take the descriptor of an empty member for the end of one that begins with it', async () => {
    const bytes = Buffer.from('PK\x07\x08\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1');
    const made: Form = { ...plain, bytes, deflated: false, descriptor: 'signed' };
    expect(await readAll(writeZip([made]), 7)).toEqual([{ name: plain.name, bytes: bytes.toString('hex') }]);
  });

  test('calls every cut TRUNCATED', async () => {
    await fc.assert(
      fc.asyncProperty(forms, fc.nat(), async (made, at) => {
        const whole = writeZip(made, { comment: 'bye' });
        await expect(readAll(whole.subarray(0, at % whole.length))).rejects.toMatchObject({
          code: 'TRUNCATED',
        });
      }),
    );
  });

  test('passes over members that nobody reads, or reads to their end, and still checks them', async () => {
    const file = writeZip([
      plain,
      { ...plain, name: 'b', bytes: Buffer.alloc(200_000, 'xyz') },
      { ...plain, name: 'c' },
    ]);
    const names: string[] = [];
    for await (const { name, bytes } of readZip(chunked(file, 100))) {
      names.push(name);
      if (name === 'b') for await (const chunk of bytes) if (chunk.length > 0) break;
    }
    expect(names).toEqual(['a.npy', 'b', 'c']);
    const wrong = Buffer.from(file);
    wrong[14]! ^= 1;
    await expect(collect(readZip(chunked(wrong)))).rejects.toMatchObject({
      code: 'CORRUPT',
      where: { member: 'a.npy' },
    });
  });

  test.each([
    [
      'a web page',
      Buffer.from('<!DOCTYPE html><html>'),
      { code: 'CORRUPT', message: /begins with "<!DOCTYPE/, hint: /PK/ },
    ],
    ['nothing', Buffer.alloc(0), { code: 'TRUNCATED' }],
    [
      'an encrypted member',
      writeZip([plain], { flags: 1 }),
      { code: 'UNSUPPORTED', message: /a\.npy is encrypted/ },
    ],
    ['LZMA', writeZip([plain], { method: 14 }), { code: 'UNSUPPORTED', message: /LZMA/ }],
    [
      'a member that is there twice',
      writeZip([plain, plain]),
      { code: 'CORRUPT', message: /second member named a\.npy/ },
    ],
    ['bytes behind the end', Buffer.concat([writeZip([plain]), Buffer.from('x')]), { code: 'CORRUPT' }],
    ['no directory', writeZip([plain]).subarray(0, 47), { code: 'TRUNCATED', where: { byte: 47 } }],
  ])('refuses %s', async (_, file, { message, hint, ...rest }: Record<string, unknown>) => {
    await expect(readAll(file)).rejects.toMatchObject({
      ...rest,
      ...(message === undefined ? {} : { message: expect.stringMatching(message as RegExp) as string }),
      ...(hint === undefined ? {} : { hint: expect.stringMatching(hint as RegExp) as string }),
    });
  });

  test('refuses a wrong byte anywhere in the data of a member, but for the bits that only fill up its last byte', async () => {
    for (const made of [
      plain,
      { ...plain, deflated: false },
      { ...plain, deflated: false, descriptor: 'signed' as const },
    ]) {
      const file = writeZip([made]);
      for (let at = 35; at < 35 + (made.deflated ? deflateRawSync(made.bytes) : made.bytes).length; at++) {
        const wrong = Buffer.from(file);
        wrong[at]! ^= 0x10;
        const result = await readAll(wrong).catch((error: unknown) => error);
        if (made.deflated && !(result instanceof Error)) expect(result).toEqual(await readAll(file));
        else expect(result, `byte ${at}`).toBeInstanceOf(StageError);
      }
    }
  });
});
