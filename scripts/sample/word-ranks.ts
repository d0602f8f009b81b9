import type { GeneratedReview } from './reviews.ts';

/** The rank of every word, from 1, by how often it occurs; words that occur equally often are in alphabetical order. */
export function rankWords(reviews: readonly GeneratedReview[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { words } of reviews) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return new Map(ordered.map(([word], i) => [word, i + 1]));
}
