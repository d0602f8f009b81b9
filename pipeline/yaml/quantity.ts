import * as v from 'valibot';

const SECONDS = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };
const BYTES = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** What timers can wait for: 2^31 milliseconds. */
const MOST_SECONDS = 2_147_483;

const A_TIME = 'expected a time, such as 90s, 10m or 2h';
const AN_AMOUNT = 'expected an amount of memory, such as 512 MB, 1.5 GiB or a number of bytes';

/** `90`, `90s`, `10m` or `2h`, in seconds. */
export const duration = (description: string) =>
  v.pipe(
    quantity(SECONDS, A_TIME, '?'),
    v.description(description),
    v.transform((value) => amountOf(value, SECONDS)),
    v.gtValue(0, A_TIME),
    v.maxValue(MOST_SECONDS, 'expected at most 24 days'),
  );

/** `4 GB`, `512MB`, `1.5 GiB` or a number, in bytes. */
export const memory = (description: string) =>
  v.pipe(
    quantity(BYTES, AN_AMOUNT, ''),
    v.description(description),
    v.transform((value) => Math.round(amountOf(value, BYTES))),
    v.gtValue(0, AN_AMOUNT),
    v.safeInteger(AN_AMOUNT),
  );

/** Seconds, from `90s`, `15 min`, `12h`, `30d` or `2w`; `undefined` for anything else. */
export const parseDuration = (text: string): number | undefined => parse(text, SECONDS);

/** Bytes, from `500 MB`, `5GB` or `4 GiB`; `undefined` for anything else. */
export const parseSize = (text: string): number | undefined => parse(text, BYTES);

type Units = Readonly<Record<string, number>>;

/** A number, or one with a unit behind it; `optional` is `?` where text may lack the unit. */
const quantity = (units: Units, form: string, optional: '?' | '') =>
  v.union(
    [
      v.pipe(v.number(form), v.gtValue(0, form)),
      v.pipe(v.string(form), v.regex(formOf(units, optional), form)),
    ],
    form,
  );

const formOf = (units: Units, optional: '?' | ''): RegExp =>
  new RegExp(`^\\d+(\\.\\d+)? *(${Object.keys(units).join('|')})${optional}$`);

const parse = (text: string, units: Units): number | undefined =>
  formOf(units, '').test(text) ? amountOf(text, units) : undefined;

function amountOf(value: number | string, units: Units): number {
  if (typeof value === 'number') return value;
  const [, number, unit] = /^([\d.]+) *(\w*)$/.exec(value)!;
  return Number(number) * (units[unit!] ?? 1);
}
