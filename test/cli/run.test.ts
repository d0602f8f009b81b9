import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newShell, program, root, sample } from './shell.ts';

const words = `
params: { count: 3 }
steps:
  numbers: { command: "seq 1 \${count}; echo made >&2" }
  reversed: { command: "sort -rn", in: numbers, extension: txt }
  first: { command: "head -n 1", in: reversed }
`;

/** A shell in a folder that holds `x.yaml`. */
function withExperiment(yaml: string) {
  const shell = newShell();
  writeFileSync(join(shell.folder, 'x.yaml'), yaml);
  return {
    ...shell,
    read: (path: string) => readFileSync(join(shell.folder, path), 'utf8'),
    /** A path in the shell's folder, for commands, which run in one of their own. */
    here: (path: string) => join(shell.folder, path),
  };
}

describe('sluice run', () => {
  test('runs the steps, links their outputs, records the run, and then has nothing to do', async () => {
    const { sh, read } = withExperiment(words);
    const first = await sh('sluice run x.yaml');
    expect(first.code).toBe(0);
    expect(first.stdout).toBe('');
    expect(first.stderr).toContain('numbers   │ made');
    expect(first.stderr).toMatch(
      /x done in [\d.]+ s: 3 ran\n {2}results: results\/x\/\n {2}record: {2}results\/x\/run.json$/,
    );
    expect(read('results/x/reversed.txt')).toBe('3\n2\n1\n');
    const record = JSON.parse(read('results/x/run.json')) as {
      status: string;
      steps: Record<string, object>;
    };
    expect(record).toMatchObject({ status: 'done', params: { count: 3 }, git: null });
    expect(record.steps['first']).toMatchObject({
      state: 'ran',
      why: 'never run before',
      parts: { command: 'head -n 1' },
    });
    expect((await sh('sluice run x.yaml')).stderr).toMatch(/x done in .*: 3 unchanged/);
  });

  test('a folder that a stage writes lies among the results, and others read it', async () => {
    const { sh, folder } = withExperiment(`
      steps:
        decode: { stage: decode, in: ${sample}/imdb.npz, with: { words: 100 } }
        vectorize: { stage: vectorize, in: decode, with: { dimension: 100 } }
        train: { stage: train, in: vectorize, with: { epochs: 1 } }
        list: { command: find log -name '*tfevents*', files: { log: train.tensorboard } }
    `);
    expect((await sh('sluice run x.yaml')).code).toBe(0);
    const results = join(folder, 'results/x');
    const [name, ...others] = readdirSync(join(results, 'train.tensorboard/train'));
    expect(others).toEqual([]);
    expect(readFileSync(join(results, 'list'), 'utf8')).toBe(`log/train/${name}\n`);
  });

  test('tells what would run and why, and runs nothing', async () => {
    const { sh, folder } = withExperiment(words);
    const fresh = await sh('sluice run x.yaml --dry-run');
    expect(fresh.stdout.split('\n')).toEqual([
      'run   numbers   never run before',
      'wait  reversed  after numbers; runs if what it reads comes out different',
      'wait  first     after reversed; runs if what it reads comes out different',
      'would run: 1, wait for those: 2, hits: 0',
    ]);
    expect(existsSync(join(folder, '.sluice'))).toBe(false);
    await sh('sluice run x.yaml');
    expect((await sh('sluice run x.yaml --set count=5 --dry-run --explain')).stdout).toContain(
      '- command seq 1 3; echo made >&2 → seq 1 5; echo made >&2',
    );
  });

  test('runs only what is asked for', async () => {
    const { sh } = withExperiment(words);
    const tooFar = await sh('sluice run x.yaml first --only');
    expect(tooFar).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('step "numbers" has to run first: never run before'),
    });
    expect((await sh('sluice run x.yaml reversed')).stderr).toMatch(/: 2 ran/);
    expect((await sh('sluice run x.yaml first --only')).stderr).toMatch(/: 1 ran, 2 unchanged/);
    expect((await sh('sluice run x.yaml --force reversed')).stderr).toMatch(/: 1 ran, 2 unchanged/);
    expect((await sh('sluice run x.yaml --force')).stderr).toMatch(/: 3 ran/);
  });

  test('parses anew what an earlier run has kept, where that is damaged', async () => {
    const { sh, folder } = withExperiment(words);
    await sh('sluice run x.yaml');
    const [file] = readdirSync(join(folder, '.sluice/parsed'));
    const path = join(folder, '.sluice/parsed', file!);
    const whole = readFileSync(path, 'utf8');
    for (const text of ['{}', '', whole.replace('seq 1 3', 'seq 1 4')]) {
      writeFileSync(path, text);
      expect((await sh('sluice run x.yaml')).stderr).toMatch(/: 3 unchanged/);
      expect(readFileSync(path, 'utf8')).toBe(whole);
    }
  });

  test('runs a step and all that come after it, with what they need', async () => {
    const { sh } = withExperiment(`${words}  apart: { command: echo apart }\n`);
    expect((await sh('sluice run x.yaml --from reversed')).stderr).toMatch(/: 3 ran/);
    expect((await sh('sluice run x.yaml --from reversed --force=reversed')).stderr).toMatch(
      /: 1 ran, 2 unchanged/,
    );
    expect((await sh('sluice run x.yaml --only reversed --only first --force')).stderr).toMatch(
      /: 2 ran, 1 unchanged/,
    );
  });

  test('tells a script whether there is anything to do', async () => {
    const { sh } = withExperiment(words);
    expect(await sh('sluice status x.yaml')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/would run: 1, wait for those: 2, hits: 0$/) as string,
    });
    await sh('sluice run x.yaml');
    expect(await sh('sluice status x.yaml')).toMatchObject({ code: 0 });
    const changed = await sh('sluice status x.yaml --set count=4 --json');
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout.split('\n')[0]!)).toMatchObject({
      step: 'numbers',
      state: 'run',
      changes: [{ part: 'command', before: 'seq 1 3; echo made >&2', after: 'seq 1 4; echo made >&2' }],
    });
  });

  test("a command's outputs do not depend on the shell that it is begun from", async () => {
    const { sh, read } = withExperiment('steps: { a: { command: "mkdir d; cd d; echo $TZ $- $EDITOR" } }');
    await sh('mkdir -p other/d; echo "echo leaks" > leak');
    await sh('sluice run x.yaml --results bare');
    const variables =
      'BASH_ENV=$PWD/leak CDPATH=$PWD/other TZ=Asia/Tokyo POSIXLY_CORRECT=1 SHELLOPTS=noglob EDITOR=vi';
    await sh(`env ${variables} sluice run x.yaml --force --results full`);
    expect(read('bare/x/a')).toMatch(/^UTC [a-zA-Z]+\n$/);
    expect(read('full/x/a')).toBe(read('bare/x/a'));
  });

  test('many steps may run at the same time', async () => {
    const steps = Array.from({ length: 12 }, (_, i) => `  s${i}: { command: "sleep 0.2; echo ${i}" }`);
    const { stderr } = await withExperiment(`steps:\n${steps.join('\n')}`).sh('sluice run x.yaml --jobs 12');
    expect(stderr).not.toContain('Warning');
    expect(stderr).toMatch(/: 12 ran/);
  });

  test('joins steps by pipes: they run at the same time, and what went through is kept', async () => {
    const { sh, here, folder } = withExperiment('');
    const yaml = `
steps:
  a: { command: "echo 1; until [ -e ${here('read')} ]; do sleep 0.01; done; [ -p /dev/stdout ] && echo 2" }
  b: { command: "head -n 1; touch ${here('read')}; [ -p /dev/stdin ] && cat", in: a }
  c: { command: "wc -l", in: b }`;
    writeFileSync(join(folder, 'x.yaml'), yaml);
    const { stderr, code } = await sh('sluice run x.yaml');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('c  runs (reads what b writes, by a pipe)') as string,
    });
    expect((await sh('cat results/x/a results/x/b; tr -d " " < results/x/c')).stdout).toBe('1\n2\n1\n2\n2');
    expect((await sh('sluice run x.yaml')).stderr).toMatch(/: 3 unchanged/);
  });

  test('what fails in a pipe is told, not what it broke', async () => {
    const yaml = `
steps:
  a: { command: "yes" }
  b: { command: "head -n 2 >&2; echo no good >&2; exit 7", in: a }
  c: { command: "cat > /dev/null", in: b }`;
    const { stderr, code } = await withExperiment(yaml).sh(
      'sluice run x.yaml; ls results/x .sluice/tmp .sluice/locks',
    );
    expect(stderr).toMatch(/b {2}failed: exit code 7/);
    expect(stderr).toMatch(/a {2}not run: b failed/);
    expect(stderr).toMatch(/c {2}not run: it needs b, which failed/);
    expect(code).toBe(0);
  });

  test('tells which part of a pipe failed', async () => {
    const { sh } = withExperiment('steps: { a: { command: "echo x | grep y | cat" } }');
    expect((await sh('sluice run x.yaml')).stderr).toContain(
      '│ the parts of its last pipe ended with 0 1 0\n',
    );
  });

  test('warns where another experiment of the same name has its results', async () => {
    const { sh } = withExperiment(words);
    await sh('mkdir y; cp x.yaml y; sluice run x.yaml');
    expect((await sh('sluice run y/x.yaml')).stderr).toContain('warning: results/x holds what x.yaml wrote');
    expect((await sh('sluice run $PWD/y/x.yaml')).stderr).not.toContain('warning');
  });

  test('goes on where that is asked for, and says which step failed', async () => {
    const yaml = 'steps:\n  a: { command: "exit 3" }\n  b: { command: echo }\n  c: { command: cat, in: a }';
    const { stderr, code } = await withExperiment(yaml).sh('sluice run x.yaml --keep-going --jobs 1');
    expect(stderr).toMatch(/: 1 ran, 1 failed, 1 not run/);
    expect(code).toBe(1);
  });

  test('takes parameters from a file', async () => {
    const { sh, read } = withExperiment(words);
    await sh('echo "count: 2" > p.yaml; sluice run x.yaml --params p.yaml');
    expect(read('results/x/reversed.txt')).toBe('2\n1\n');
  });

  test('a step that fails keeps nothing, and the next run goes on from there', async () => {
    const { sh, folder, here } = withExperiment(words);
    writeFileSync(
      join(folder, 'x.yaml'),
      words.replace('sort -rn', `sort -rn | (cat; test -e ${here('ok')})`),
    );
    const failed = await sh('sluice run x.yaml');
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('reversed  failed: exit code 1'),
    });
    expect(failed.stderr).toMatch(/x failed in .*: 1 ran, 1 failed, 1 not run/);
    expect(readdirSync(join(folder, 'results/x')).toSorted()).toEqual(['numbers', 'run.json']);
    expect(readdirSync(join(folder, '.sluice/tmp'))).toEqual([]);
    expect((await sh('touch ok; sluice run x.yaml')).stderr).toMatch(/: 2 ran, 1 unchanged/);
  });

  test('every mistake is told with its place, and nothing is run', async () => {
    const { sh, folder } = withExperiment(
      words.replace('sort -rn', '${cuont}').replace('in: reversed', 'im: reversed'),
    );
    const { code, stderr, stdout } = await sh('sluice run x.yaml');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`x.yaml:5:24: no parameter "cuont"`);
    expect(stderr).toContain('→ did you mean count?');
    expect(stderr).toContain(`x.yaml:6:34: unknown key "im"`);
    expect(stderr).toContain('2 mistakes; nothing was run');
    expect(existsSync(join(folder, '.sluice'))).toBe(false);
  });

  test.each([
    ['a missing experiment', 'sluice run nowhere.yaml', /USAGE: no such file or folder: nowhere.yaml/],
    ['an unknown step', 'sluice run x.yaml frist', /no step "frist"\n {2}→ did you mean first\?/],
    [
      'an unknown flag',
      'sluice run x.yaml --dryrun',
      /USAGE: no option --dryrun\n {2}→ did you mean --dry-run\?/,
    ],
    [
      'a missing input',
      'echo "steps: { a: { command: cat, in: ./no } }" > y.yaml; sluice run y.yaml',
      /y.yaml:1:33: no such file: .\/no/,
    ],
    [
      'an input that is no file',
      'echo "steps: { a: { command: cat, in: ./ } }" > y.yaml; sluice run y.yaml',
      /y.yaml:1:33: not a file: .\//,
    ],
    [
      'a file that is not UTF-8',
      'printf "steps:\\n  a: \\351" > y.yaml; sluice run y.yaml',
      /USAGE: not text in UTF-8\n {2}at file y.yaml, line 2/,
    ],
    ['a folder for an experiment', 'sluice run .', /USAGE: a folder, where a file is needed/],
    ['no experiment', 'sluice run', /USAGE: which experiment\?/],
    [
      'a flag that is given twice',
      'sluice run x.yaml --params a --params b',
      /USAGE: --params is given more/,
    ],
    ['what doctor has no use for', 'sluice doctor --verbose', /USAGE: .*verbose/],
    ['a flag of another command', 'sluice graph x.yaml --force', /USAGE: .*force/],
    ['--only without a step', 'sluice run x.yaml --only --force', /USAGE: --only: which step\?/],
    [
      'a flag that took the experiment',
      'sluice run --force x.yaml',
      /what follows --force or --only is a step/,
    ],
    ['results in a file', 'sluice run x.yaml --results x.yaml', /USAGE: --results is x.yaml: a file/],
    ['a store in a file', 'sluice status x.yaml --store x.yaml', /USAGE: --store is x.yaml: a file/],
    ['a flag that lacks its value', 'sluice run x.yaml --jobs', /USAGE: --jobs needs a value/],
    ['one that another short flag follows', 'sluice run x.yaml --jobs -q', /USAGE: --jobs needs a value/],
    ['a short one that lacks it', 'sluice run x.yaml -j', /USAGE: --jobs needs a value/],
    ['one before another flag', 'sluice run x.yaml --params --dry-run', /USAGE: --params needs a value/],
    ['a switch that is given a value', 'sluice run x.yaml --quiet=no', /USAGE: --quiet takes no value/],
    ['a step that is forced and not run', 'sluice run x.yaml numbers --force=first', /USAGE: --force=first/],
  ])('%s is told', async (_, script, text) => {
    const { stderr, code } = await withExperiment(words).sh(script);
    expect(stderr).toMatch(text);
    expect(code).toBe(2);
    expect(stderr).not.toContain('    at ');
  });

  test('Ctrl-C ends the steps, and the run with 130', async () => {
    const { folder, sh } = withExperiment(
      'steps:\n  long: { command: "echo begun >&2; sleep 100.1" }\n  after: { command: cat, in: long }',
    );
    const child = spawn(process.execPath, [program, 'run', 'x.yaml'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (text.includes('│ begun')) child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
    expect(told).toContain('failed: interrupted');
    expect((await sh('ls .sluice/tmp; pgrep -f "sleep 100.[1]"')).stdout).toBe('');
  });

  test('a run that is killed takes its commands, and what they began, with it', async () => {
    const { folder, sh } = withExperiment(
      'steps:\n  long: { command: "sleep 100.2 & echo begun >&2; sleep 100.2" }',
    );
    const child = spawn(process.execPath, [program, 'run', 'x.yaml'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('│ begun')) child.kill('SIGKILL');
    });
    await once(child, 'close');
    await expect.poll(async () => (await sh('pgrep -f "sleep 100.[2]"')).stdout).toBe('');
  });

  test('a run that nobody follows any longer ends, and its steps with it', async () => {
    const yaml = 'steps:\n  long: { command: "while sleep 0.1001; do echo on >&2; done" }';
    const { sh } = withExperiment(yaml);
    const { stdout, code } = await sh('sluice run x.yaml 2>&1 | head -n 3');
    expect({ lines: stdout.split('\n').length, code }).toEqual({ lines: 3, code: 130 });
    expect((await sh('ls .sluice/tmp; pgrep -f "sleep 0.100[1]"')).stdout).toBe('');
  });

  test('a run whose folder is removed under it fails, and ends', async () => {
    const { sh, folder } = withExperiment('');
    writeFileSync(
      join(folder, 'x.yaml'),
      `steps:\n  remover: { command: "rm -r ${folder}/inner; echo made" }`,
    );
    const { stderr, code } = await sh('mkdir inner && cd inner && sluice run ../x.yaml');
    expect(stderr).toMatch(/failed: (ENOENT|it did not write)/);
    expect(code).toBe(1);
  });
});

