import { Random } from '../../src/random.ts';
import { FACTUAL, OPINIONATED } from './sentences.ts';
import { NEUTRAL, OPINIONS } from './words.ts';

/** A review as words, and 1 if it approves. */
export interface GeneratedReview {
  readonly words: readonly string[];
  readonly label: 0 | 1;
}

/** How likely an opinion in a review agrees with its label: what makes the sample learnable, but not trivially. */
const AGREEMENT = 0.77;

/** `count` made-up reviews. The same `seed` and `split` give the same ones; half of them approve, on average. */
export function generateReviews(count: number, seed: number, split: string): GeneratedReview[] {
  const random = new Random(seed, 'sample', split);
  return Array.from({ length: count }, () => {
    const label = random.below(2) as 0 | 1;
    const length = 5 + random.below(7) + random.below(7);
    const sentences = Array.from({ length }, () =>
      random.uniform() < 0.5 ? opinion(random, label) : fill(choose(FACTUAL, random), random),
    );
    const text = sentences.join(' ').replace(/\ba (?=[aeiou])/g, 'an ');
    return { label, words: text.split(' ') };
  });
}

/** A sentence that agrees with the label, or now and then doesn't. */
function opinion(random: Random, label: 0 | 1): string {
  const approves = random.uniform() < AGREEMENT ? label === 1 : label === 0;
  return fill(choose(OPINIONATED, random), random, approves ? 0 : 1);
}

function fill(sentence: string, random: Random, side: 0 | 1 = 0): string {
  return sentence.replace(/\{(\w+)\}/g, (_, kind: string) =>
    kind in OPINIONS
      ? choose(OPINIONS[kind as keyof typeof OPINIONS][side], random)
      : choose(NEUTRAL[kind as keyof typeof NEUTRAL], random),
  );
}

/** One of `items`, the first ones more often: item `i` with a weight of 1 / (i + 4), much as words are in any text (Zipf). */
function choose(items: readonly string[], random: Random): string {
  const total = items.reduce((sum, _, i) => sum + 1 / (i + 4), 0);
  let left = random.uniform() * total;
  for (let i = 0; i < items.length; i++) {
    left -= 1 / (i + 4);
    if (left < 0) return items[i]!;
  }
  return items.at(-1)!;
}
