import * as v from 'valibot';
import { bytes } from '../formats/bytes.ts';
import { readInputFile } from '../formats/input-file.ts';
import { loadData } from '../formats/load-data.ts';
import { readImdb } from '../formats/npz.ts';
import { reviews } from '../formats/reviews.ts';
import { byRank, detokenize, readWordIndex } from '../formats/word-index.ts';
import { inputFile, uint32 } from '../options.ts';
import { defineStage } from '../stage.ts';

export const decode = defineStage({
  summary: 'Reads the reviews of an imdb.npz, with the options and results of keras.datasets.imdb.load_data',
  example: 'sluice decode --words 10000 < imdb.npz > reviews.ndjson',
  reads: bytes('npz', 'npz'),
  writes: reviews,
  options: {
    words: v.optional(
      uint32(
        1,
        'tokens below this are kept, the others replaced by the oov token; if unset, only the largest is replaced',
      ),
    ),
    skipTop: v.optional(uint32(0, 'tokens below this one are replaced too'), 0),
    maxLength: v.optional(
      uint32(1, 'reviews of this many tokens or more are dropped, the start token counted'),
    ),
    seed: v.optional(uint32(0, 'decides the order of the reviews'), 113),
    startToken: v.optional(v.nullable(uint32(0, 'the token in front of every review; null for none')), 1),
    oovToken: v.optional(
      v.nullable(uint32(0, 'the token that takes the place of others; null removes them')),
      2,
    ),
    indexFrom: v.optional(uint32(0, 'added to every word number of the file'), 3),
    wordIndex: v.optional(inputFile('imdb_word_index.json: adds the words of every review as `text`')),
  },
  run: async function* (input, { wordIndex, ...options }) {
    const ranked =
      wordIndex === undefined ? undefined : byRank(await readInputFile(wordIndex, readWordIndex));
    for (const review of loadData(await readImdb(input), options)) {
      if (ranked === undefined) yield review;
      else yield { ...review, text: detokenize(review.tokens, ranked, options.indexFrom) };
    }
  },
});
