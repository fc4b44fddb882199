import { loadAll } from 'js-yaml';
import { merge } from '../../../lib/cluster/bootstrap/merge';
import { controlPlaneFiles, workerFiles, type BootstrapProps } from '../../../lib/cluster/bootstrap/node-files';
import { toYaml } from '../../../lib/cluster/bootstrap/yaml';
import { KUBERNETES_MINORS } from '../../../lib/core/kubernetes-versions';
import { contentOf, pool, props } from './props';

const KUBEADM = '/etc/hacluster/kubeadm';

function documents(of: BootstrapProps, name: 'cluster' | 'init' | 'join'): Record<string, any>[] {
  return loadAll(contentOf(controlPlaneFiles(of), `${KUBEADM}/${name}.yaml`)) as Record<string, any>[];
}
const cluster = (of: BootstrapProps) => documents(of, 'cluster')[0] as Record<string, any>;
const kubelet = (of: BootstrapProps) => documents(of, 'cluster')[1] as Record<string, any>;
const kubeProxy = (of: BootstrapProps) => documents(of, 'cluster')[2] as Record<string, any>;
const workerJoin = (of: BootstrapProps) =>
  loadAll(contentOf(workerFiles(of, pool), `${KUBEADM}/join.yaml`))[0] as Record<string, any>;
function flags(args: Record<string, string> | { name: string; value: string }[]): Record<string, string> {
  return Array.isArray(args) ? Object.fromEntries(args.map(({ name, value }) => [name, value])) : args;
}
const apiServer = (of: BootstrapProps) => flags(cluster(of).apiServer.extraArgs);

describe('the files of every node', () => {
  const all = { 'control plane': controlPlaneFiles(props()), worker: workerFiles(props(), pool) };

  test.each(Object.entries(all))('of a %s stand in order, once each, and end with a newline', (_, files) => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)].sort());
    expect(files.filter(({ content }) => !content.endsWith('\n'))).toEqual([]);
  });

  test('only scripts may be run, and kubeadm files are for root alone', () => {
    for (const { path, mode } of [...all['control plane'], ...all.worker]) {
      expect([path, mode === '0755']).toEqual([path, path.startsWith('/usr/local/sbin/')]);
      if (/\/kubeadm\/[a-z]+\.yaml$/.test(path)) expect([path, mode]).toEqual([path, '0600']);
    }
  });

  test('a worker has no script that handles roots, etcd or certificates of others', () => {
    const scripts = all.worker.map(({ path }) => path).filter((path) => path.startsWith('/usr/local/'));
    expect(scripts).toEqual([
      '/usr/local/lib/hacluster/common.sh',
      '/usr/local/lib/hacluster/driver.sh',
      '/usr/local/lib/hacluster/join.sh',
      '/usr/local/lib/hacluster/kubeadm-files.sh',
      '/usr/local/sbin/hacluster-bootstrap',
    ]);
  });

  test('the settings that scripts read follow the props', () => {
    const of = props('1.36.3', { nodeAttestation: 'cloud', ignorePreflightErrors: ['Swap', 'NumCPU'] });
    expect(contentOf(controlPlaneFiles(of), '/etc/hacluster/cluster.env').split('\n')).toEqual([
      "HAC_ADMIN_GROUP='kubeadm:cluster-admins'",
      "HAC_ATTESTATION='cloud'",
      "HAC_CRI_SOCKET='unix:///run/containerd/containerd.sock'",
      "HAC_DATA_DEVICES='/dev/sdf /dev/nvme1n1'",
      "HAC_ETCD_IMAGE='registry.k8s.io/etcd:3.6.8-0'",
      "HAC_IGNORE_PREFLIGHT='Swap,NumCPU'",
      "HAC_KUBERNETES_VERSION='1.36.3'",
      "HAC_RUNTIME_UNIT='containerd.service'",
      '',
    ]);
  });

  test('before 1.29 the admin certificate is of the group that cannot lose its rights', () => {
    const group = (version: string) =>
      /HAC_ADMIN_GROUP='(.*)'/.exec(contentOf(controlPlaneFiles(props(version)), '/etc/hacluster/cluster.env'))?.[1];
    expect([group('1.28'), group('1.29')]).toEqual(['system:masters', 'kubeadm:cluster-admins']);
  });

  test('snapshots are taken as often as asked', () => {
    const etcd = { ...props().etcd, snapshotMinutes: 7 };
    const timer = contentOf(controlPlaneFiles(props('1.36', { etcd })), '/etc/systemd/system/hacluster-snapshot.timer');
    expect(timer).toContain('OnUnitActiveSec=7min\n');
  });
});

