import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AwsHosts,
  AwsImage,
  AwsNetwork,
  CalicoNetwork,
  explain,
  HaCluster,
  MultiAzNodePool,
  NatGateways,
  PodNetworkMode,
  type HaClusterProps,
} from '../../lib';
import { bakedImage, bothStacks, hostsStack, platformStack, synth, synthesized } from '../support/topology';
import { messageOf } from '../support/messages';
import type { Topology } from '../support/topology';
import { resources } from '../support/topology';

const folder = mkdtempSync(join(tmpdir(), 'ha-cluster-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const refusal = (cluster: Partial<Omit<HaClusterProps, 'cloud'>>, rest: Topology = {}) =>
  messageOf(() => synthesized({ cluster, ...rest }));
const at = '[demo-hosts/Cluster]';
const armour = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n';
const packages = { kubernetesKey: armour, dockerKey: armour };

test('a cluster is named by its stack, and by its maker where he wants', () => {
  expect(hostsStack().cluster.clusterName).toBe('demo');
  expect(hostsStack({ cluster: { clusterName: 'shop' } }).cluster.clusterName).toBe('shop');
});

test('a cluster keeps the ids of its parts', () => {
  const ids = hostsStack({ pools: {} }).cluster.node.children.map(({ node }) => node.id);
  expect(ids.filter((id) => !/^(In|Out)-/.test(id)).join(' ')).toBe(
    'Uid ShortUid Secrets Bucket NodeFirewall ControlPlaneFirewall ApiFirewall Api WorkerIdentity ControlPlaneIdentity ControlPlaneTemplate ControlPlane-a ControlPlane-b ControlPlane-c Current',
  );
});

test('a cluster explains itself in a line for each topic', () => {
  const topics = explain(hostsStack().cluster).map(({ topic }) => topic);
  expect(topics).toEqual([
    'Kubernetes',
    'Control plane',
    'Pool workers',
    'Zones',
    'Addresses',
    'Pod network',
    'Open',
    'Outbound',
    'Record',
  ]);
});

test('only hosts reach the API by default, and nobody twice', () => {
  const rules = (apiAllowedRanges?: string[]) =>
    resources(synthesized({ cluster: { apiAllowedRanges } }), 'aws_vpc_security_group_ingress_rule')
      .map(({ cidr_ipv4 }) => cidr_ipv4 as string | undefined)
      .filter((range) => range !== undefined);
  expect(rules()).toEqual([]);
  expect(rules([])).toEqual([]);
  expect(rules(['10.8.0.0/16', '10.8.0.0/16'])).toEqual(['10.8.0.0/16']);
});

test("a pool's own tags do not hide whose machines they are", () => {
  const json = synthesized({ pools: { Workers: { tags: { 'hacluster:role': 'control-plane', cost: '7' } } } });
  const group = resources(json, 'aws_autoscaling_group').find(({ name }) => (name as string).endsWith('-workers'));
  const tags = (group?.tag as { key: string; value: string }[]).filter(({ key }) =>
    /^(hacluster:role|cost)$/.test(key),
  );
  expect(tags.map(({ key, value }) => `${key}=${value}`).sort()).toEqual(['cost=7', 'hacluster:role=worker']);
});

describe('a cluster fails when', () => {
  const rows: [string, Partial<Omit<HaClusterProps, 'cloud'>>, string][] = [
    [
      'its name has capitals',
      { clusterName: 'Shop' },
      'clusterName must be lower case letters, digits and dashes, 2 to 24 characters, beginning with a letter, got Shop; give clusterName',
    ],
    [
      'its name is too long',
      { clusterName: 'a-name-of-25-characters-x' },
      'clusterName must be lower case letters, digits and dashes, 2 to 24 characters, beginning with a letter, got a-name-of-25-characters-x; give clusterName',
    ],
    [
      'there are no workers',
      { maxNodes: 0 },
      'maxNodes must be a whole number from 1 to 5000, got 0; give the most workers there may ever be, and spread more over several clusters',
    ],
    [
      'control planes find no room',
      { maxNodes: 5000, maxPods: 30 },
      'maxNodes must leave room for 3 control planes among 5000 nodes, got 5000; choose 4997 or less',
    ],
    [
      'there may be too many pods',
      { maxNodes: 2000 },
      'maxPods must be given above 1363 workers, where 110 pods on each pass 150000, got none for 2000 workers; choose 75 or less',
    ],
    [
      'pods of a node are too many',
      { maxPods: 111 },
      'maxPods must be a whole number from 16 to 110, got 111; choose one, or leave it out for 110',
    ],
    [
      'pools may grow beyond it',
      { maxNodes: 5 },
      'maxNodes must hold all pools at their max, got 5 for 6 workers (workers 6); raise it, or lower the max of a pool',
    ],
    [
      'its control planes are two',
      { controlPlanes: 2 as 3 },
      'controlPlanes must be 1, 3 or 5, got 2; an even number outlives no more losses than the odd one below it',
    ],
    [
      'its control plane is too large for its zones',
      { controlPlaneZones: ['a', 'b'] },
      'controlPlanes must keep a majority when any one zone is lost, got 3 in 2 zones (a 2, b 1) of which a holds it; add a third zone, name a single one in controlPlaneZones, or accept it with acceptZoneLoss: true',
    ],
    [
      "a zone of its control plane is not the cloud's",
      { controlPlaneZones: ['x'] },
      'controlPlaneZones must be zones of the cloud, got x; choose from a, b, c',
    ],
    [
      'its version is unknown',
      { kubernetesVersion: '1.99' },
      'kubernetesVersion must be one of 1.27 to 1.37, got 1.99; the nearest is 1.37',
    ],
    [
      'its version is no longer supported',
      { kubernetesVersion: '1.30' },
      'kubernetesVersion must be one of 1.35 to 1.37, which upstream fixes, got 1.30, without fixes since 2025-07-15; choose 1.36, or accept it with acknowledgeUnsupportedVersion: true',
    ],
    [
      'its version lacks the proxy mode',
      { kubernetesVersion: '1.27', acknowledgeUnsupportedVersion: true, kubeProxyMode: 'nftables' },
      'kubeProxyMode must be a mode of Kubernetes 1.27, got nftables; choose ipvs or iptables',
    ],
    [
      'pods have the addresses of hosts',
      { podCidr: '10.20.0.0/16' },
      'podCidr must not overlap networkCidr (10.20.0.0/16), got 10.20.0.0/16; choose ranges that lie apart',
    ],
    [
      'pods have public addresses',
      { podCidr: '8.0.0.0/12' },
      'podCidr must be private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10), got 8.0.0.0/12; choose one of 10.0.0.0/12 to /19, 172.16.0.0/16 to /19, 192.168.0.0/16 to /19',
    ],
    [
      'the pod network cannot be',
      { podNetworkMode: PodNetworkMode.BGP },
      'podNetworkMode must wrap every packet on a cloud that drops foreign source addresses and whose machine groups cannot switch that off, got bgp; choose vxlan or leave it out',
    ],
    [
      'packets are larger than the hosts pass',
      { podNetworkMtu: 9001 },
      "podNetworkMtu must be a whole number from 1280 to 8951, the hosts' less the header of vxlan, got 9001; choose one or leave it out",
    ],
    [
      'blocks of addresses are no blocks',
      { podBlockSize: 19 },
      'podBlockSize must be a whole number from 20 to 32, got 19; choose one or leave it out',
    ],
    [
      'its machine does not exist',
      { controlPlaneMachine: '4c10g' },
      'controlPlaneMachine must be a size that AWS has, got 4c10g; use 4c16g (m7i.xlarge)',
    ],
    [
      'a range of clients is none',
      { apiAllowedRanges: ['office'] },
      'apiAllowedRanges must be an IPv4 range, got office; write it as 10.20.0.0/16',
    ],
    [
      'a range of clients has host bits',
      { apiAllowedRanges: ['10.8.0.1/16'] },
      'apiAllowedRanges must have no host bits set, got 10.8.0.1/16; write 10.8.0.0/16',
    ],
    [
      'a public API is open to nobody',
      { publicApiAllowedRanges: [] },
      'publicApiAllowedRanges must name at least one range, got none; name one or leave publicApiAllowedRanges out',
    ],
    [
      'hosts may dial nobody',
      { egressRanges: [] },
      'egressRanges must name at least one range, got none; name one or leave egressRanges out',
    ],
    [
      'snapshots are not kept',
      { snapshotKeepDays: 0 },
      'snapshotKeepDays must be a whole number of days, at least 1, got 0; give one',
    ],
    [
      'snapshots are rare',
      { etcdSnapshotMinutes: 2000 },
      'etcdSnapshotMinutes must be a whole number from 5 to 1440, got 2000; choose one',
    ],
    [
      'packages come with a baked image',
      { packages },
      'packages must not be given with a baked image, which holds every program, got some; remove packages',
    ],
    [
      'its domain is none',
      { serviceDomain: 'Cluster.Local' },
      'serviceDomain must be a DNS name in lower case, got Cluster.Local; write it as cluster.local',
    ],
    [
      'a setting of the kernel has two lines',
      { sysctls: { 'vm.swappiness': '0\nkernel.panic = 0' } },
      'sysctls must be one line each, got vm.swappiness = 0\nkernel.panic = 0; write it as vm.swappiness: 0',
    ],
    [
      'a flag of the API server has dashes',
      { apiServerArguments: { '--v': '4' } },
      'apiServerArguments must be flags without dashes before them, got --v; write it as audit-log-maxage',
    ],
    [
      'a kernel module is none',
      { kernelModules: ['a b'] },
      'kernelModules must be names of modules, got a b; write it as nvme_tcp',
    ],
    [
      'a time server is none',
      { ntpServers: ['a b'] },
      'ntpServers must be names or addresses, got a b; write it as time.example',
    ],
    [
      'a preflight check is none',
      { ignorePreflightErrors: ["x'; reboot"] },
      "ignorePreflightErrors must be names of checks, got x'; reboot; write it as SystemVerification",
    ],
    [
      'an audit policy is none',
      { auditPolicy: 'rules: []' },
      'auditPolicy must be YAML of kind Policy, got one that begins with "rules: []"; give apiVersion, kind and rules',
    ],
    [
      'a mirror stands for a URL',
      { registryMirrors: [{ registry: 'https://docker.io', url: 'https://m.example' }] },
      'registryMirrors registry must be a host as in image names, got https://docker.io; write it as docker.io, or _default for all others',
    ],
    [
      'a mirror is no URL',
      { registryMirrors: [{ registry: 'docker.io', url: 'm.example' }] },
      'registryMirrors url must be a URL, got m.example; write it as https://harbor.example/v2/dockerhub',
    ],
    [
      'a registry has two mirrors',
      { registryMirrors: ['a', 'b'].map((name) => ({ registry: 'docker.io', url: `https://${name}.example` })) },
      'registryMirrors must name each registry once, got docker.io again; keep one',
    ],
    [
      "a mirror's authority is no PEM",
      { registryMirrors: [{ registry: 'docker.io', url: 'https://m.example', caCertificate: 'x' }] },
      'registryMirrors caCertificate must begin with -----BEGIN CERTIFICATE-----, got 1 other characters; give the armoured text',
    ],
    [
      'a snippet is no cloud-config',
      { nodeSnippets: ['#!/bin/sh\nreboot\n'] },
      'nodeSnippets[0] must be a cloud-config document, got one that begins with "#!/bin/sh"; let its first line be #cloud-config',
    ],
  ];
  test.each(rows)('%s', (_, props, message) => {
    expect(
      refusal(props)
        .replace(/^Validation failed [^[]*/, '')
        .replace(/\n\nIf you wish[^]*/, ''),
    ).toBe(`${at} ${message}`);
  });

  test('packages of a stock image are not given', () => {
    expect(refusal({}, { hosts: { image: AwsImage.debian() } })).toBe(
      `${at} packages must be given with a stock image, got none; give the keys that sign the packages, or bake an image (docs/baked-image.md)`,
    );
  });

  test.each<[string, object, string]>([
    [
      'a key is no key',
      { kubernetesKey: 'x' },
      'packages.kubernetesKey must begin with -----BEGIN PGP PUBLIC KEY BLOCK-----, got 1 other characters; give the armoured text',
    ],
    [
      'another key is no key',
      { dockerKey: '' },
      'packages.dockerKey must begin with -----BEGIN PGP PUBLIC KEY BLOCK-----, got 0 other characters; give the armoured text',
    ],
    [
      'a version is a range',
      { containerdVersion: '2' },
      'packages.containerdVersion must be a minor or a patch, got 2; write it as 2.2',
    ],
    [
      'a distribution is a number',
      { distribution: '12' },
      'packages.distribution must be a code name, got 12; write it as bookworm',
    ],
    [
      'a source is no URL',
      { dockerUrl: 'x y' },
      'packages.dockerUrl must be a URL, got x y; write it as https://mirror.example/path',
    ],
    [
      'another source is no URL',
      { kubernetesUrl: 'k8s' },
      'packages.kubernetesUrl must be a URL, got k8s; write it as https://mirror.example/path',
    ],
  ])('of a stock image %s', (_, wrong, message) => {
    expect(refusal({ packages: { ...packages, ...wrong } }, { hosts: { image: AwsImage.ubuntu() } })).toBe(
      `${at} ${message}`,
    );
  });

  test('a stock image is to run CRI-O', () => {
    expect(refusal({ packages, runtime: 'cri-o' }, { hosts: { image: AwsImage.debian() } })).toBe(
      `${at} runtime must be containerd with a stock image, got cri-o; bake an image that holds CRI-O (docs/baked-image.md)`,
    );
  });

  test('CRI-O is to have a mirror of all registries', () => {
    const registryMirrors = [{ registry: '_default', url: 'https://h/v2/all' }];
    expect(refusal({ runtime: 'cri-o', registryMirrors })).toBe(
      `${at} registryMirrors must name a registry with cri-o, which knows no mirror of all, got _default; name each registry`,
    );
  });

  test('snippets leave no room in user-data', () => {
    const noise = Array.from({ length: 4000 }, (_, index) => (index * 2654435761).toString(36)).join('');
    const message = refusal({ nodeSnippets: [`#cloud-config\n# ${noise}\n`] });
    expect(message.replace(/got \d{5}/, 'got N')).toBe(
      `${at} nodeSnippets must leave user-data at most 15384 bytes when compressed, got N; put large files into the image, or let a snippet fetch them`,
    );
  });

  test('a public API has no public subnets', () => {
    expect(refusal({ publicApiAllowedRanges: ['203.0.113.0/24'] }, { hosts: { natGateways: NatGateways.NONE } })).toBe(
      '[demo-hosts/Cluster] balancer public-api must stand in public subnets, got none; give the network publicSubnetIds, or natGateways other than none',
    );
    const network = AwsNetwork.existing({ vpcId: 'vpc-1', cidr: '10.20.0.0/16', privateSubnetIds: { a: 'subnet-1' } });
    const hosts = { zones: ['a'], cidr: undefined, network };
    expect(refusal({ publicApiAllowedRanges: ['203.0.113.0/24'] }, { hosts })).toBe(
      '[demo-hosts/Cluster] balancer public-api must stand in public subnets, got none; give the network publicSubnetIds, or natGateways other than none',
    );
  });
});

describe('a connection', () => {
  test('gives a stack both providers and stays out of its state', () => {
    const { platform } = bothStacks();
    expect(Object.keys(platform.provider)).toEqual(expect.arrayContaining(['helm', 'kubernetes']));
    expect(Object.keys(platform.ephemeral)).toEqual(['aws_ssm_parameter']);
    expect(JSON.stringify(platform)).not.toContain('remote_state');
  });

  test('applies its stack after the hosts', () => {
    const { stack, cluster } = hostsStack();
    expect(platformStack(cluster).stack.dependencies).toEqual([stack]);
  });

  test('fails when it is to the stack of the hosts', () => {
    const { stack, cluster } = hostsStack();
    expect(
      messageOf(() => {
        cluster.connect(stack);
      }),
    ).toBe(
      `${at} connect needs a stack of its own, got the hosts' stack "demo-hosts"; providers cannot be configured from resources of the same apply: make a second stack`,
    );
  });

  test('fails when it is made twice', () => {
    const { cluster } = hostsStack();
    const { stack } = platformStack(cluster);
    expect(
      messageOf(() => {
        cluster.connect(stack);
      }),
    ).toBe('[demo-platform] stack must be connected once, got a second connection to demo; remove one');
  });

  test('fails when it is made to two clusters', () => {
    const { cluster, cloud, stack } = hostsStack();
    const second = new HaCluster(stack, 'Second', { cloud, maxNodes: 5, clusterName: 'second' });
    const platform = platformStack(cluster).stack;
    expect(
      messageOf(() => {
        second.connect(platform);
      }),
    ).toBe('[demo-platform] stack must be connected to one cluster, got demo and second; use a stack for each');
  });

  test('fails when there is none and a construct needs it', () => {
    const { cluster } = hostsStack();
    const stack = new TerraformStack(App.of(cluster), 'other');
    expect(messageOf(() => new CalicoNetwork(stack, 'Network', { cluster }))).toBe(
      '[other/Network] stack "other" must be connected to cluster "demo", got no connection; call cluster.connect(stack) first',
    );
  });

  test('fails when it is to another cluster', () => {
    const { cluster, cloud, stack } = hostsStack();
    const second = new HaCluster(stack, 'Second', { cloud, maxNodes: 5, clusterName: 'second' });
    const platform = platformStack(cluster).stack;
    expect(messageOf(() => new CalicoNetwork(platform, 'Other', { cluster: second }))).toBe(
      '[demo-platform/Other] stack "demo-platform" must be connected to cluster "second", got a connection to "demo"; call cluster.connect(stack) first',
    );
  });
});

describe('the record of a cluster', () => {
  let count = 0;
  /** An app with both stacks, written to a folder of its own. */
  function write(topology: Topology, spoil: (platform: TerraformStack) => void = () => undefined): string {
    const outdir = join(folder, String((count += 1)));
    const { cluster } = hostsStack(topology, new App({ outdir }));
    spoil(platformStack(cluster).stack);
    App.of(cluster).synth();
    return outdir;
  }
  const recorded = (name: string, cluster: Topology['cluster'] = {}): Topology => ({
    cluster: { recordFile: join(folder, 'records', name), ...cluster },
  });
  const text = (name: string) => readFileSync(join(folder, 'records', name), 'utf8');

  test('is written by the first synth, and the same by the next', () => {
    write(recorded('first.json'));
    const before = text('first.json');
    expect(JSON.parse(before)).toMatchObject({ format: 1, name: 'demo', controlPlanes: 3, podCidr: '10.192.0.0/12' });
    write(recorded('first.json'));
    expect(text('first.json')).toBe(before);
  });

  test('follows what may change', () => {
    write(recorded('grow.json', { controlPlanes: 1 }));
    write(recorded('grow.json', { controlPlanes: 5, maxNodes: 200 }));
    expect(JSON.parse(text('grow.json'))).toMatchObject({ controlPlanes: 5 });
  });

  const move = 'make a second cluster and move the workloads';
  test.each<[string, Topology['cluster'], string]>([
    [
      'pods are to have other addresses',
      { podCidr: '172.16.0.0/14' },
      'podCidr must not change, since running pods keep their addresses, got 172.16.0.0/14 after 10.192.0.0/12; keep it, or add an IP pool of Calico for more addresses, or make a second cluster and move the workloads',
    ],
    [
      'services are to have other addresses',
      { serviceCidr: '10.97.0.0/16' },
      'serviceCidr must not change, since services keep their addresses, got 10.97.0.0/16 after 10.96.0.0/16; keep it, or add a ServiceCIDR object for more addresses, or make a second cluster and move the workloads',
    ],
    [
      'its domain is to be another',
      { serviceDomain: 'k8s.local' },
      `serviceDomain must not change, since it stands in certificates, tokens and running pods, got k8s.local after cluster.local; keep it, or ${move}`,
    ],
    [
      'its name is to be another',
      { clusterName: 'other' },
      'clusterName must not change, since hosts, secrets and tags are found by it, got other after demo; keep it, or make a second cluster by the new name with a recordFile of its own and move the workloads',
    ],
    [
      'control planes are to be fewer',
      { controlPlanes: 1 },
      'controlPlanes must not shrink, since a member that is gone without being removed takes part in the majority, got 1 after 3; keep them, or restore a snapshot into a second cluster',
    ],
    [
      'control planes are to move',
      { controlPlaneZones: ['a'] },
      'controlPlaneZones must keep the members that there are, got a, a-2, a-3 without b, c; give controlPlaneZones a, b, c, or restore a snapshot into a second cluster',
    ],
    [
      'the pod network is to change its family',
      { podNetworkMode: PodNetworkMode.IPIP },
      'podNetworkMode must not change between VXLAN and BGP, since pods on nodes of the old and the new mode do not reach each other, got ipip after vxlan; give podNetworkMode vxlan, or make a second cluster and move the workloads',
    ],
    [
      'blocks of addresses are to be others',
      { podBlockSize: 27 },
      'podBlockSize must not change, since nodes hold blocks of that size, got 27 after 26; keep it, or add an IP pool of Calico with the new size and move the pods to it, or make a second cluster',
    ],
    [
      'its version is to go back',
      { kubernetesVersion: '1.35' },
      'kubernetesVersion must not go back to an older minor, got 1.35.4 after 1.36.3; stay, or restore a snapshot of the older version into a new cluster',
    ],
  ])('fails when %s, and stays as it was', (_, change, message) => {
    write(recorded('fixed.json'));
    const before = text('fixed.json');
    const outdirs = count;
    expect(messageOf(() => write(recorded('fixed.json', change)))).toBe(`${at} ${message}`);
    expect(text('fixed.json')).toBe(before);
    expect(readdirSync(join(folder, String(outdirs + 1), 'stacks'))).toEqual([]);
  });

  test.each([
    [
      'is no JSON',
      'podCidr: x',
      'recordFile must hold the JSON that a synth wrote, got other text; bring it back from version control',
    ],
    [
      'lost a line',
      '{"format":1,"name":"demo"}',
      'recordFile must tell networkCidr of the last synth, got nothing; bring it back from version control',
    ],
    [
      'is of a later version',
      '{"format":2}',
      'recordFile must be of format 1, got 2; use the version of this library that wrote it, or a later one',
    ],
  ])('fails when it %s', (name, content, message) => {
    write(recorded(`${name}.json`));
    writeFileSync(join(folder, 'records', `${name}.json`), content);
    expect(messageOf(() => write(recorded(`${name}.json`)))).toBe(`${at} ${message}`);
  });

  test('fails when a later stack has a fault, with nothing half-written', () => {
    const outdir = join(folder, String(count + 1));
    const message = messageOf(() =>
      write(recorded('never.json'), (platform) => {
        platform.node.addValidation({ validate: () => ['replicas must be even, got 3; choose 2'] });
      }),
    );
    expect(message).toContain('demo-platform: replicas must be even, got 3; choose 2');
    expect(existsSync(join(folder, 'records', 'never.json'))).toBe(false);
    expect(readdirSync(join(outdir, 'stacks'))).toEqual([]);
  });

  test('fails when a second cluster has a fault, with neither written', () => {
    const outdir = join(folder, String((count += 1)));
    const { cloud, stack } = hostsStack(recorded('one.json'), new App({ outdir }));
    new HaCluster(stack, 'Same', { cloud, maxNodes: 5, clusterName: 'same' });
    const later = new TerraformStack(App.of(stack), 'later-hosts');
    new LocalBackend(later, {});
    const props = { region: 'eu-central-1', zones: ['a'], cidr: '10.30.0.0/16', image: bakedImage() };
    const other = new HaCluster(later, 'Cluster', { cloud: new AwsHosts(later, 'Cloud', props), maxNodes: 5 });
    new MultiAzNodePool(later, 'Workers', { cluster: other, machine: '4c16g', min: 1, max: 6 });
    const message = messageOf(() => {
      App.of(stack).synth();
    });
    expect(message.split('later-hosts/Cluster: ')).toHaveLength(2);
    expect(existsSync(join(folder, 'records', 'one.json'))).toBe(false);
    expect(readdirSync(join(outdir, 'stacks'))).toEqual([]);
  });

  test('is not written when an earlier stack has a fault', () => {
    const app = new App({ outdir: join(folder, String((count += 1))) });
    const early = new TerraformStack(app, 'early');
    new LocalBackend(early, {});
    early.node.addValidation({ validate: () => ['wrong'] });
    hostsStack(recorded('late.json'), app);
    expect(
      messageOf(() => {
        app.synth();
      }),
    ).toContain('[early] wrong');
    expect(existsSync(join(folder, 'records', 'late.json'))).toBe(false);
  });
});

test('what two clusters of one app share does not mix', () => {
  const { stack, cloud } = hostsStack();
  new HaCluster(stack, 'Second', { cloud, maxNodes: 5, clusterName: 'second' });
  const names = resources(synth(stack), 'aws_autoscaling_group').map(({ name }) => name as string);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.startsWith('second-'))).toHaveLength(3);
});
