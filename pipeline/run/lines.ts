/** A longer line is told in parts, in characters. */
const LONGEST_LINE = 1 << 20;

/** Tells the lines of a stream of UTF-8 text, as they come; the last one need not end. */
export async function tellLines(stream: NodeJS.ReadableStream, told: (line: string) => void): Promise<void> {
  let begun: string[] = []; // joined once a line, so that a long one costs no more than many
  let length = 0;
  const tell = (): void => {
    told(begun.join(''));
    begun = [];
    length = 0;
  };
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    for (const [i, part] of chunk.split('\n').entries()) {
      if (i > 0 || length > LONGEST_LINE) tell();
      begun.push(part);
      length += part.length;
    }
  }
  if (length > 0) tell();
}
