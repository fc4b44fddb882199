import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { EXITS } from '../../cli/exits';
import { connectionOf, type Kubeconfig } from '../../cli/kube/kubeconfig';
import { Authority, keyOf } from './authority';
import { FakeStage } from './stage';

const authority = new Authority();
const folder = mkdtempSync(join(tmpdir(), 'access-'));
let files = 0;
const newFile = () => join(folder, `kubeconfig-${++files}`);
const words = (file: string) => ['access', '--cluster', 'shop', '--output', file];

/** A cluster whose hosts answer a request with what a test says. */
function answering(answer: (request: string) => object): FakeStage {
  const stage = new FakeStage();
  const { secrets } = stage.cloud;
  secrets.set('public/ca.crt', authority.certificate);
  stage.meanwhile = (times) => {
    for (const [name, value] of secrets) {
      const id = /^access\/requests\/([0-9a-f]{32})$/.exec(name)?.[1];
      if (id !== undefined && times > 1) secrets.set(`access/certificates/${id}`, JSON.stringify(answer(value)));
    }
  };
  return stage;
}

const signed = (name: string, by = authority) =>
  answering((request) => ({
    certificate: by.sign(name, keyOf(request)),
    name,
    groups: ['developers'],
    expires: '2026-03-01T20:00:00Z',
  }));
const left = ({ cloud }: FakeStage) => [...cloud.secrets.keys()].filter((name) => name.startsWith('access/'));

test('a person gets a kubeconfig that nobody else may read, with a key that was never sent', async () => {
  const file = newFile();
  const stage = signed('Admins/bob@example.com');
  expect(await stage.run(...words(file))).toBe(EXITS.DONE);
  expect(stage.out).toBe(
    `Admins/bob@example.com (developers) until 2026-03-01T20:00:00Z\nkubeconfig: ${file}, context shop\n`,
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { server, authority: ca, certificate = '', key = '' } = await connectionOf(file);
  expect([server, ca]).toEqual(['https://api.shop.test:6443', authority.certificate]);
  expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(stage.cloud.calls).toHaveLength(1);
  expect(stage.cloud.calls[0]).toMatch(/^create access\/requests\/[0-9a-f]{32}$/);
  expect(left(stage)).toEqual([]);
});

test('the same for programs', async () => {
  const file = newFile();
  const stage = signed('alice');
  expect(await stage.run(...words(file), '--json')).toBe(EXITS.DONE);
  expect(stage.json).toEqual({
    kubeconfig: file,
    context: 'shop',
    name: 'alice',
    groups: ['developers'],
    expires: '2026-03-01T20:00:00Z',
  });
});

test('of a kubeconfig that is there, what is of other clusters stays, and what is of this one is replaced', async () => {
  const file = newFile();
  writeFileSync(
    file,
    [
      'apiVersion: v1',
      'kind: Config',
      'preferences: {colors: true}',
      'clusters: [{name: other, cluster: {server: "https://other:6443"}}, {name: shop, cluster: {server: "https://old:6443"}}]',
      'users: [{name: other, user: {token: t}}, {name: alice@shop, user: {token: old}}]',
      'contexts: [{name: other, context: {cluster: other, user: other}}]',
      '',
    ].join('\n'),
    { mode: 0o644 },
  );
  expect(await signed('alice').run(...words(file))).toBe(EXITS.DONE);
  const config = load(readFileSync(file, 'utf8')) as Kubeconfig;
  expect(config).toMatchObject({ preferences: { colors: true }, 'current-context': 'shop' });
  expect(config.clusters?.map(({ name, cluster }) => [name, cluster.server])).toEqual([
    ['other', 'https://other:6443'],
    ['shop', 'https://api.shop.test:6443'],
  ]);
  expect(config.users?.map(({ name, user }) => [name, Object.keys(user)])).toEqual([
    ['other', ['token']],
    ['alice@shop', ['client-certificate-data', 'client-key-data']],
  ]);
  expect(config.contexts?.map(({ name }) => name)).toEqual(['other', 'shop']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await connectionOf(file, 'other')).token).toBe('t');
});

test('fails with the reason of a refusal, and leaves nothing behind', async () => {
  const refused = "arn:aws:iam::123456789012:user/mallory is not in the cluster's list of people";
  const stage = answering(() => ({ refused }));
  expect(await stage.run(...words(newFile()))).toBe(EXITS.FAILED);
  expect(stage.err.split('\n')[1]).toBe(`access: refused: ${refused}; the prop people of HaCluster holds the list`);
  expect(left(stage)).toEqual([]);
});

test('fails when no control plane answers, and leaves nothing behind', async () => {
  const stage = answering(() => ({}));
  stage.meanwhile = () => {};
  expect(await stage.run(...words(newFile()), '--timeout', '9')).toBe(EXITS.FAILED);
  expect(stage.err.split('\n')[1]).toBe(
    'access: no control plane answered within 9 s; do they run (`status`), and is their clock right? They log by `journalctl -u hacluster-requests`',
  );
  expect(left(stage)).toEqual([]);
});

test.each<[string, FakeStage]>([
  ['another key', answering(() => ({ certificate: authority.certificate, name: 'kubernetes' }))],
  ['another authority', signed('alice', new Authority())],
  ['another name', answering((request) => ({ certificate: authority.sign('bob', keyOf(request)), name: 'alice' }))],
])('fails when the certificate is of %s', async (_, stage) => {
  const file = newFile();
  expect(await stage.run(...words(file))).toBe(EXITS.FAILED);
  expect(stage.err.split('\n')[1]).toBe(
    'access: the certificate in the secret store is not for this request: somebody else wrote it; tell who keeps the cluster',
  );
  expect(() => statSync(file)).toThrow('ENOENT');
});

test('fails where there never was a cluster', async () => {
  const stage = new FakeStage();
  expect(await stage.run(...words(newFile()))).toBe(EXITS.FAILED);
  expect(stage.err).toBe('access: the secret store holds no public/ca.crt: the cluster was never made\n');
});
