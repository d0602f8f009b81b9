// Sluice's own stages, each in a file of its name. What is here, the command line and the library have.
export { decode } from './stages/decode.ts';
export { download } from './stages/download.ts';
export { evaluate } from './stages/evaluate.ts';
export { export } from './stages/export.ts';
export { plot } from './stages/plot.ts';
export { predict } from './stages/predict.ts';
export { split } from './stages/split.ts';
export { train } from './stages/train.ts';
export { vectorize } from './stages/vectorize.ts';