test('the sample is learnable, and not trivially', async () => {
  const { folder, sh } = newShell();
  symlinkSync(join(root, 'config'), join(folder, 'config'));
  expect(await sh('sluice run config/sample.yaml evaluate')).toMatchObject({ code: 0 });
  const record = JSON.parse(readFileSync(join(folder, 'results/sample/run.json'), 'utf8')) as {
    steps: { evaluate: { metrics: { accuracy: number } } };
  };
  const { accuracy } = record.steps.evaluate.metrics;
  expect(accuracy).toBeGreaterThanOrEqual(0.8);
  expect(accuracy).toBeLessThanOrEqual(0.97);
});

test('training gives the same model bytes three times in a row', async () => {
  const { sh } = newShell();
  const { stdout } = await sh(`
    sluice decode --words 500 < $SAMPLE/imdb.npz | sluice vectorize --dimension 500 > v
    for i in 1 2 3; do sluice train --epochs 2 --batch-size 64 < v | sha256sum; done`);
  const digests = stdout.split('\n');
  expect(digests).toHaveLength(3);
  expect(new Set(digests).size).toBe(1);
});

test('sluice graph prints the steps as Mermaid', async () => {
  const { sh } = withExperiment(words);
  const { stdout, code } = await sh('sluice graph x.yaml first');
  expect(code).toBe(0);
  expect(stdout.split('\n')[0]).toBe('flowchart LR');
  expect(stdout).toContain('s1 --> s2');
});

