import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';
import { PickleMachine } from './pickle-machine.ts';
import { OP } from './pickle-opcodes.ts';
import { List, NumpyArray, describe } from './pickle-values.ts';
import type { Ragged } from './ragged.ts';

/**
 * Reads the pickle of a NumPy object array of `length` rows, each a list, a tuple or an array of whole numbers from 0 to
 * 2³² - 1, in protocols 2 to 5, as Python 2 and 3 write it (the opcodes are described in Python's `pickletools`). It is read
 * as its bytes come, into one array of numbers. Nothing is executed: functions other than NumPy's own for putting
 * arrays together are refused by name.
 * Throws `FORBIDDEN_GLOBAL`, `BAD_VALUE`, `OUT_OF_RANGE`, `TRUNCATED`, `CORRUPT` or `UNSUPPORTED`, with `member`, row and
 * byte; bytes count in the stream that `reader` reads.
 */
export async function readPickledRows(
  reader: ByteReader,
  { member, length }: { member: string; length: number },
): Promise<Ragged> {
  await checkProtocol(reader, member);
  const machine = new PickleMachine(member, reader.position);
  while (machine.result === undefined) {
    const bytes = await reader.atLeast(machine.needed);
    if (bytes.length < machine.needed) {
      const byte = reader.position + bytes.length;
      throw new StageError('TRUNCATED', `the pickle ends after ${machine.rows.rows} rows of ${length}`, {
        where: { member, byte },
        hint: 'get the file again: it is not whole',
      });
    }
    reader.skip(machine.run(bytes));
    if (machine.rows.rows > length) machine.fail('CORRUPT', `more rows than the ${length} of the header`);
  }
  if ((await reader.peek(1)).length > 0) machine.fail('CORRUPT', `${member} goes on after its pickle`);
  const { result, rows } = machine;
  const list = result instanceof NumpyArray ? result.content : undefined;
  if (!(list instanceof List))
    return machine.fail('CORRUPT', `${describe(result)}, where an array of rows should be`);
  if (list.holds === 'numbers')
    machine.fail('BAD_VALUE', 'row 0 is a number, where a list should be', { row: 0 });
  if (rows.rows !== length || list.length !== length) {
    machine.fail('CORRUPT', `${rows.rows} rows, where the header of ${member} says ${length}`);
  }
  return rows;
}

async function checkProtocol(reader: ByteReader, member: string): Promise<void> {
  const start = await reader.peek(1);
  if (start.length === 0 || start[0] === OP.PROTO) return;
  throw new StageError('UNSUPPORTED', 'pickle protocol 0 or 1, or no pickle at all', {
    where: { member, byte: reader.position },
    hint: 'save the array with NumPy 1.10 or newer, which writes protocols 2 to 5',
  });
}
