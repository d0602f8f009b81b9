import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newShell } from './shell.ts';

test('a run records the commit that it was made from, and whether files differed from it', async () => {
  const { sh, folder } = newShell();
  let count = 0;
  const run = async (prepare: string): Promise<unknown> => {
    const { code, stderr } = await sh(`${prepare}\nsluice run x.yaml --set n=${count++}`);
    expect(code, stderr).toBe(0);
    return (JSON.parse(readFileSync(join(folder, 'results/x/run.json'), 'utf8')) as { git: unknown }).git;
  };
  writeFileSync(join(folder, 'x.yaml'), 'params: { n: 0 }\nsteps: { a: { command: "echo ${n}" } }\n');
  expect(await run('true')).toBeNull(); // no repository
  expect(await run(`git init -q && git add -A -- . ':!.sluice' ':!results'`)).toBeNull(); // no commit in it
  const commit = 'git -c user.name=x -c user.email=x@example.com commit -qm x';
  const clean = await run(commit); // .sluice and results, which the run makes, don't count
  const { stdout: head } = await sh('git rev-parse HEAD');
  expect(clean).toEqual({ commit: head, dirty: false });
  expect(await run('echo new > untracked')).toEqual({ commit: head, dirty: true });
  expect(await run('rm untracked; echo "# changed" >> x.yaml')).toEqual({ commit: head, dirty: true });
});