describe('sluice graph', () => {
  test('tells hits from what would run where there is a store, also where a file is missing', async () => {
    const { sh } = withExperiment(`${words}  missing: { command: cat, in: ./missing }\n`);
    expect((await sh('sluice graph x.yaml')).stdout).not.toContain('legend');
    await sh('sluice run x.yaml numbers');
    expect((await sh('sluice graph x.yaml')).stdout).not.toContain('legend');
    const known = (await sh('sluice graph x.yaml reversed --set count=3')).stdout;
    expect(known).toMatch(/numbers.*hit.*:::hit\n.*reversed.*runs.*:::run\n/);
    expect((await sh('sluice graph x.yaml reversed --store elsewhere')).stdout).not.toContain('legend');
  });

  test('draws what it is asked for', async () => {
    const { sh } = withExperiment(words);
    expect((await sh('sluice graph x.yaml --format dot')).stdout).toMatch(/^digraph sluice \{\n[^]*\n\}$/);
    expect((await sh('sluice graph x.yaml --format svg')).stdout).toMatch(/^<\?xml[^]*<\/svg>$/);
    expect(await sh('sluice graph x.yaml --format png')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected one of mermaid, dot, svg'),
    });
  });
});

test('sluice run --json tells a program, and --quiet nothing where all is well', async () => {
  const { sh } = withExperiment(words);
  const { stdout, stderr, code } = await sh('sluice run x.yaml --json');
  const events = stdout.split('\n').map((line) => JSON.parse(line) as { type: string });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(events[0]).toMatchObject({ type: 'planned', steps: ['numbers', 'reversed', 'first'] });
  expect(events).toContainEqual(expect.objectContaining({ type: 'said', step: 'numbers', line: 'made' }));
  expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'done', ran: 3 });
  expect((await sh('sluice run x.yaml --dry-run --json')).stdout).toMatch(
    /^\{"step":"numbers","state":"hit",/,
  );
  expect(await sh('sluice run x.yaml --quiet --force')).toEqual({ stdout: '', stderr: '', code: 0 });
  expect((await sh('sluice run x.yaml --json --force | head -n 1')).stderr).toBe('');
});

