import type { AnyStage, Toolchain, ToolchainName } from './stage.ts';

const node = process.versions.node.split('.')[0]!;

/** What outputs depend on besides code, options and inputs, by the names that stages declare. */
const TOOLCHAINS: Readonly<Record<ToolchainName, () => Promise<Toolchain>>> = {
  tensorflow: async () => (await import('./engine/tfjs/tensorflow.ts')).describeEngine(),
  wasm: async () => ({ kernels: (await import('./engine/wasm/kernel-file.ts')).kernelDigest(), node }),
  picture: async () => (await import('./plot/render.ts')).describeRenderer(),
};

/** What a stage declares as its toolchain, for these options, as it is now. */
export async function describeToolchain(
  toolchain: AnyStage['toolchain'],
  options: Readonly<Record<string, unknown>>,
): Promise<Toolchain> {
  const declared = typeof toolchain === 'function' ? await toolchain(options as never) : toolchain;
  return typeof declared === 'string' ? TOOLCHAINS[declared]() : (declared ?? {});
}
