import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slots, type Slot } from '../../../pipeline/run/slots.ts';

test('whatever is taken, shared and released: never more than there is, and all of it is free in the end', async () => {
  const need = fc.record({ cores: fc.integer({ min: 1, max: 6 }), memory: fc.integer({ min: 0, max: 12 }) });
  const act = fc.oneof(
    fc.record({ act: fc.constant('take' as const), need }),
    fc.record({ act: fc.constant('share' as const), need, which: fc.nat() }),
    fc.record({ act: fc.constant('release' as const), which: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const slots = new Slots(4, 10);
      const held: Slot[] = [];
      let asked = 0;
      const take = (cores: number, memory: number): void => {
        asked++;
        void slots.take({ cores, memory }).then((slot) => held.push(slot));
      };
      for (const one of acts) {
        if (one.act === 'take') take(one.need.cores, one.need.memory);
        else if (held.length > 0) {
          const slot = held[one.which % held.length]!;
          if (one.act === 'release') held.splice(held.indexOf(slot), 1)[0]!.release();
          else {
            const shared = slot.share(one.need);
            if (shared !== undefined) held.push(shared);
            asked += shared === undefined ? 0 : 1;
          }
        }
        await Promise.resolve();
      }
      let served = 0;
      for (; served < asked && held.length > 0; served++) {
        held.shift()!.release();
        await new Promise(setImmediate);
      }
      expect(held).toEqual([]);
      expect(slots.tryTake({ cores: 4, memory: 10 })).toBeDefined();
      expect(slots.tryTake({ cores: 1 })).toBeUndefined();
    }),
  );
});

test('they are given in the order in which they are asked for', async () => {
  const slots = new Slots(2, Infinity);
  const first = await slots.take({ cores: 1 });
  const order: string[] = [];
  const big = slots.take({ cores: 2 }).then((slot) => (order.push('big'), slot));
  const small = slots.take({ cores: 1 }).then((slot) => (order.push('small'), slot));
  await Promise.resolve();
  expect([order, slots.tryTake({ cores: 1 })]).toEqual([[], undefined]);
  first.release();
  (await big).release();
  (await small).release();
  expect(order).toEqual(['big', 'small']);
});

test('what is shared is free when all who share it have released it', async () => {
  const slots = new Slots(1, Infinity);
  const slot = await slots.take({ cores: 1 });
  const shared = slot.share({ cores: 1 })!;
  slot.release();
  slot.release();
  expect(slots.tryTake({ cores: 1 })).toBeUndefined();
  shared.release();
  expect(slots.tryTake({ cores: 1 })).toBeDefined();
});
