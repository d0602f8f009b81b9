/** How the learning rate changes from step to step; names and formulas are Keras's. */
export type Schedule =
  | {
      readonly name: 'exponential_decay' | 'inverse_time_decay';
      readonly decaySteps: number;
      readonly decayRate: number;
      /** Whether it changes at every multiple of `decaySteps` only. */
      readonly staircase: boolean;
    }
  | {
      readonly name: 'cosine_decay';
      readonly decaySteps: number;
      /** What is left in the end, as a share. */
      readonly alpha: number;
    };

export const SCHEDULES = ['exponential_decay', 'inverse_time_decay', 'cosine_decay'] as const;

/** The share of the first learning rate that a step has, counted from 0. */
export function shareOf(schedule: Schedule | undefined, step: number): number {
  switch (schedule?.name) {
    case undefined:
      return 1;
    case 'exponential_decay':
      return schedule.decayRate ** passed(schedule, step);
    case 'inverse_time_decay':
      return 1 / (1 + schedule.decayRate * passed(schedule, step));
    case 'cosine_decay': {
      const { decaySteps, alpha } = schedule;
      const cosine = 0.5 * (1 + Math.cos((Math.PI * Math.min(step, decaySteps)) / decaySteps));
      return (1 - alpha) * cosine + alpha;
    }
  }
}

const passed = (
  { decaySteps, staircase }: { readonly decaySteps: number; readonly staircase: boolean },
  step: number,
): number => (staircase ? Math.floor(step / decaySteps) : step / decaySteps);