describe('kubeadm files', () => {
  test.each(KUBERNETES_MINORS.map(({ minor, kubeadmApi }) => [minor, kubeadmApi]))(
    'of %s are of version %s',
    (minor, api) => {
      const of = props(minor);
      for (const name of ['cluster', 'init', 'join'] as const) {
        expect(documents(of, name)[0]?.apiVersion).toBe(`kubeadm.k8s.io/${api}`);
      }
      expect(Array.isArray(cluster(of).apiServer.extraArgs)).toBe(api === 'v1beta4');
      expect('timeouts' in (documents(of, 'init')[0] ?? {})).toBe(api === 'v1beta4');
      expect('encryptionAlgorithm' in cluster(of)).toBe(api === 'v1beta4');
      expect(cluster(of).apiServer.timeoutForControlPlane).toBe(api === 'v1beta3' ? '6m0s' : undefined);
    },
  );

  test('hold the ranges, the name, the version and placeholders for what only the node knows', () => {
    const { clusterName, kubernetesVersion, networking, controlPlaneEndpoint, apiServer: api } = cluster(props());
    expect({ clusterName, kubernetesVersion, networking, controlPlaneEndpoint, sans: api.certSANs }).toEqual({
      clusterName: 'shop',
      kubernetesVersion: 'v1.36.3',
      networking: { podSubnet: '10.192.0.0/12', serviceSubnet: '10.96.0.0/16', dnsDomain: 'cluster.local' },
      controlPlaneEndpoint: '@ENDPOINT@',
      sans: '@CERT_SANS@',
    });
  });

  test('the API server audits, encrypts, limits anonymous requests and its load', () => {
    expect(apiServer(props())).toMatchObject({
      'audit-policy-file': '/etc/kubernetes/audit/policy.yaml',
      'encryption-provider-config': '/etc/kubernetes/enc/encryption.yaml',
      'authentication-config': '/etc/kubernetes/auth/authentication.yaml',
      'admission-control-config-file': '/etc/kubernetes/admission/admission.yaml',
      'max-requests-inflight': '400',
      'max-mutating-requests-inflight': '200',
      'goaway-chance': '0.001',
      profiling: 'false',
    });
  });

  test('every file that a flag of the API server names lies in a folder it is given', () => {
    const of = props();
    const folders = (cluster(of).apiServer.extraVolumes as { mountPath: string }[]).map(({ mountPath }) => mountPath);
    const files = Object.entries(apiServer(of)).filter(
      ([name, value]) => value.startsWith('/') && name !== 'kubelet-certificate-authority',
    );
    for (const [, file] of files) expect(folders).toContain(file.slice(0, file.lastIndexOf('/')));
    const written = controlPlaneFiles(of).map(({ path }) => path);
    // The key is a secret of the node; the log it writes itself.
    const own = ['/etc/kubernetes/enc/encryption.yaml', '/var/log/kubernetes/audit/audit.log'];
    for (const [, file] of files) if (!own.includes(file)) expect(written).toContain(file);
  });

  test('a single API server has nobody to send clients away to', () => {
    expect(apiServer(props('1.36', { controlPlanes: 1 }))).not.toHaveProperty('goaway-chance');
  });

  test('flags of the user come last and win', () => {
    const over = props('1.36', { apiServerArguments: { profiling: 'true', 'event-ttl': '2h' } });
    expect(apiServer(over)).toMatchObject({ profiling: 'true', 'event-ttl': '2h' });
  });

  test('rates of controllers and scheduler are set where the size asks for it', () => {
    const rate = { kubeApiQps: 100, kubeApiBurst: 200 };
    const of = cluster(props('1.36', { controllers: rate, scheduler: { kubeApiQps: 50, kubeApiBurst: 60 } }));
    expect(flags(of.controllerManager.extraArgs)).toMatchObject({ 'kube-api-qps': '100', 'kube-api-burst': '200' });
    expect(flags(of.scheduler.extraArgs)).toMatchObject({ 'kube-api-qps': '50', 'kube-api-burst': '60' });
    expect(flags(cluster(props()).scheduler.extraArgs)).toEqual({ profiling: 'false' });
  });

  test('anonymous requests are limited where the version can', () => {
    const api = (version: string) =>
      controlPlaneFiles(props(version))
        .find(({ path }) => path === '/etc/kubernetes/auth/authentication.yaml')
        ?.content.split('\n')[0];
    expect([api('1.31'), api('1.32'), api('1.34')]).toEqual([
      undefined,
      'apiVersion: apiserver.config.k8s.io/v1beta1',
      'apiVersion: apiserver.config.k8s.io/v1',
    ]);
    expect(apiServer(props('1.31'))).not.toHaveProperty('authentication-config');
  });

  test('etcd gets its quota, and the flag for the corruption check by the name of its version', () => {
    expect(flags(cluster(props('1.33')).etcd.local.extraArgs)).toEqual({
      'quota-backend-bytes': '4294967296',
      'experimental-corrupt-check-time': '4h0m0s',
    });
    expect(flags(cluster(props('1.34')).etcd.local.extraArgs)).toHaveProperty('corrupt-check-time', '4h0m0s');
  });

  test('feature gates follow the version', () => {
    expect(cluster(props('1.27')).featureGates).toEqual({ EtcdLearnerMode: true });
    expect(cluster(props('1.32')).featureGates).toEqual({ ControlPlaneKubeletLocalMode: true });
    expect(cluster(props('1.36')).featureGates).toEqual({});
  });

  test('a worker registers with its pool, its labels, its taints and its place', () => {
    const { nodeRegistration, controlPlane, discovery } = workerJoin(props());
    expect(controlPlane).toBe(undefined);
    expect(discovery).toEqual({ file: { kubeConfigPath: '/run/hacluster/discovery.conf' } });
    expect(nodeRegistration.taints).toEqual(pool.taints);
    expect(flags(nodeRegistration.kubeletExtraArgs)).toEqual({
      'node-ip': '@NODE_ADDRESS@',
      'node-labels':
        'topology.kubernetes.io/region=@NODE_REGION@,topology.kubernetes.io/zone=@NODE_ZONE@,node.kubernetes.io/instance-type=@NODE_TYPE@,hacluster.io/pool=general,tier=web',
      'provider-id': '@PROVIDER_ID@',
    });
  });

  test('a worker without taints says so, or kubeadm would not ask', () => {
    const [join] = loadAll(contentOf(workerFiles(props(), { ...pool, taints: [] }), `${KUBEADM}/join.yaml`));
    expect((join as Record<string, any>).nodeRegistration.taints).toEqual([]);
  });

  test('control planes are tainted at init and at join', () => {
    const taint = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];
    expect(documents(props(), 'init')[0]?.nodeRegistration.taints).toEqual(taint);
    expect(documents(props(), 'join')[0]?.nodeRegistration.taints).toEqual(taint);
  });
});

