import { expect, test } from 'vitest';
import { parseArguments } from '../../language-server/terminal/arguments.js';
import { wantsColor } from '../../language-server/terminal/style.js';

const defaults = {
  format: 'pretty',
  mode: 'train',
  input: null,
  quiet: false,
  full: false,
  exitZero: false,
  jobs: null,
  color: null,
};

test.each([
  [['analyze', 'a.py', 'b'], { kind: 'analyze', paths: ['a.py', 'b'], options: defaults }],
  [['analyze'], { kind: 'analyze', paths: ['.'], options: defaults }],
  [['analyze', '-'], { kind: 'analyze', paths: ['-'], options: defaults }],
  [['analyze', '--', '--odd.py'], { kind: 'analyze', paths: ['--odd.py'], options: defaults }],
  [
    [
      'analyze',
      'a.py',
      '--format',
      'json',
      '--input',
      '4x3x96x96',
      '-q',
      '--mode=eval',
      '--exit-zero',
      '--no-color',
      '--full',
      '-j',
      '3',
    ],
    {
      kind: 'analyze',
      paths: ['a.py'],
      options: {
        format: 'json',
        mode: 'eval',
        input: [4, 3, 96, 96],
        quiet: true,
        full: true,
        exitZero: true,
        jobs: 3,
        color: false,
      },
    },
  ],
  [['lsp', '--stdio'], { kind: 'lsp' }],
  [['lsp', '--stdio', '--clientProcessId=1'], { kind: 'lsp' }],
  [['--help'], { kind: 'help' }],
  [['analyze', '-h'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
])('%j is understood', (argv, command) => expect(parseArguments(argv)).toEqual(command));

test.each([
  [[], 'a command is missing'],
  [['analyse'], "unknown command 'analyse'"],
  [['analyze', '--input', '4x'], "'4x' is no shape"],
  [['analyze', '--jobs', '0'], 'jobs must be a whole number'],
  [['analyze', '-j', 'many'], "from 1 to 256, not 'many'"],
  [['analyze', '--format', 'xml'], "unknown format 'xml'"],
  [['analyze', '--format'], "option '-f, --format <value>' argument missing"],
  [['analyze', '--mode', 'test'], "unknown mode 'test'"],
  [['analyze', '--colour'], "unknown option '--colour'"],
  [['analyze', '--no-format'], "unknown option '--no-format'"],
  [['lsp'], 'say --stdio'],
])('%j is a mistake that is told', (argv, words) => {
  const command = parseArguments(argv);
  expect(command.kind).toBe('usage');
  expect(command).toHaveProperty('message', expect.stringContaining(words));
});

test.each([
  [null, {}, true, true],
  [null, {}, false, false],
  [null, { TERM: 'dumb' }, true, false],
  [null, { NO_COLOR: '1' }, true, false],
  [null, { NO_COLOR: '' }, true, true],
  [null, { FORCE_COLOR: '1' }, false, true],
  [null, { FORCE_COLOR: '0' }, true, false],
  [null, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [false, { FORCE_COLOR: '1' }, true, false],
  [true, { NO_COLOR: '1' }, false, true],
])('asked %j, environment %j, terminal %j: colour is %j', (asked, environment, terminal, color) =>
  expect(wantsColor(asked, environment, terminal)).toBe(color),
);
