import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXITS, Failure } from '../../cli/exits';
import { adminConnection } from '../../cli/kube/admin';
import { connectionOf } from '../../cli/kube/kubeconfig';
import { HttpsKube } from '../../cli/kube/https-kube';
import { world } from '../../cli/world';
import { FakeCloud } from './stage';

const folder = mkdtempSync(join(tmpdir(), 'world-'));
const write = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const failure = async (act: Promise<unknown>): Promise<[string, number]> => {
  try {
    await act;
  } catch (error) {
    if (error instanceof Failure) return [error.message, error.exit];
    throw error;
  }
  return ['nothing is thrown', 0];
};
const config = write(
  'config',
  `apiVersion: v1
kind: Config
current-context: one
clusters:
  - {name: one, cluster: {server: "https://one:6443", certificate-authority-data: ${Buffer.from('CA').toString('base64')}, tls-server-name: api}}
  - {name: loose, cluster: {server: "https://loose:6443", insecure-skip-tls-verify: true}}
users:
  - {name: files, user: {client-certificate: crt, client-key: key}}
  - {name: exec, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, 'echo "{\\"status\\": {\\"token\\": \\"$WHO\\"}}"'], env: [{name: WHO, value: me}]}}}
contexts:
  - {name: one, context: {cluster: one, user: files}}
  - {name: exec, context: {cluster: one, user: exec}}
  - {name: loose, context: {cluster: loose, user: files}}
`,
);
write('crt', 'CRT');
write('key', 'KEY');

test('a kubeconfig names files beside it, and its current context', async () => {
  expect(await connectionOf(config)).toEqual({
    server: 'https://one:6443',
    authority: 'CA',
    serverName: 'api',
    certificate: 'CRT',
    key: 'KEY',
    token: undefined,
  });
});

test('a kubeconfig may name a program that knows a token', async () => {
  expect(await connectionOf(config, 'exec')).toMatchObject({ server: 'https://one:6443', token: 'me' });
});

test.each([
  [config, 'nope', `${config} has no context "nope"; it has one, exec, loose`],
  [config, 'loose', `${config} asks for insecure-skip-tls-verify, which is not done here; take it out`],
  ['/nowhere', undefined, '/nowhere cannot be read; name a kubeconfig by --kubeconfig'],
  [join(folder, 'crt'), undefined, `${join(folder, 'crt')} is not a kubeconfig`],
])('fails for the kubeconfig %s with context %s', async (file, context, message) => {
  expect(await failure(connectionOf(file, context))).toEqual([message, EXITS.FAILED]);
});

test('without a kubeconfig, the API is reached by the admin certificate', async () => {
  const cloud = new FakeCloud();
  const held = { certificate: 'CRT', key: 'KEY', ca: 'CA', expires: '2999-01-01T00:00:00Z' };
  cloud.secrets.set('access/admin', JSON.stringify(held));
  expect(await adminConnection(cloud)).toEqual({
    server: 'https://api.shop.test:6443',
    authority: 'CA',
    certificate: 'CRT',
    key: 'KEY',
  });
});

test('fails when the admin certificate has ended, or never was', async () => {
  const cloud = new FakeCloud();
  expect(await failure(adminConnection(cloud))).toEqual([
    'the secret store holds no access/admin: the cluster was never made; look at the hosts, `journalctl -u hacluster-bootstrap`',
    EXITS.FAILED,
  ]);
  cloud.secrets.set('access/admin', '{"expires": "2020-01-01T00:00:00Z"}');
  expect(await failure(adminConnection(cloud))).toEqual([
    'the admin certificate in the secret store ended at 2020-01-01T00:00:00Z: no control plane renews it; look at the hosts, or give --kubeconfig',
    EXITS.FAILED,
  ]);
});

test('fails without a region, and for a context of nothing', async () => {
  const say = () => {};
  expect(await failure(world({ cluster: 'shop' }, say).cloud())).toEqual([
    'no region is given; name it by --region or AWS_REGION',
    EXITS.USAGE,
  ]);
  const before = process.env.KUBECONFIG;
  delete process.env.KUBECONFIG;
  expect(await failure(world({ cluster: 'shop', context: 'x' }, say).kube())).toEqual([
    '--context needs a kubeconfig; name it by --kubeconfig or KUBECONFIG',
    EXITS.USAGE,
  ]);
  if (before !== undefined) process.env.KUBECONFIG = before;
});

test('an API that nobody answers at is not ready, and a failure for everything else', async () => {
  const kube = new HttpsKube({ server: 'https://127.0.0.1:1', authority: undefined });
  expect(await kube.readyz()).toBe(false);
  expect(await failure(kube.nodes())).toEqual([
    'https://127.0.0.1:1 does not answer (connect ECONNREFUSED 127.0.0.1:1); can this machine reach it, by a VPN or apiAllowedRanges?',
    EXITS.FAILED,
  ]);
});

test.each([
  [403, '{"message":"x","details":{"causes":[{"reason":"NamespaceTerminating"}]}}', 'evicted'],
  [429, '{}', 'refused'],
  [404, '{}', 'gone'],
  [409, '{}', 'gone'],
  [201, '{}', 'evicted'],
])('an eviction that is answered %d %s is %s', async (status, text, outcome) => {
  const kube = new HttpsKube({ server: 'https://api.test', authority: undefined });
  jest.spyOn(kube as unknown as { ask: () => Promise<unknown> }, 'ask').mockResolvedValue({ status, text });
  const pod = { namespace: 'shop', name: 'web-1', uid: 'u', phase: 'Running', ending: false, owner: 'ReplicaSet' };
  expect(await kube.evict(pod)).toBe(outcome);
});

test('an eviction that is not allowed is a failure', async () => {
  const kube = new HttpsKube({ server: 'https://api.test', authority: undefined });
  const answer = { status: 403, text: '{"message":"no right"}' };
  jest.spyOn(kube as unknown as { ask: () => Promise<unknown> }, 'ask').mockResolvedValue(answer);
  const pod = { namespace: 'shop', name: 'web-1', uid: 'u', phase: 'Running', ending: false, owner: 'ReplicaSet' };
  expect(await failure(kube.evict(pod))).toEqual([
    'https://api.test answered 403 to POST /api/v1/namespaces/shop/pods/web-1/eviction: no right',
    EXITS.FAILED,
  ]);
});