describe('kubelet and kube-proxy', () => {
  test('the kubelet serves the cluster DNS, at most as many pods as planned, and nobody without rights', () => {
    expect(kubelet(props('1.36', { maxPods: 64 }))).toMatchObject({
      clusterDNS: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      maxPods: 64,
      readOnlyPort: 0,
      serverTLSBootstrap: true,
      authentication: { anonymous: { enabled: false } },
    });
  });

  test('what the user says of the kubelet wins over the library and over what the node computes', () => {
    const of = props('1.36', {
      kubeletConfiguration: { maxPods: 30, authentication: { webhook: { cacheTTL: '1m' } } },
    });
    expect(kubelet(of)).toMatchObject({ maxPods: 30, authentication: { webhook: { enabled: true, cacheTTL: '1m' } } });
    const patch = JSON.parse(contentOf(workerFiles(of, pool), `${KUBEADM}/patches/kubeletconfiguration1+merge.json`));
    expect(patch).toEqual({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      maxPods: 30,
      authentication: { webhook: { cacheTTL: '1m' } },
    });
  });

  test('without a word of the user there is no patch but the node’s own', () => {
    expect(workerFiles(props(), pool).filter(({ path }) => path.includes('patches'))).toEqual([]);
  });

  test.each(['nftables', 'ipvs', 'iptables'] as const)(
    'kube-proxy forwards by %s, and its modules are loaded',
    (mode) => {
      const of = props('1.36', { kubeProxyMode: mode, modules: ['wireguard'] });
      expect(kubeProxy(of)).toMatchObject({ mode, clusterCIDR: '10.192.0.0/12' });
      const modules = contentOf(workerFiles(of, pool), '/etc/modules-load.d/hacluster.conf').trim().split('\n');
      const own = {
        nftables: ['nf_tables'],
        ipvs: ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'],
        iptables: ['ip_tables'],
      };
      expect(modules).toEqual(['overlay', 'br_netfilter', 'nf_conntrack', ...own[mode], 'wireguard']);
    },
  );

  test('what the user says of kube-proxy wins', () => {
    const of = props('1.36', { kubeProxyConfiguration: { conntrack: { maxPerCore: 0 } } });
    expect(kubeProxy(of).conntrack).toEqual({ maxPerCore: 0, min: 131072 });
  });
});

