/**
 * The area under the ROC curve: the probability that a positive row is given more than a negative one, where an equal
 * value counts half (Mann and Whitney's U / (positives · negatives); Hanley and McNeil, 1982). Exact, from ranks.
 * `labels` and `probabilities` are float32[rows]. Null unless there are rows of both labels.
 */
export function rocAuc(labels: Float32Array, probabilities: Float32Array): number | null {
  const positives = probabilities.filter((_, row) => labels[row] === 1).sort();
  const negatives = probabilities.filter((_, row) => labels[row] !== 1).sort();
  if (positives.length === 0 || negatives.length === 0) return null;
  let below = 0;
  let notAbove = 0;
  // Twice the number of pairs won, so that a half stays a whole number.
  let won = 0;
  for (const positive of positives) {
    while (below < negatives.length && negatives[below]! < positive) below++;
    while (notAbove < negatives.length && negatives[notAbove]! <= positive) notAbove++;
    won += below + notAbove;
  }
  return won / (2 * positives.length * negatives.length);
}
