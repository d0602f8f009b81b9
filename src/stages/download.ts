import { readFileChecked } from '../download/checked.ts';
import { locate } from '../download/location.ts';
import { readWeb } from '../download/web.ts';
import { bytes, nothing } from '../formats/bytes.ts';
import { locator, pattern } from '../options.ts';
import { defineStage } from '../stage.ts';

export const download = defineStage({
  summary: 'Gets a file from the web or the disk, and passes it on only if it has the expected sha256',
  example:
    'sluice download https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb_word_index.json ' +
    '--sha256 027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6 > imdb_word_index.json',
  reads: nothing,
  writes: bytes('file', ''),
  options: {
    url: locator('where the content lies: an http:, https: or file: URL, or a path'),
    sha256: pattern(
      /^[0-9a-fA-F]{64}$/,
      '64 hexadecimal digits, as `sha256sum FILE` or `shasum -a 256 FILE` shows them',
      'the sha256 of the content: nothing else is let through',
    ),
  },
  positional: 'url',
  run(_input, options, context) {
    const location = locate(options.url);
    const sha256 = options.sha256.toLowerCase();
    return location.kind === 'file'
      ? readFileChecked({ path: location.path, sha256 }, context)
      : readWeb({ url: location.url, sha256 }, context);
  },
});