describe('policies', () => {
  const policy = (of: BootstrapProps) =>
    loadAll(contentOf(controlPlaneFiles(of), '/etc/kubernetes/audit/policy.yaml'))[0] as any;

  test('the audit policy never writes down what a Secret holds', () => {
    const rules = policy(props()).rules as { level: string; resources?: { resources?: string[] }[] }[];
    const secrets = rules.findIndex(({ resources = [] }) =>
      resources.some((one) => one.resources?.includes('secrets')),
    );
    expect(rules[secrets]?.level).toBe('Metadata');
    expect(rules.slice(0, secrets).filter(({ level }) => level !== 'None')).toEqual([]);
  });

  test('an audit policy of the user takes its place', () => {
    const auditPolicy = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None}]\n';
    expect(policy(props('1.36', { auditPolicy })).rules).toEqual([{ level: 'None' }]);
  });

  test.each([undefined, 'restricted'] as const)(
    'Pod Security is enforced at the level asked for (%s)',
    (podSecurity) => {
      const [file] = loadAll(
        contentOf(controlPlaneFiles(props('1.36', { podSecurity })), '/etc/kubernetes/admission/admission.yaml'),
      ) as any[];
      const { defaults, exemptions } = file.plugins[0].configuration;
      expect(defaults.enforce).toBe(podSecurity ?? 'baseline');
      expect(exemptions.namespaces).toEqual(['kube-system', 'tigera-operator', 'calico-system', 'calico-apiserver']);
    },
  );
});

