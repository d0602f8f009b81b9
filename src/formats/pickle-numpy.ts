import { Bytes, Dtype, Global, List, NumpyArray, Tuple, describe, type Value } from './pickle-values.ts';
import type { Fail, RowStore } from './pickle-rows.ts';

const NDARRAY = 'numpy.ndarray';

/** What each function does that NumPy's pickles of arrays call. `numpy.core` became `numpy._core` in NumPy 2. */
const FUNCTIONS: Record<string, 'reconstruct' | 'frombuffer' | 'dtype' | 'encode' | 'bytes'> = {
  'numpy.core.multiarray._reconstruct': 'reconstruct',
  'numpy._core.multiarray._reconstruct': 'reconstruct',
  'numpy.core.numeric._frombuffer': 'frombuffer',
  'numpy._core.numeric._frombuffer': 'frombuffer',
  'numpy.dtype': 'dtype',
  // How Python 3 writes bytes, and no bytes, in protocol 2.
  '_codecs.encode': 'encode',
  '__builtin__.bytes': 'bytes',
};

/** The only functions and classes that a pickle may name. */
export const isAllowed = (name: string): boolean => name === NDARRAY || Object.hasOwn(FUNCTIONS, name);

/** What a call of an allowed function gives. Nothing is executed: each is an array, a type or bytes being put together. */
export function call(
  callee: Value,
  args: readonly Value[],
  { store, fail }: { store: RowStore; fail: Fail },
): Value {
  const name = callee instanceof Global ? callee.name : '';
  const wrong = (): never =>
    fail('CORRUPT', `${describe(callee)} is called with (${args.map(describe).join(', ')})`);
  switch (Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined) {
    case 'reconstruct':
      return args[0] instanceof Global && args[0].name === NDARRAY ? new NumpyArray() : wrong();
    case 'dtype':
      return args.length >= 1 && textOf(args[0]) !== undefined ? new Dtype(textOf(args[0])!) : wrong();
    case 'encode':
      return typeof args[0] === 'string' && args[1] === 'latin1' && !/[^\0-\xff]/.test(args[0])
        ? new Bytes(Buffer.from(args[0], 'latin1'))
        : wrong();
    case 'bytes':
      return args.length === 0 ? new Bytes(Buffer.alloc(0)) : wrong();
    case 'frombuffer': {
      const [bytes, dtype, shape] = args;
      const array = new NumpyArray();
      const length = lengthOf(shape);
      if (!(bytes instanceof Bytes && dtype instanceof Dtype && length !== undefined)) return wrong();
      array.content = store.store(bytes, dtype.order + dtype.name, length);
      return array;
    }
    default:
      return wrong();
  }
}

/** Completes an array or a type with its state, as their `__setstate__` do. */
export function build(target: Value, state: Value, { store, fail }: { store: RowStore; fail: Fail }): void {
  const wrong = (): never => fail('CORRUPT', `${describe(target)} can't be built of ${describe(state)}`);
  const items = state instanceof Tuple ? state.items : wrong();
  if (target instanceof Dtype) {
    const order = textOf(items[1]);
    if (order === undefined || !/^[<>=|]$/.test(order)) return wrong();
    if (items[2] !== null || items[3] !== null) fail('UNSUPPORTED', 'an array of structures');
    target.order = order;
  } else if (target instanceof NumpyArray && target.content === undefined) {
    const [shape, dtype, , content] = items.slice(-4);
    const length = lengthOf(shape);
    if (!(dtype instanceof Dtype) || length === undefined) return wrong();
    if (/^O\d?$/.test(dtype.name)) {
      if (!(content instanceof List)) return wrong();
      if (content.length !== length) fail('CORRUPT', `an array of ${length} items with ${content.length}`);
      target.content = content;
    } else {
      if (!(content instanceof Bytes)) return wrong();
      target.content = store.store(content, dtype.order + dtype.name, length);
    }
  } else {
    wrong();
  }
}

/** The length that a shape of one dimension says. */
function lengthOf(shape: Value | undefined): number | undefined {
  const length = shape instanceof Tuple && shape.items.length === 1 ? shape.items[0] : undefined;
  return typeof length === 'number' ? length : undefined;
}

/** Text, or a string of Python 2. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Bytes ? value.data?.toString('latin1') : undefined;
}
