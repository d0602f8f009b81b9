import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';
import type { Place, Problem } from './problem.ts';

/** What to do about mistakes in the YAML itself, where its parser doesn't say. */
const HINTS: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'indent what belongs together by the same number of spaces',
  BAD_SCALAR_START: 'put the text in quotes',
  BLOCK_IN_FLOW: 'put text that holds a colon and a space in quotes',
  DUPLICATE_KEY: 'take one of them away, or give it another name',
  MISSING_CHAR: 'a quote or a bracket before this is not closed',
  MULTIPLE_DOCS: 'a file is one document: leave the --- out',
  TAB_AS_INDENT: 'indent with spaces',
};

/** A YAML file whose parts know their place, and the mistakes found in it so far. */
export class YamlFile {
  readonly name: string;
  readonly problems: Problem[] = [];
  readonly #lines: string[];
  readonly #counter = new LineCounter();
  readonly #document: Document;

  constructor(name: string, text: string) {
    this.name = name;
    this.#lines = text.split(/\r?\n/);
    this.#document = parseDocument(text, { lineCounter: this.#counter, prettyErrors: false });
    for (const { message, pos, code } of [...this.#document.errors, ...this.#document.warnings]) {
      this.problems.push({ message, at: this.#place(pos[0], pos[1]), hint: HINTS[code] });
    }
    if (this.problems.length === 0) this.#checkAliases();
  }

  get root(): Node | null {
    return this.#document.contents as Node | null;
  }

  /** Adds a mistake at a part of the file. */
  complain(node: Node | null, message: string, hint?: string): void {
    this.problems.push({ message, at: this.at(node), hint });
  }

  at(node: Node | null): Place {
    return node?.range ? this.#place(node.range[0], node.range[1]) : this.#place(0, 0);
  }

  /** The entries of a map by key, or `undefined`, and a complaint, where `node` is none. */
  map(node: Node | null, what: string): Map<string, { key: Node; value: Node | null }> | undefined {
    const target = this.#resolve(node);
    if (!isMap(target)) {
      this.complain(node, `${what} must be a map of names to values`);
      return undefined;
    }
    const entries = new Map<string, { key: Node; value: Node | null }>();
    for (const { key, value } of target.items as Pair<Node, Node | null>[]) {
      entries.set(isScalar(key) ? String(key.value) : key.toString(), { key, value: this.#resolve(value) });
    }
    return entries;
  }

  /** A node as plain data. */
  value(node: Node | null): unknown {
    return node === null ? null : (node.toJS(this.#document) as unknown);
  }

  /** A list of plain values as a node, with the place of the node that it stands for. */
  list(values: readonly unknown[], place: Node): Node {
    const node = this.#document.createNode(values);
    node.range = place.range ?? null;
    return node;
  }

  /** Complains of aliases that nothing can be put in the place of. */
  #checkAliases(): void {
    visit(this.#document, {
      Alias: (_, alias, path) => {
        const target = alias.resolve(this.#document);
        if (target === undefined) this.complain(alias, `nothing before it is marked with &${alias.source}`);
        else if (path.includes(target)) this.complain(alias, `*${alias.source} stands within itself`);
      },
    });
    try {
      if (this.problems.length === 0) this.#document.toJS();
    } catch (error) {
      this.complain(this.root, (error as Error).message); // aliases of aliases, without measure
    }
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
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
