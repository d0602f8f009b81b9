/** Metrics of one class against the rest; null where they would divide by zero. */
export interface ClassMetrics {
  /** How many of the rows judged to be of the class are. */
  readonly precision: number | null;
  /** How many of the rows of the class were judged so. */
  readonly recall: number | null;
  /** The harmonic mean of precision and recall. */
  readonly f1_score: number | null;
}

/** Counts rows by their label and by what is said of them. */
export class Confusion {
  readonly classes: number;
  /** [classes × classes]: the rows of label i of which j is said are `counts[i * classes + j]`. */
  readonly #counts: Float64Array;
  #rows = 0;
  #right = 0;

  constructor(classes: number) {
    this.classes = classes;
    this.#counts = new Float64Array(classes * classes);
  }

  add(label: number, said: number): void {
    this.#counts[label * this.classes + said]!++;
    this.#rows++;
    if (label === said) this.#right++;
  }

  /** How many rows have this label, and have this said of them. */
  count(label: number, said: number): number {
    return this.#counts[label * this.classes + said]!;
  }

  /** The share of the rows of which their label is said; null without rows. */
  get accuracy(): number | null {
    return ratio(this.#right, this.#rows);
  }

  /** The rows of a label. */
  rows(label: number): number {
    let rows = 0;
    for (let said = 0; said < this.classes; said++) rows += this.count(label, said);
    return rows;
  }

  metrics(label: number): ClassMetrics {
    const right = this.count(label, label);
    const rows = this.rows(label);
    let said = 0;
    for (let other = 0; other < this.classes; other++) said += this.count(other, label);
    return {
      precision: ratio(right, said),
      recall: ratio(right, rows),
      f1_score: ratio(2 * right, rows + said),
    };
  }

  /** The means over the classes, what is null counting as 0: `average="macro"` of scikit-learn, and of Keras's F1Score. */
  macro(): { readonly [M in keyof ClassMetrics]: number } {
    const all = Array.from({ length: this.classes }, (_, label) => this.metrics(label));
    const mean = (metric: keyof ClassMetrics): number =>
      all.reduce((sum, metrics) => sum + (metrics[metric] ?? 0), 0) / this.classes;
    return { precision: mean('precision'), recall: mean('recall'), f1_score: mean('f1_score') };
  }
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
