import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isMissing, newShell } from './shell.ts';

const withoutJq = isMissing('jq');
const withoutFullDevice = !existsSync('/dev/full');
if (withoutFullDevice) console.warn('the tests of a full disk are skipped: there is no /dev/full');

describe('stages in a shell', () => {
  test('decode, vectorize and split are one pipe, and give the same bytes as through files', async () => {
    const { sh } = newShell();
    const { stdout, stderr, code } = await sh(`
      sluice decode --words 500 < $SAMPLE/imdb.npz | sluice vectorize --dimension 500 | sluice split --validation 500 | sha256sum
      sluice decode --words 500 < $SAMPLE/imdb.npz > r; sluice vectorize --dimension 500 < r > v; sluice split --validation 500 < v | sha256sum`);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [piped, throughFiles] = stdout.split('\n');
    expect(piped).toMatch(/^[0-9a-f]{64}/);
    expect(throughFiles).toBe(piped);
  });

  test.skipIf(withoutJq)('other tools read and write what flows', async () => {
    const { sh } = newShell();
    const { stdout, code } = await sh(`
      sluice decode < $SAMPLE/imdb.npz | jq -c 'select(.split == "test") | .tokens |= map(select(. < 100))' |
        sluice vectorize --dimension 100 > v.arrows && head -c 4 v.arrows | od -An -tx1`);
    expect({ stdout: stdout.trim(), code }).toEqual({ stdout: 'ff ff ff ff', code: 0 });
  });

  test('tokens, and a model that a topology describes, go through pipes, too', async () => {
    const { sh } = newShell();
    const layers = [
      `{"class_name":"Embedding","config":{"input_dim":500,"output_dim":4,"batch_input_shape":[null,20]}}`,
      `{"class_name":"GlobalAveragePooling1D","config":{}}`,
      `{"class_name":"Dense","config":{"units":1,"activation":"sigmoid"}}`,
    ];
    const { stdout, stderr, code } = await sh(`
      echo '{"class_name":"Sequential","config":{"layers":[${layers.join()}]}}' > t.json
      sluice decode --words 500 < $SAMPLE/imdb.npz > r
      sluice vectorize --dimension 500 --encoding tokens --length 20 < r > v
      sluice train --topology t.json --epochs 2 < v > m 2> log
      sluice predict --model m --engine tfjs < v | head -n 2 | cut -c 1-15
      head -n 2 r | sluice predict --model m --engine tfjs | cut -c 1-15
      sluice evaluate --model m < v | grep -c accuracy
      sluice export x < m && ls x
      sluice train --topology r < v 2> e || head -n 1 e`);
    const ids = ['{"id":"train/0"', '{"id":"train/1"'];
    expect(stdout.split('\n')).toEqual([
      ...ids,
      ...ids,
      '1',
      'README.md',
      'group1-shard1of1.bin',
      'model.json',
      expect.stringMatching(/^NOT_JSON: the topology can't be read/),
    ]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  test('predict gives the same for reviews, for their vectors, and for vectors of any batches', async () => {
    const { sh } = newShell();
    const { stdout, stderr, code } = await sh(`
      sluice decode --words 500 < $SAMPLE/imdb.npz > r
      sluice vectorize --dimension 500 < r > v
      sluice train --epochs 1 --units 4 < v > m 2> log
      sluice predict --model m < v | sha256sum
      cat r | sluice predict --model m | sha256sum
      head -n 3 r | sluice vectorize --dimension 500 | sluice predict --model m | sha256sum
      sluice predict --model m < v | head -n 3 | sha256sum
      echo 'a film' | sluice predict --model m --words $SAMPLE/imdb_word_index.json | cut -c 1-29`);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [vectors, reviews, few, first, text] = stdout.split('\n');
    expect(reviews).toBe(vectors);
    expect(few).toBe(first);
    expect(few).not.toBe(vectors);
    expect(text).toBe('{"id":"line/1","probability":');
  });

  test('`head` ends a stage quietly', async () => {
    const { sh } = newShell();
    const { stdout, stderr, code } = await sh('sluice decode < $SAMPLE/imdb.npz | head -n 1 | cut -c 1-15');
    expect({ stdout, stderr, code }).toEqual({ stdout: '{"id":"train/0"', stderr: '', code: 0 });
  });

  test.skipIf(withoutFullDevice)('a full disk is told, with exit code 1', async () => {
    const { sh } = newShell();
    const { stderr, code } = await sh('sluice decode < $SAMPLE/imdb.npz > /dev/full');
    expect(stderr).toMatch(/^DISK_FULL: no space left on the disk\n/);
    expect(code).toBe(1);
  });

  test.skipIf(withoutFullDevice)('so is one under a help text', async () => {
    const { stderr, code } = await newShell().sh('sluice --help > /dev/full');
    expect(stderr).toMatch(/^DISK_FULL: /);
    expect(code).toBe(1);
  });

  test('what was written to a file before a failure is taken back', async () => {
    const { sh, folder } = newShell();
    const { stderr, code } = await sh(`
      sluice decode < $SAMPLE/imdb.npz > r; (head -n 2000 r; echo broken) > broken
      echo kept > out; sluice vectorize < broken >> out`);
    expect(code).toBe(1);
    expect(stderr).toContain('NOT_JSON: broken is not JSON');
    expect(stderr).toContain('at line 2001');
    expect(statSync(join(folder, 'out')).size).toBe('kept\n'.length);
  });

  test('an interrupted stage ends with 130 and leaves nothing', async () => {
    const { sh, folder } = newShell();
    const { code } = await sh(`
      sluice decode < $SAMPLE/imdb.npz | sluice vectorize > v
      sluice train --epochs 100000 --history h --tensorboard t < v > m & train=$!
      until [ -s h.partial ] && [ -d t.partial/train ]; do sleep 0.05; done
      kill -INT $train; wait $train`);
    expect(code).toBe(130);
    expect(statSync(join(folder, 'm')).size).toBe(0);
    expect(existsSync(join(folder, 'h'))).toBe(false);
    expect(readdirSync(folder).toSorted()).toEqual(['.bin', 'm', 'v']);
  });
});

describe('bad input in a shell', () => {
  const cases: [string, string, number, RegExp][] = [
    [
      'an unknown command',
      'sluice vectorise',
      2,
      /USAGE: no command "vectorise"\n {2}→ did you mean vectorize\?/,
    ],
    [
      'an unknown flag',
      'sluice train --epoch 3',
      2,
      /USAGE: no option --epoch\n {2}→ did you mean --epochs\?/,
    ],
    [
      'a value of another kind',
      'sluice train --epochs many',
      2,
      /USAGE: --epochs is "many": expected a whole number/,
    ],
    [
      'a seed that no number holds',
      'sluice train --seed 9007199254740993',
      2,
      /USAGE: --seed is "9007199254740993": expected a whole number below 2\^53/,
    ],
    [
      'a token of 33 bits',
      'sluice predict --model m --oov-token 5000000000',
      2,
      /USAGE: --oov-token is "5000000000": expected at most 4294967295/,
    ],
    [
      'a flag that is neither on nor off',
      'sluice split --shuffle=maybe < /dev/null',
      2,
      /USAGE: --shuffle is "maybe": expected true or false/,
    ],
    [
      'a dimension that no word number has',
      'sluice vectorize --dimension 4294967297 < /dev/null',
      2,
      /USAGE: --dimension is "4294967297": expected at most 4294967296/,
    ],
    ['a flag without its value', 'sluice train --epochs', 2, /USAGE: Not enough arguments following: epochs/],
    ['a flag given twice', 'sluice train --epochs 1 --epochs 2', 2, /USAGE: --epochs is given 2 times/],
    ['a needed flag left out', 'sluice evaluate', 2, /USAGE: --model is needed/],
    [
      'a file as an argument',
      'sluice decode imdb.npz',
      2,
      /USAGE: "imdb.npz" is not an option\n.*sluice decode < FILE/,
    ],
    [
      'a model that is not there',
      'sluice evaluate --model ./nowhere',
      1,
      /NOT_FOUND: no such file or folder: .*nowhere/,
    ],
    ['no npz', 'echo hello | sluice decode', 1, /CORRUPT: /],
    [
      'half an npz',
      'head -c 100000 $SAMPLE/imdb.npz | sluice decode > /dev/null',
      1,
      /TRUNCATED: .*\n.*byte/,
    ],
    ['no Arrow stream', 'echo hello | sluice split', 1, /(CORRUPT|TRUNCATED): /],
    ['a line that is not JSON', 'echo "{" | sluice vectorize', 1, /NOT_JSON: .*\n {2}at line 1/],
    [
      'a review without tokens',
      `echo '{"id":"a","split":"test","label":0}' | sluice vectorize`,
      1,
      /MISSING_FIELD: .*"tokens"/,
    ],
    [
      'another label',
      `echo '{"id":"a","split":"test","label":1.5,"tokens":[]}' | sluice vectorize`,
      1,
      /BAD_VALUE: "label" is 1\.5/,
    ],
    [
      'a word number out of range',
      `echo '{"id":"a","split":"test","label":1,"tokens":[7]}' | sluice vectorize --dimension 7`,
      1,
      /OUT_OF_RANGE: word number 7 .*\n {2}at .*record a/,
    ],
    [
      'another digest',
      `sluice download $SAMPLE/imdb.npz --sha256 ${'0'.repeat(64)}`,
      1,
      /DIGEST_MISMATCH: [^]*0000[^]*/,
    ],
  ];
  test.each(cases)('%s is told, with what to do', async (_, script, expectedCode, expectedText) => {
    const { sh } = newShell();
    const { stdout, stderr, code } = await sh(script);
    expect(stderr).toMatch(expectedText);
    expect({ stdout, code }).toEqual({ stdout: '', code: expectedCode });
    expect(stderr).not.toContain('    at ');
  });
});

test('every command explains itself', async () => {
  const { sh } = newShell();
  const { stdout: page, code } = await sh('sluice --help');
  expect(code).toBe(0);
  const stages = readdirSync(join(import.meta.dirname, '../../src/stages')).map((file) =>
    file.replace('.ts', ''),
  );
  for (const command of ['run', 'graph', ...stages]) {
    expect(page).toMatch(new RegExp(`^ {2}(sluice )?${command} `, 'm'));
    const help = await sh(`sluice ${command} --help`);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`sluice ${command}`);
  }
  expect((await sh('sluice --version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
});
