import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { makeSample } from './sample/files.ts';

// Writes the embedded sample, config/sample/. Run it in the project's root.
const folder = 'config/sample';
const { members, wordIndex } = makeSample();
const zip = new ZipFile();
// A time zone of the machine must not show in the file.
const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true };
for (const [name, bytes] of Object.entries(members)) zip.addBuffer(bytes, name, options);
zip.end();
mkdirSync(folder, { recursive: true });
await pipeline(zip.outputStream, createWriteStream(`${folder}/imdb.npz`));
writeFileSync(`${folder}/imdb_word_index.json`, wordIndex);
