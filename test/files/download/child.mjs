// Downloads URL SHA256 to stdout in a process of its own, which a test may kill.
import { download } from '../../../build/src/stages/download.js';

const [url, sha256] = process.argv.slice(2);
const context = {
  say: (line) => console.error(line),
  progress: () => ({ update() {}, finish() {} }),
  signal: new AbortController().signal,
};
for await (const chunk of download.run(download.reads.read([]), { url, sha256 }, context)) {
  process.stdout.write(chunk);
}