test('rows that a stage writes are told as they come', async () => {
  const { sh } = newShell();
  const yaml = `steps: { d: { stage: decode, in: ${root}/config/sample/imdb.npz, with: { words: 50 } } }`;
  const { stdout } = await sh(`echo '${yaml}' > x.yaml; sluice run x.yaml --json`);
  const events = stdout.split('\n').map((line) => JSON.parse(line) as { type: string; rows?: number });
  const rows = events.filter(({ type }) => type === 'progressed').map((event) => event.rows!);
  expect(rows.at(-1)).toBeGreaterThan(100);
  expect(rows).toEqual(rows.toSorted((a, b) => a - b));
});

test('a command that changes an output in the store by its link fails, and nothing that has read it is kept', async () => {
  const { sh } = newShell();
  const { stderr, code } = await sh(`
    cat > x.yaml <<'EOF'
steps:
  a: { command: echo one }
  b: { files: { a: a }, command: 'chmod u+w "$(readlink a)"; echo two >> a' }
  c: { files: { a: a }, command: cat a }
EOF
    sluice run x.yaml a && sluice run x.yaml b`);
  expect({ stderr, code }).toMatchObject({
    stderr: expect.stringContaining(
      'b  failed: the output of a in the store was changed during the run',
    ) as string,
    code: 1,
  });
  const { stdout } = await sh('sluice run x.yaml c; cat results/x/a results/x/c');
  expect(stdout).toBe('one\none');
});

test('what the links in an input folder lead to decides about a step', async () => {
  const { sh } = newShell();
  const { stdout } = await sh(`
    mkdir d e; echo 1 > e/f; ln -s ../e/f d/f; ln -s ../e d/e; ln -s nowhere d/dangling
    printf 'steps:\n  a: { files: [./d], command: cat d/f d/e/f }\n' > x.yaml
    sluice run x.yaml; echo 2 > e/f; sluice run x.yaml; cat results/x/a
    ln -s . d/self; sluice run x.yaml || echo $?`);
  expect(stdout).toBe('2\n2\n2');
});
