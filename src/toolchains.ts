import type { AnyStage, Toolchain, ToolchainName } from './stage.ts';

const node = process.versions.node.split('.')[0]!;

/** What outputs depend on besides code, options and inputs, by the names that stages declare. */
const TOOLCHAINS: Readonly<Record<ToolchainName, () => Promise<Toolchain>>> = {
  tensorflow: async () => (await import('./engine/tensorflow.ts')).describeEngine(),
  // Exponentials are those of Node's engine.
  float64: () => Promise.resolve({ node }),
  picture: async () => (await import('./plot/render.ts')).describeRenderer(),
};

/** What a stage declares as its toolchain, as it is now. */
export async function describeToolchain(toolchain: AnyStage['toolchain']): Promise<Toolchain> {
  if (toolchain === undefined) return {};
  return typeof toolchain === 'function' ? toolchain() : TOOLCHAINS[toolchain]();
}
