import { instance } from '@viz-js/viz';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision, Plan } from '../../../pipeline/decision.ts';
import type { Step } from '../../../pipeline/experiment.ts';
import { toDot } from '../../../pipeline/graph/graph-dot.ts';
import { toMermaid } from '../../../pipeline/graph/graph-mermaid.ts';
import { dotToSvg } from '../../../pipeline/graph/graph-svg.ts';
import { commandStep, experiment } from '../stages.ts';
import { isHit, runs } from '../tell/telling.ts';

const yaml = `
steps:
  a: { command: echo }
  b: { command: cat, in: a }
  c: { stage: fit, in: b, with: { epochs: 1 } }
  d: { stage: fit, in: a, with: { epochs: 1, base: c } }
  e: { command: "tr a-z A-Z < /dev/stdin", in: c.log }`;
const at = { file: 'x.yaml' };
const matrix: Step[] = [
  commandStep('a', 'echo'),
  ...['m@1', 'm@2'].map((name) =>
    commandStep(name, 'cat', { family: 'm', inputs: { in: { step: 'a', output: 'out', at } } }),
  ),
];
const waits: Decision = { state: 'wait', for: ['a'] };
const plan: Plan = new Map([
  ['a', isHit],
  ['m@1', runs],
  ['m@2', waits],
]);

describe('Mermaid', () => {
  test('has the names of what is no plain pipe, and commands in a frame of their own', async () => {
    expect(toMermaid((await experiment(yaml)).steps)).toBe(`flowchart LR
  s0[["a<br/><small>echo</small>"]]
  s1[["b<br/><small>cat</small>"]]
  s2["c<br/><small>fit</small>"]
  s3["d<br/><small>fit</small>"]
  s4[["e<br/><small>tr a-z A-Z #60; /dev/stdin</small>"]]
  s0 --> s1
  s1 --> s2
  s0 --> s3
  s2 -->|"base"| s3
  s2 -->|"log"| s4
`);
  });

  test('tells hits from misses, explains how, and keeps the steps of a matrix together', () => {
    const [nodes, legend] = toMermaid(matrix, plan).split('  subgraph legend\n');
    expect(nodes).toBe(`flowchart LR
  s0[["a<br/><small>echo · hit</small>"]]:::hit
  subgraph f1["m"]
  s1[["m@1<br/><small>cat · runs</small>"]]:::run
  s2[["m@2<br/><small>cat · waits</small>"]]:::wait
  end
  s0 --> s1
  s0 --> s2
`);
    expect(legend!.split('\n').slice(0, 5)).toEqual([
      '  l_command[["a command"]]',
      '  l_hit["hit#58; nothing has changed"]:::hit',
      '  l_run["runs"]:::run',
      '  l_wait["waits#58; runs if its input comes out different"]:::wait',
      '  end',
    ]);
  });
});

/** Names of any characters but those that are shown as escapes; short, so that nothing is cut off. */
const anyName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, ''));
const names = fc.uniqueArray(
  fc.oneof(anyName, fc.constantFrom('end', '"', '`a`', '%%{x}', '#quot;', '&lt;', '\\N')),
  {
    minLength: 2,
    maxLength: 5,
  },
);
const family = (names: readonly string[]): Step[] =>
  names.map((name, i) =>
    commandStep(name, 'x', {
      family: names[0]!,
      inputs: i === 0 ? {} : { [name]: { step: names[0]!, output: 'out', at } },
    }),
  );

test('Mermaid: whatever the names, each line is of a known form, and its text is theirs', () => {
  const decode = (text: string): string =>
    text.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  fc.assert(
    fc.property(names, (names) => {
      const lines = toMermaid(family(names)).split('\n').slice(1, -1);
      const safe = String.raw`(?:[^"#;&<>\x60:%\\\n]|#\d+;)*`;
      const node = new RegExp(`^  s\\d+\\[\\["(${safe})<br/><small>x</small>"\\]\\]$`);
      const edge = new RegExp(`^  s0 -->\\|"(${safe})"\\| s\\d+$`);
      expect(lines[0]).toMatch(new RegExp(`^  subgraph f0\\["${safe}"\\]$`));
      expect(lines.slice(1, names.length + 1).map((line) => decode(node.exec(line)![1]!))).toEqual(names);
      expect(lines[names.length + 1]).toBe('  end');
      expect(lines.slice(names.length + 2).map((line) => decode(edge.exec(line)![1]!))).toEqual(
        names.slice(1),
      );
    }),
  );
});

/** What Graphviz shows for an escaped label. */
const unescape = (label: string): string => label.replaceAll('\\\\', '\\').replaceAll('&amp;', '&');

test('DOT: whatever the names, Graphviz reads them as they are', async () => {
  const viz = await instance();
  fc.assert(
    fc.property(names, (names) => {
      const graph = viz.renderJSON(toDot(family(names))) as {
        objects: { name: string; label: string }[];
        edges: { label: string }[];
      };
      const nodes = graph.objects.filter(({ name }) => name.startsWith('s'));
      expect(nodes.map(({ label }) => unescape(label.replace(/\\nx$/, '')))).toEqual(names);
      expect(graph.edges.map(({ label }) => unescape(label))).toEqual(names.slice(1));
      expect(unescape(graph.objects.find(({ name }) => name === 'cluster_0')!.label)).toBe(names[0]);
    }),
    { numRuns: 50 },
  );
});

test('SVG: hits, misses, families, the legend and strange names are in the picture, which is the same each time', async () => {
  const strange = [...matrix, commandStep('<b> & "日本"', 'a & b\nc')];
  const svg = await dotToSvg(toDot(strange, plan));
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map((found) => found[1]);
  expect(texts).toEqual(
    expect.arrayContaining([
      'm',
      'm@1',
      'cat · runs',
      'legend',
      'hit: nothing has changed',
      '&lt;b&gt; &amp; &quot;日本&quot;',
    ]),
  );
  expect(texts).toContain('a &amp; b\\nc');
  expect(await dotToSvg(toDot(strange, plan))).toBe(svg);
});

test('a graph ten times as large is a text ten times as long', () => {
  const chainOf = (count: number): Step[] =>
    Array.from({ length: count }, (_, i) =>
      commandStep(`s${i}`.padEnd(8, 'x'), 'cat', {
        family: i % 2 === 0 ? 'even' : 'odd',
        inputs: i === 0 ? {} : { in: { step: `s${i - 1}`.padEnd(8, 'x'), output: 'out', at } },
      }),
    );
  for (const write of [toMermaid, toDot])
    expect(write(chainOf(10_000)).length / write(chainOf(1000)).length).toBeLessThan(11);
});
