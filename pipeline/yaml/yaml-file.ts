import { isAlias, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Alias, Document, Node, YAMLError } from 'yaml';
import type { Complaint, Place, Problem } from '../problem.ts';
import { nameOf, readData } from './yaml-data.ts';

/** The names and item numbers that lead from the root of a file to a part of it. */
export type Path = readonly (string | number)[];

/** A part of a file, or the name in front of it. */
export type Spot = Path | { readonly key: Path };

/** What to do about mistakes in the YAML itself, where its parser doesn't say. */
const HINTS: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'indent what belongs together by the same number of spaces',
  BAD_SCALAR_START: 'put the text in quotes',
  BLOCK_IN_FLOW: 'put text that holds a colon and a space in quotes',
  MISSING_CHAR: 'a quote or a bracket before this is not closed',
  MULTIPLE_DOCS: 'a file is one document: leave the --- out',
  TAB_AS_INDENT: 'indent with spaces',
};

interface Entry {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** A YAML file as plain data whose parts know their place, and the mistakes found in it so far. */
export class YamlFile {
  readonly name: string;
  /** `null` where the YAML itself is wrong. */
  readonly data: unknown = null;
  readonly problems: Problem[] = [];
  readonly #lines: string[];
  readonly #counter = new LineCounter();
  readonly #document: Document;
  #aliases: ReadonlyMap<Alias, Node> = new Map();
  readonly #entries = new Map<Node, Map<string, Entry>>();
  readonly #told = new Set<string>();

  constructor(name: string, text: string) {
    this.name = name;
    this.#lines = text.split(/\r?\n/);
    this.#document = parseDocument(text, {
      lineCounter: this.#counter,
      prettyErrors: false,
      uniqueKeys: false, // told by readData, in less time
    });
    for (const { message, pos, code } of [...this.#document.errors, ...this.#document.warnings]) {
      this.problems.push({ message, at: this.#place(pos[0], pos[1]), hint: HINTS[code] });
    }
    if (this.problems.length > 0) return;
    const { data, targets, mistakes } = readData(this.#document);
    this.data = data;
    this.#aliases = targets;
    for (const { node, ...mistake } of mistakes) this.problems.push({ ...mistake, at: this.#placeOf(node) });
  }

  /** Adds a mistake at a part of the file, once, however many steps are made from that part. */
  complain(spot: Spot, { message, hint }: Complaint): void {
    const at = this.at(spot);
    const line = `${at.line}:${at.column} ${message}`;
    if (!this.#told.has(line)) this.problems.push({ message, at, hint });
    this.#told.add(line);
  }

  /** Where a part is; where it isn't written itself, such as an item of a parameter, where what holds it is. */
  at(spot: Spot): Place {
    let entry: Entry = { key: null, value: this.#document.contents as Node | null };
    for (const part of 'key' in spot ? spot.key : spot) {
      const inner = entry.value && this.#inside(entry.value).get(String(part));
      if (!inner) break;
      entry = inner;
    }
    const { key, value } = entry;
    return this.#placeOf('key' in spot ? (key ?? value) : (value ?? key));
  }

  /** A part as it is written, if that is a single line. */
  textAt(path: Path): string {
    const { source = '', column = 1, width = 0 } = this.at(path);
    return source.slice(column - 1, column - 1 + width);
  }

  /** What a node holds, by name or number. Kept, so that asking for each of many steps takes no longer. */
  #inside(node: Node): Map<string, Entry> {
    const target = isAlias(node) ? this.#aliases.get(node)! : node;
    const known = this.#entries.get(target);
    if (known !== undefined) return known;
    const entries = new Map<string, Entry>();
    if (isMap<Node, Node | null>(target))
      for (const { key, value } of target.items) entries.set(nameOf(key), { key, value });
    if (isSeq<Node>(target))
      for (const [i, value] of target.items.entries()) entries.set(String(i), { key: null, value });
    this.#entries.set(target, entries);
    return entries;
  }

  #placeOf(node: Node | null): Place {
    return node?.range ? this.#place(node.range[0], node.range[1]) : this.#place(0, 0);
  }

  #place(start: number, end: number): Place {
    const { line, col } = start === 0 ? { line: 1, col: 1 } : this.#counter.linePos(start);
    const source = this.#lines[line - 1] ?? '';
    return {
      file: this.name,
      line,
      column: col,
      source,
      width: Math.max(1, Math.min(end - start, source.length - col + 1)),
    };
  }
}
