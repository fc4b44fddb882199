import { EXITS } from '../../cli/exits';
import { FakeStage } from './stage';

const stage = new FakeStage();
const shop = ['--cluster', 'shop'];

test('help names every command and what it ends with', async () => {
  expect(await stage.run('--help')).toBe(0);
  for (const name of ['access', 'status', 'snapshot', 'restore', 'upgrade', 'release', 'check'])
    expect(stage.out).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect(stage.out.replace(/\s+/g, ' ')).toContain(
    'It ends with 0 when done, 1 when it failed or found something, 2 when the cluster is not well, 64 when the command line makes no sense.',
  );
});

test.each(['access', 'status', 'snapshot', 'restore'])('%s explains itself', async (name) => {
  expect(await stage.run(name, '--help')).toBe(0);
  expect(stage.out).toContain(`Usage: cdk-container-platform ${name} [options]`);
  for (const option of ['--cluster <name>', '--region <region>', '--json']) expect(stage.out).toContain(option);
});

test.each([
  [['nope', ...shop], "error: unknown command 'nope'"],
  [['status'], "error: required option '--cluster <name>' not specified"],
  [['status', ...shop, '--foo'], "error: unknown option '--foo'"],
  [['status', ...shop, 'more'], "error: too many arguments for 'status'. Expected 0 arguments but got 1."],
  [
    ['snapshot', ...shop, '--timeout', 'soon'],
    "error: option '--timeout <seconds>' argument 'soon' is invalid. It must be a whole number, at least 1.",
  ],
  [
    ['restore', ...shop, '--snapshot', 'x'],
    'restore: --snapshot must be LATEST or a key such as snapshots/UID/20260102T030405Z-NODE.db, got x',
  ],
])('fails as a wrong command line: %j', async (words, message) => {
  expect(await stage.run(...words)).toBe(EXITS.USAGE);
  expect(stage.err.split('\n')[0]).toBe(message);
  expect(stage.out).toBe('');
});

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test.each([
  [
    named('CredentialsProviderError', 'Could not load credentials from any providers\nat x'),
    'the cloud does not know who you are (Could not load credentials from any providers); sign in, or set AWS_PROFILE',
  ],
  [
    named('UnrecognizedClientException', 'The security token is invalid.'),
    'the cloud does not accept these credentials (The security token is invalid.); sign in anew',
  ],
  [
    named('AccessDeniedException', 'User: a is not authorized to perform: ssm:GetParameter'),
    'User: a is not authorized to perform: ssm:GetParameter; docs/operations.md lists the rights each command needs',
  ],
  [
    Object.assign(new Error('getaddrinfo ENOTFOUND ssm.x'), { code: 'ENOTFOUND' }),
    'getaddrinfo ENOTFOUND ssm.x; is the network, the region and AWS_ENDPOINT_URL right?',
  ],
  [new Error('something else\nwith more lines'), 'something else'],
])('an error of the cloud is a line with its cure: %s', async (error, message) => {
  const broken = new FakeStage();
  broken.cloud.broken = error;
  expect(await broken.run('status', ...shop)).toBe(EXITS.FAILED);
  expect(broken.err).toBe(`status: ${message}\n`);
  expect(await broken.run('status', ...shop, '--json')).toBe(EXITS.FAILED);
  expect(broken.json).toEqual({ error: message });
});
