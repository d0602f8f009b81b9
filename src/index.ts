// The library: `import { decode, vectorize } from 'sluice'`. It knows no runner and no command line.

export * from './stages.ts';

// What flows between them, as bytes and back.
export { reviews } from './formats/reviews.ts';
export { vectors } from './formats/vectors.ts';
export { models } from './formats/safetensors.ts';
export { history, type Epoch } from './formats/history.ts';
export { predictions, type Prediction } from './formats/predictions.ts';
export type { Review, Split } from './formats/review.ts';
export type { VectorBatch } from './formats/vector-batch.ts';
export type { AnyModel, DenseLayer, Model, TopologyModel } from './formats/model.ts';

// What a stage of one's own is made of.
export { defineStage } from './stage.ts';
export type { Codec, Context, DefinedStage, GivenOptions, Progress, Stage, Toolchain } from './stage.ts';
export { StageError, type ErrorCode, type Where } from './error.ts';
export { choice, flag, inputFile, integer, list, locator, number } from './options.ts';
export { outputFile, outputFolder, pattern, text, uint32 } from './options.ts';
export { nullable, optional } from 'valibot';
export { bytes, nothing } from './formats/bytes.ts';
export { json, ndjson } from './formats/json.ts';
export { lines } from './formats/lines.ts';
export { readInputFile } from './formats/input-file.ts';
export { writeWhole } from './formats/whole-file.ts';
export { Random } from './random.ts';
