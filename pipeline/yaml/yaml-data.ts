import { isAlias, isCollection, isMap, isPair, isScalar, visit } from 'yaml';
import type { Alias, Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import type { Complaint } from '../problem.ts';

/** What is written in a file. The parser's own functions take a time that grows with the square of the keys and aliases. */
export interface YamlData {
  /** As plain data; `null` if there are mistakes. */
  readonly data: unknown;
  readonly mistakes: readonly Mistake[];
  /** What each alias stands for. */
  readonly targets: Targets;
}

type Mistake = Complaint & { readonly node: Node };
type Targets = ReadonlyMap<Alias, Node>;

/** Nobody writes more, but aliases of aliases of aliases grow beyond any measure. */
const MOST_VALUES = 1_000_000;

export function readData(document: Document): YamlData {
  const targets = new Map<Alias, Node>();
  const mistakes = [...resolveAliases(document, targets), ...findRepeated(document)];
  const root = document.contents as Node | null;
  if (root !== null && mistakes.length === 0 && countValues(root, targets) > MOST_VALUES)
    mistakes.push({ node: root, message: `more than ${MOST_VALUES} values, with its aliases written out` });
  return { data: mistakes.length === 0 ? plain(root, targets) : null, mistakes, targets };
}

/** The name that a key in a map is. */
export const nameOf = (key: Node): string => (isScalar(key) ? String(key.value) : key.toString());

/** Finds the node that each `*alias` stands for: the last one before it that is marked with its name. */
function resolveAliases(document: Document, targets: Map<Alias, Node>): Mistake[] {
  const marked = new Map<string, Node>();
  const mistakes: Mistake[] = [];
  visit(document, {
    Node: (_, node, path) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) marked.set(node.anchor, node);
        return;
      }
      const target = marked.get(node.source);
      if (target === undefined)
        mistakes.push({ node, message: `nothing before it is marked with &${node.source}` });
      else if (path.includes(target))
        mistakes.push({ node, message: `*${node.source} stands within itself` });
      else targets.set(node, target);
    },
  });
  return mistakes;
}

/** The names that a map has twice. */
function findRepeated(document: Document): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<string>();
      for (const key of items.map((pair) => pair.key as Node)) {
        const name = nameOf(key);
        const hint = 'take one of them away, or give it another name';
        if (names.has(name)) mistakes.push({ node: key, message: `"${name}" is here twice`, hint });
        names.add(name);
      }
    },
  });
  return mistakes;
}

/** How many values a node has, with its aliases written out. */
function countValues(root: Node, targets: Targets): number {
  const known = new Map<Node, number>();
  const count = (node: unknown): number => {
    if (isPair(node)) return count(node.key) + count(node.value);
    const target = isAlias(node) ? targets.get(node)! : node;
    if (!isCollection(target)) return 1;
    const values = known.get(target) ?? target.items.reduce<number>((sum, item) => sum + count(item), 1);
    known.set(target, values);
    return values;
  };
  return count(root);
}

function plain(node: Node | null, targets: Targets): unknown {
  const target = isAlias(node) ? targets.get(node)! : node;
  if (target === null || isScalar(target)) return target?.value ?? null;
  if (!isMap(target)) return (target as YAMLSeq<Node>).items.map((item) => plain(item, targets));
  const { items } = target as YAMLMap<Node, Node | null>;
  return Object.fromEntries(items.map(({ key, value }) => [nameOf(key), plain(value, targets)]));
}
