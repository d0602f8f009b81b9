import type { Codec } from '../stage.ts';

/** Bytes as they are, in a file with this `extension`; `text` where a terminal can show them. */
export const bytes = (name: string, extension: string, text = false): Codec<Uint8Array> => ({
  name,
  extension,
  text,
  read: (input) => input,
  write: (items) => items,
});

/** What a stage reads that needs no input, or writes whose output is a folder. */
export const nothing: Codec<never> = {
  name: 'nothing',
  extension: '',
  text: true,
  read: async function* () {},
  write: (items) => items,
};
