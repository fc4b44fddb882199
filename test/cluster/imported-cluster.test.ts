import { LocalBackend, TerraformStack, Testing } from 'cdktf';
import { ImportedCluster, type ImportedClusterProps } from '../../lib';
import { messageOf } from '../support/messages';

function imported(props: Partial<ImportedClusterProps>) {
  const stack = new TerraformStack(Testing.app(), 'platform');
  new LocalBackend(stack, { path: 'platform.tfstate' });
  const cluster = new ImportedCluster(stack, 'Cluster', { clusterName: 'kind', ...props });
  cluster.connect(stack);
  return JSON.parse(Testing.synth(stack, true)) as Record<string, any>;
}

test('a kubeconfig and its context reach both providers', () => {
  const { provider } = imported({ kubeconfig: '~/.kube/config', context: 'kind-kind' });
  expect(provider.helm[0].kubernetes).toEqual({ config_path: '~/.kube/config', config_context: 'kind-kind' });
  expect(provider.kubernetes[0]).toEqual({ config_path: '~/.kube/config', config_context: 'kind-kind' });
});

test('an endpoint is reached with what a program prints', () => {
  const { provider } = imported({
    endpoint: 'https://k.example',
    caCertificate: 'PEM',
    exec: { command: 'aws', args: ['eks', 'get-token'] },
  });
  const exec = { api_version: 'client.authentication.k8s.io/v1', command: 'aws', args: ['eks', 'get-token'] };
  expect(provider.helm[0].kubernetes).toMatchObject({ host: 'https://k.example', cluster_ca_certificate: 'PEM', exec });
  expect(provider.kubernetes[0]).toMatchObject({
    host: 'https://k.example',
    cluster_ca_certificate: 'PEM',
    exec: [exec],
  });
});

test('fails when a stack is connected twice', () => {
  const stack = new TerraformStack(Testing.app(), 'platform');
  const cluster = (name: string) =>
    new ImportedCluster(stack, name, { clusterName: name.toLowerCase(), kubeconfig: '~/.kube/config' });
  cluster('One').connect(stack);
  expect(
    messageOf(() => {
      cluster('Two').connect(stack);
    }),
  ).toBe('[platform] stack must be connected to one cluster, got one and two; use a stack for each');
});

test('fails when a construct stands in a stack that is not connected', () => {
  const stack = new TerraformStack(Testing.app(), 'platform');
  const cluster = new ImportedCluster(stack, 'Cluster', { clusterName: 'kind', kubeconfig: '~/.kube/config' });
  expect(
    messageOf(() => {
      cluster.requireConnected(stack);
    }),
  ).toBe(
    '[platform] stack "platform" must be connected to cluster "kind", got no connection; call cluster.connect(stack) first',
  );
});

test.each([
  [
    'neither way is given',
    {},
    '[platform/Cluster] kubeconfig or endpoint must be given, one of them, got neither; remove or add one',
  ],
  [
    'both ways are given',
    { kubeconfig: '~/.kube/config', endpoint: 'https://k.example' },
    '[platform/Cluster] kubeconfig or endpoint must be given, one of them, got both; remove or add one',
  ],
  [
    'the kubeconfig exists on one machine only',
    { kubeconfig: '/home/me/.kube/config' },
    '[platform/Cluster] kubeconfig must be relative or begin with ~, got /home/me/.kube/config; an absolute path exists on one machine only',
  ],
  [
    'a context comes without a kubeconfig',
    { endpoint: 'https://k.example', caCertificate: 'PEM', exec: { command: 'x' }, context: 'c' },
    '[platform/Cluster] context needs kubeconfig, got c without one; give kubeconfig or remove context',
  ],
  [
    'an endpoint comes alone',
    { endpoint: 'https://k.example' },
    '[platform/Cluster] endpoint needs caCertificate and exec, got no caCertificate; give both',
  ],
  [
    'an endpoint comes without a program',
    { endpoint: 'https://k.example', caCertificate: 'PEM' },
    '[platform/Cluster] endpoint needs caCertificate and exec, got no exec; give both',
  ],
  [
    'an endpoint is not TLS',
    { endpoint: 'http://k.example', caCertificate: 'PEM', exec: { command: 'x' } },
    "[platform/Cluster] endpoint must begin with https://, got http://k.example; give the API server's URL",
  ],
])('fails when %s', (_, props, message) => {
  expect(messageOf(() => imported(props))).toBe(message);
});