describe('system, runtime and proxy', () => {
  test('kernel settings can be added and replaced, and one that a kernel lacks is no error', () => {
    const lines = contentOf(
      workerFiles(props('1.36', { sysctls: { 'vm.swappiness': '10', 'net.core.rmem_max': '1' } }), pool),
      '/etc/sysctl.d/90-hacluster.conf',
    );
    expect(lines).toContain('-vm.swappiness = 10\n');
    expect(lines).toContain('-net.core.rmem_max = 1\n');
    expect(
      lines
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('-')),
    ).toEqual([]);
  });

  test('time servers are given to chrony and to systemd', () => {
    const files = workerFiles(props('1.36', { ntpServers: ['10.0.0.1', '10.0.0.2'] }), pool);
    expect(contentOf(files, '/etc/chrony/sources.d/hacluster.sources')).toBe(
      'server 10.0.0.1 iburst\nserver 10.0.0.2 iburst\n',
    );
    expect(contentOf(files, '/etc/systemd/timesyncd.conf.d/10-hacluster.conf')).toBe('[Time]\nNTP=10.0.0.1 10.0.0.2\n');
  });

  test('a proxy is given to scripts and to the runtime, and the cluster is reached without it', () => {
    const proxy = { httpProxy: 'http://p:1', httpsProxy: 'http://p:2', noProxy: ['.corp'] };
    const files = workerFiles(props('1.36', { proxy }), pool);
    expect(contentOf(files, '/etc/hacluster/proxy.env')).toBe(
      "HTTP_PROXY='http://p:1'\nHTTPS_PROXY='http://p:2'\nNO_PROXY='localhost,127.0.0.1,169.254.169.254,10.192.0.0/12,10.96.0.0/16,.svc,.cluster.local,.corp'\n",
    );
    expect(contentOf(files, '/etc/systemd/system/containerd.service.d/20-hacluster-proxy.conf')).toContain(
      'EnvironmentFile=/etc/hacluster/proxy.env',
    );
    const crio = workerFiles(props('1.36', { proxy, runtime: 'cri-o' }), pool);
    expect(contentOf(crio, '/etc/systemd/system/crio.service.d/20-hacluster-proxy.conf')).toContain('[Service]');
  });

  test('a mirror is asked first, and the registry after it', () => {
    const files = workerFiles(
      props('1.36', { registryMirrors: [{ registry: 'docker.io', url: 'https://h/v2/hub' }] }),
      pool,
    );
    expect(contentOf(files, '/etc/containerd/certs.d/docker.io/hosts.toml').split('\n')).toEqual([
      'server = "https://registry-1.docker.io"',
      '',
      '[host."https://h/v2/hub"]',
      '  override_path = true',
      '  capabilities = ["pull", "resolve"]',
      '',
    ]);
  });

  test('a mirror without a way back is the server itself, with the authority it needs', () => {
    const mirror = { registry: 'quay.io', url: 'https://h/v2/quay', fallback: false, caCertificate: 'PEM\n' };
    const files = workerFiles(props('1.36', { registryMirrors: [mirror] }), pool);
    expect(contentOf(files, '/etc/containerd/certs.d/quay.io/hosts.toml').split('\n')).toEqual([
      'server = "https://h/v2/quay"',
      'override_path = true',
      'capabilities = ["pull", "resolve"]',
      'ca = "/etc/containerd/certs.d/quay.io/ca.crt"',
      '',
    ]);
    expect(contentOf(files, '/etc/containerd/certs.d/quay.io/ca.crt')).toBe('PEM\n');
  });

  test('a mirror of all registries names no server', () => {
    const files = workerFiles(
      props('1.36', { registryMirrors: [{ registry: '_default', url: 'https://h/v2/all' }] }),
      pool,
    );
    expect(contentOf(files, '/etc/containerd/certs.d/_default/hosts.toml').split('\n')[0]).toBe(
      '[host."https://h/v2/all"]',
    );
  });

  test('CRI-O has its own words for mirrors, and its own socket', () => {
    const registryMirrors = [
      { registry: 'docker.io', url: 'https://h/v2/hub' },
      { registry: 'quay.io', url: 'https://h/v2/quay', fallback: false, caCertificate: 'PEM\n' },
      { registry: 'ghcr.io', url: 'https://h/v2/ghcr', caCertificate: 'PEM\n' },
      { registry: 'lab.example', url: 'http://h:5000/v2/lab' },
    ];
    const files = workerFiles(props('1.36', { runtime: 'cri-o', registryMirrors }), pool);
    expect(files.filter(({ path }) => path.includes('certs.d'))).toEqual([
      { path: '/etc/containers/certs.d/h/ca.crt', mode: '0644', content: 'PEM\n' },
    ]);
    expect(contentOf(files, '/etc/containers/registries.conf.d/hacluster.conf').split('\n')).toEqual([
      '[[registry]]',
      'prefix = "docker.io"',
      'location = "docker.io"',
      '[[registry.mirror]]',
      'location = "h/hub"',
      '[[registry]]',
      'prefix = "quay.io"',
      'location = "h/quay"',
      '[[registry]]',
      'prefix = "ghcr.io"',
      'location = "ghcr.io"',
      '[[registry.mirror]]',
      'location = "h/ghcr"',
      '[[registry]]',
      'prefix = "lab.example"',
      'location = "lab.example"',
      '[[registry.mirror]]',
      'location = "h:5000/lab"',
      'insecure = true',
      '',
    ]);
    expect(contentOf(files, `${KUBEADM}/join.yaml`)).toContain('criSocket: unix:///var/run/crio/crio.sock');
    expect(workerFiles(props('1.36', { runtime: 'cri-o' }), pool).map(({ path }) => path)).not.toContain(
      '/etc/containers/registries.conf.d/hacluster.conf',
    );
  });

  test('a baked image keeps its own runtime configuration and installs nothing', () => {
    const paths = controlPlaneFiles(props()).map(({ path }) => path);
    for (const path of [
      '/etc/containerd/config.toml',
      '/etc/hacluster/packages',
      '/usr/local/sbin/hacluster-packages',
    ]) {
      expect(paths).not.toContain(path);
    }
  });

  const packages = { kubernetesKey: 'KEY-K\n', dockerKey: 'KEY-D' };
  const stock = (version: string, more = {}) =>
    workerFiles(props(version, { image: 'stock', packages: { ...packages, ...more } }), pool);

  test('a stock image installs pinned versions, signed by the keys it was handed', () => {
    const files = stock('1.35.4');
    expect(contentOf(files, '/etc/apt/keyrings/hacluster-kubernetes.asc')).toBe('KEY-K\n');
    expect(contentOf(files, '/etc/apt/keyrings/hacluster-docker.asc')).toBe('KEY-D\n');
    expect(contentOf(files, '/etc/apt/sources.list.d/hacluster.list').split('\n')).toEqual([
      'deb [signed-by=/etc/apt/keyrings/hacluster-kubernetes.asc] https://pkgs.k8s.io/core:/stable:/v1.35/deb/ /',
      'deb [signed-by=/etc/apt/keyrings/hacluster-docker.asc] https://download.docker.com/linux/debian bookworm stable',
      '',
    ]);
    expect(contentOf(files, '/etc/hacluster/packages').split('\n').slice(0, 4)).toEqual([
      'kubelet=1.35.4-*',
      'kubeadm=1.35.4-*',
      'kubectl=1.35.4-*',
      'containerd.io=2.2.*',
    ]);
    expect(files.find(({ path }) => path === '/usr/local/sbin/hacluster-packages')?.mode).toBe('0755');
  });

  test('a stock image may take its packages from mirrors', () => {
    const files = stock('1.36', { kubernetesUrl: 'https://m/k', dockerUrl: 'https://m/d', distribution: 'trixie' });
    expect(contentOf(files, '/etc/apt/sources.list.d/hacluster.list')).toMatch(
      / https:\/\/m\/k\/core:.* https:\/\/m\/d trixie stable\n$/s,
    );
  });

  test.each([
    ['1.7', 2, 'sandbox_image = "registry.k8s.io/pause:3.10.2"'],
    ['2.0', 3, 'sandbox = "registry.k8s.io/pause:3.10.2"'],
    ['2.2', 3, 'sandbox = "registry.k8s.io/pause:3.10.2"'],
    ['2.3', 4, 'sandbox = "registry.k8s.io/pause:3.10.2"'],
    ['3.0', 4, 'sandbox = "registry.k8s.io/pause:3.10.2"'],
  ])('containerd %s gets configuration of schema %d', (containerdVersion, schema, sandbox) => {
    const config = contentOf(stock('1.36.3', { containerdVersion }), '/etc/containerd/config.toml');
    expect(config.split('\n')[0]).toBe(`version = ${schema}`);
    expect(config).toContain(sandbox);
    expect(config).toContain('SystemdCgroup = true');
  });
});

describe('YAML and merging', () => {
  test('what is written is read back as it was', () => {
    const value = {
      text: [
        'yes',
        'No',
        '1.10',
        '0x1f',
        '1e3',
        '',
        ' a',
        'a: b',
        '- x',
        '#',
        'null',
        '~',
        '10:30',
        "it's",
        'ü',
        'line\nline',
        'https://x/y:1',
        'y',
        '.inf',
      ],
      nothing: null,
      numbers: [1, -2.5, 0],
      flags: { on: true, off: false },
      empty: { map: {}, list: [] },
      deep: [[1, [2]], { a: { b: [{ c: 'd' }] } }],
      'odd key: x': 1,
    };
    expect(loadAll(toYaml(value))).toEqual([value]);
  });

  test('what is undefined is left out', () => {
    expect(toYaml({ a: undefined, b: 1 })).toBe('b: 1\n');
  });

  test('maps are merged at every depth, lists and words replaced', () => {
    expect(merge({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2], e: { f: 1 } }, d: { g: 1 } })).toEqual({
      a: { b: 1, c: [2], e: { f: 1 } },
      d: { g: 1 },
    });
  });
});
