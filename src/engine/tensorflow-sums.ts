import { hasTopology, type AnyModel } from '../formats/model.ts';
import { loadEngine, loadTopologyEngine } from './engine.ts';
import { checkFits, type Rows } from './rows.ts';

/** Asks a model for what its last layer gives before its activation: float32[rows × outputs]. Throws `BAD_VALUE` where the rows aren't for it. */
export type Sums = (rows: Rows, signal?: AbortSignal) => Promise<Float32Array>;

/** A model of any kind on TensorFlow, as `loadEngine` loads it. Throws `UNSUPPORTED` or `CORRUPT` where it can't be built. */
export async function loadSums(model: AnyModel, say: (line: string) => void): Promise<Sums> {
  if (!hasTopology(model)) {
    const engine = await loadEngine('tfjs', say);
    return (rows, signal) => {
      checkFits(model, rows);
      return engine.sums(model, rows, signal);
    };
  }
  const predictor = await (await loadTopologyEngine(say)).createPredictor(model);
  return (rows, signal) => {
    checkFits(model, rows);
    return predictor.sums(rows, signal);
  };
}
