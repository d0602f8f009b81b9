import { StageError } from '../error.ts';
import { doctor } from '../doctor.ts';
import { writeText } from './output.ts';
import { newParser, parse } from './parser.ts';

/** `sluice doctor`. Gives the exit code: 1 if the engine is not the native one. */
export async function doctorCommand(args: string[]): Promise<number> {
  const parser = newParser('doctor', args).usage(
    'sluice doctor\n\nTells which engine is in use, and what to do if it is not the native one: then its exit code is 1.',
  );
  const { help, _: loose, $0: _program, h: _h, ...others } = parse(parser);
  if (help === true) {
    await writeText(`${await parser.getHelp()}\n`);
    return 0;
  }
  const [unknown] = [...loose.map(String), ...Object.keys(others).map((name) => `--${name}`)];
  if (unknown !== undefined) throw new StageError('USAGE', `doctor has no use for ${unknown}`);
  const { native, lines } = await doctor();
  await writeText(`${lines.join('\n')}\n`);
  return native ? 0 : 1;
}
