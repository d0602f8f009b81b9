/** A graph in Graphviz's language as an SVG picture. The layout engine is loaded when it is first needed. */
export async function dotToSvg(dot: string): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  return (await instance()).renderString(dot, { format: 'svg', engine: 'dot' });
}
