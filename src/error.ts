/** What went wrong, as a word that scripts can match. README.md tabulates them. */
export type ErrorCode =
  | 'BAD_VALUE'
  | 'CORRUPT'
  | 'DIGEST_MISMATCH'
  | 'DISK_FULL'
  | 'FORBIDDEN_GLOBAL'
  | 'MISSING_FIELD'
  | 'NOT_FOUND'
  | 'NOT_JSON'
  | 'OUT_OF_RANGE'
  | 'SYSTEM'
  | 'TRUNCATED'
  | 'UNREACHABLE'
  | 'UNSUPPORTED'
  | 'USAGE';

/**
 * Where it went wrong; every part that is known. `line` counts from 1, `byte` from 0: in the file, or, for what
 * the member of a zip file holds, in the inflated member.
 */
export interface Where {
  readonly file?: string;
  readonly member?: string;
  readonly line?: number;
  readonly record?: string | number;
  readonly field?: string;
  readonly byte?: number;
}

/**
 * A mistake in what a stage was given: the one exception that stages throw on purpose.
 * `message` names the offending value, `where` its place, `hint` what to do about it.
 */
export class StageError extends Error {
  readonly code: ErrorCode;
  readonly where: Where;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    about: { where?: Where; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: about.cause });
    this.name = 'StageError';
    this.code = code;
    this.where = about.where ?? {};
    this.hint = about.hint;
  }
}

/** The error as a person reads it: code and message, then the place, then what to do. */
export function formatError(error: StageError): string {
  const place = Object.entries(error.where)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${onOneLine(String(value))}`)
    .join(', ');
  return [
    `${error.code}: ${visible(error.message)}`,
    ...(place ? [`  at ${place}`] : []),
    ...(error.hint ? [`  → ${visible(error.hint)}`] : []),
  ].join('\n');
}

/** What stands in a file may be long, and may hold what a terminal obeys. */
function onOneLine(value: string): string {
  const line = visible(value).replaceAll('\n', escaped);
  return line.length <= LONGEST_VALUE ? line : `${line.slice(0, LONGEST_VALUE)}…`;
}

const visible = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, escaped);

const escaped = (control: string): string => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;

const LONGEST_VALUE = 1000;

/** Turns what the operating system refused (no such file, no space, no right, …) into a `StageError`. */
export function fromSystemError(error: unknown, file?: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const path = file ?? ('path' in error ? String(error.path) : undefined);
  if (error.syscall === 'uv_cwd') return new StageError('NOT_FOUND', 'the working folder was removed');
  const about = { cause: error, ...(path === undefined ? {} : { where: { file: path } }) };
  switch (error.code) {
    case 'ENOENT':
      return new StageError('NOT_FOUND', `no such file or folder: ${path}`, about);
    case 'EISDIR':
      return new StageError('NOT_FOUND', `a folder, where a file is needed: ${path}`, about);
    case 'ENOTDIR':
      return new StageError('NOT_FOUND', `a file, where a folder is needed: ${path}`, about);
    case 'EACCES':
    case 'EPERM':
      return new StageError('NOT_FOUND', `not permitted: ${path}`, about);
    case 'ENOSPC':
    case 'EDQUOT':
      return new StageError('DISK_FULL', 'no space left on the disk', {
        ...about,
        hint: 'free some space and run it again; nothing half-written was kept',
      });
    default:
      return new StageError('SYSTEM', error.message, about);
  }
}
