import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadStage, stageNames } from '../../src/cli/catalog.ts';
import { root } from './shell.ts';

test('the stages that there are, are those with a file, each with its own', async () => {
  const files = readdirSync(join(root, 'src/stages')).map((file) => file.replace('.ts', ''));
  expect(stageNames).toEqual(files.toSorted());
  for (const name of stageNames) expect((await loadStage(name)).stage.example).toContain(`sluice ${name} `);
});
