import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Testing, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import type { ISelfManagedCluster } from '../../lib/core/cluster';
import { ValidationError } from '../../lib/core/errors';
import { checkValues } from '../../lib/core/helm-values';
import { choosePodNetwork, PodNetworkMode, type PodNetworkOverrides } from '../../lib/core/pod-network';
import { CALICO_KEYS } from '../../lib/network/calico-keys';
import { CalicoNetwork, type CalicoNetworkProps } from '../../lib/network/calico-network';
import { messageOf } from '../support/messages';

const facts = {
  nicMtu: 9001,
  dropsForeignSources: false,
  groupsMaySendForeignSources: false,
  passesIpip: true,
  routesPerTable: 500,
};
const modes = Object.values(PodNetworkMode);

class FakeCluster extends Construct implements ISelfManagedCluster {
  public readonly clusterName = 'shop';
  public readonly addresses = { podCidr: '10.192.0.0/12', serviceCidr: '10.96.0.0/16' };
  public readonly podNetwork;
  public readonly quorum;
  public connected?: TerraformStack;

  constructor(
    scope: Construct,
    id: string,
    { maxNodes = 60, members = 3, ...wish }: PodNetworkOverrides & { maxNodes?: number; members?: number },
    public readonly kubeProxyMode: string,
  ) {
    super(scope, id);
    const { mode = PodNetworkMode.VXLAN } = wish;
    const subnets = mode === PodNetworkMode.BGP ? 1 : 3;
    this.quorum = { members };
    this.podNetwork = choosePodNetwork(this, {
      facts,
      subnets,
      networks: 1,
      maxNodes,
      maxPods: 110,
      controlPlanes: members,
      wish: { ...wish, mode },
    });
  }

  public requireConnected(scope: Construct): void {
    if (TerraformStack.of(scope) !== this.connected) throw new ValidationError(scope, 'stack must be connected');
  }
}

interface Wish {
  network?: ConstructorParameters<typeof FakeCluster>[2];
  kubeProxyMode?: string;
  connect?: boolean;
  props?: Omit<CalicoNetworkProps, 'cluster'>;
}

function build({ network = {}, kubeProxyMode = 'nftables', connect = true, props = {} }: Wish = {}) {
  const app = Testing.app();
  const cluster = new FakeCluster(new TerraformStack(app, 'hosts'), 'Cluster', network, kubeProxyMode);
  const platform = new TerraformStack(app, 'platform');
  new HelmProvider(platform, 'Helm');
  if (connect) cluster.connected = platform;
  return { app, platform, calico: new CalicoNetwork(platform, 'Network', { cluster, ...props }) };
}

function synth(wish: Wish = {}) {
  const { platform, calico } = build(wish);
  const releases: any[] = Object.values(JSON.parse(Testing.synth(platform, true)).resource.helm_release);
  const find = (name: string) => releases.find((one) => one.name === name);
  const [own, user] = find('calico').values.map((text: string) => JSON.parse(text));
  const bgp = find('calico-bgp');
  return { release: find('calico'), own, user, bgp, objects: bgp ? JSON.parse(bgp.values[0]).objects : [], calico };
}

const readyOf = ({ ready }: CalicoNetwork) => ready.map((one) => (one as unknown as Construct).node.path);
const network = (wish: Wish = {}) => synth(wish).own.installation.calicoNetwork;
const fails = (wish: Wish) => () => build(wish);

describe('CalicoNetwork', () => {
  test('is one release of the last chart that carries its CRDs', () => {
    expect(synth().release).toEqual({
      name: 'calico',
      namespace: 'tigera-operator',
      create_namespace: true,
      repository: 'https://docs.tigera.io/calico/charts',
      chart: 'tigera-operator',
      version: 'v3.31.7',
      timeout: 900,
      values: [expect.any(String)],
    });
  });

  test('has these constructs', () => {
    const { app } = build({ network: { mode: PodNetworkMode.BGP }, props: { asNumber: 64600 } });
    expect(Testing.renderConstructTree(app.node.findChild('platform'))).toMatchInlineSnapshot(`
      "platform (TerraformStack)
      ├── Helm (HelmProvider)
      └── Network (CalicoNetwork)
          ├── Resource (Release)
          ├── Objects (TerraformAsset)
          └── Bgp (Release)
      "
    `);
  });

  test('gives Calico what the cluster chose', () => {
    expect(synth().own).toEqual({
      installation: {
        cni: { type: 'Calico', ipam: { type: 'Calico' } },
        calicoNetwork: {
          bgp: 'Disabled',
          linuxDataplane: 'Nftables',
          mtu: 8951,
          nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' },
          ipPools: [
            {
              name: 'default-ipv4-ippool',
              cidr: '10.192.0.0/12',
              blockSize: 26,
              encapsulation: 'VXLAN',
              natOutgoing: 'Enabled',
              nodeSelector: 'all()',
            },
          ],
        },
        controlPlaneReplicas: 3,
        flexVolumePath: 'None',
        kubeletVolumePluginPath: 'None',
        imagePullSecrets: [],
      },
      apiServer: { enabled: true },
      goldmane: { enabled: false },
      whisker: { enabled: false },
      defaultFelixConfiguration: { enabled: true, usageReportingEnabled: false },
      manageCRDs: true,
    });
  });

  test.each([
    [PodNetworkMode.BGP, 'None', 'Enabled', 9001],
    [PodNetworkMode.IPIP, 'IPIP', 'Enabled', 8981],
    [PodNetworkMode.IPIP_CROSS_SUBNET, 'IPIPCrossSubnet', 'Enabled', 8981],
    [PodNetworkMode.VXLAN, 'VXLAN', 'Disabled', 8951],
    [PodNetworkMode.VXLAN_CROSS_SUBNET, 'VXLANCrossSubnet', 'Disabled', 8951],
  ])('has the encapsulation, BGP and MTU of mode %s', (mode, encapsulation, bgp, mtu) => {
    expect(network({ network: { mode } })).toMatchObject({ bgp, mtu, ipPools: [{ encapsulation }] });
  });

  test.each([
    ['nftables', 'Nftables'],
    ['iptables', 'Iptables'],
    ['ipvs', 'Iptables'],
  ])('writes its rules where kube-proxy in mode %s does', (kubeProxyMode, linuxDataplane) => {
    expect(network({ kubeProxyMode }).linuxDataplane).toBe(linuxDataplane);
  });

  test('takes block size and MTU from the cluster', () => {
    expect(network({ network: { blockSize: 24, mtu: 1400 } })).toMatchObject({
      mtu: 1400,
      ipPools: [{ blockSize: 24 }],
    });
  });

  test('runs two of its control pods where there is one control plane', () => {
    expect(synth({ network: { members: 1 } }).own.installation.controlPlaneReplicas).toBe(2);
  });

  test.each(['registry.example/quay', 'registry.example/quay/'])(
    'pulls every image from the mirror %s',
    (imageRegistry) => {
      const { installation, tigeraOperator } = synth({ props: { imageRegistry } }).own;
      expect([installation.registry, tigeraOperator]).toEqual([
        'registry.example/quay/',
        { registry: 'registry.example/quay' },
      ]);
    },
  );

  test('names the Secrets that images are pulled with', () => {
    expect(synth({ props: { imagePullSecretNames: ['mirror'] } }).own.installation.imagePullSecrets).toEqual([
      { name: 'mirror' },
    ]);
  });

  test('passes on fields for Felix', () => {
    expect(
      synth({ props: { felixConfiguration: { logSeverityScreen: 'Warning' } } }).own.defaultFelixConfiguration,
    ).toEqual({
      enabled: true,
      usageReportingEnabled: false,
      logSeverityScreen: 'Warning',
    });
  });

  test('lets the user have the last word', () => {
    const { user } = synth({ props: { values: { goldmane: { enabled: true } } } });
    expect(user).toEqual({ goldmane: { enabled: true } });
  });

  test('takes another chart repository and version', () => {
    const { release } = synth({ props: { chartRepository: 'https://charts.example', chartVersion: 'v3.31.6' } });
    expect([release.repository, release.version]).toEqual(['https://charts.example', 'v3.31.6']);
  });

  test('takes a chart without CRDs where somebody else installs them', () => {
    const { release } = synth({ props: { chartVersion: 'v3.32.1', skipCrds: true } });
    expect([release.version, release.skip_crds]).toEqual(['v3.32.1', true]);
  });

  test('can be overridden, through its main child', () => {
    const { platform, calico } = build();
    (calico.node.defaultChild as any).addOverride('atomic', true);
    expect(Object.values(JSON.parse(Testing.synth(platform)).resource.helm_release)).toMatchObject([{ atomic: true }]);
  });

  test('tells what others wait for', () => {
    expect(readyOf(synth().calico)).toEqual(['platform/Network/Resource']);
  });
});

describe('CalicoNetwork with BGP', () => {
  const bgp = { mode: PodNetworkMode.BGP };
  const peer = { name: 'rack-1', peerAddress: '10.1.0.1', asNumber: 64700 };

  test('needs no second release for a mesh', () => {
    expect(synth({ network: { ...bgp, maxNodes: 100 } }).bgp).toBe(undefined);
  });

  test('peers with routers outside the cluster, in order of name', () => {
    const peers = [{ ...peer, name: 'rack-2', nodeSelector: "rack == '2'" }, peer];
    expect(synth({ network: bgp, props: { bgpPeers: peers } }).objects).toEqual([
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'BGPPeer',
        metadata: { name: 'rack-1' },
        spec: { peerIP: '10.1.0.1', asNumber: 64700, nodeSelector: 'all()' },
      },
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'BGPPeer',
        metadata: { name: 'rack-2' },
        spec: { peerIP: '10.1.0.1', asNumber: 64700, nodeSelector: "rack == '2'" },
      },
    ]);
  });

  test('puts control planes in place of the mesh above 100 nodes', () => {
    expect(synth({ network: { mode: PodNetworkMode.IPIP, maxNodes: 101 } }).objects).toEqual([
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'BGPConfiguration',
        metadata: { name: 'default' },
        spec: { nodeToNodeMeshEnabled: false },
      },
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'BGPPeer',
        metadata: { name: 'route-reflectors' },
        spec: { nodeSelector: 'all()', peerSelector: 'has(node-role.kubernetes.io/control-plane)' },
      },
    ]);
  });

  test('has the autonomous system that is given', () => {
    expect(synth({ network: bgp, props: { asNumber: 64600 } }).objects[0].spec).toEqual({ asNumber: 64600 });
  });

  test('applies its objects after the operator has brought their kinds, from a chart in the output folder', () => {
    const { bgp: release, calico } = synth({ network: bgp, props: { bgpPeers: [peer] } });
    expect(release.depends_on).toEqual(['helm_release.Network_1C6012B5']);
    expect(release.chart).toMatch(/^assets\//);
    expect(readyOf(calico)).toEqual(['platform/Network/Resource', 'platform/Network/Bgp']);
  });

  test.each<[Partial<CalicoNetworkProps>, string]>([
    [{ bgpPeers: [peer] }, 'bgpPeers needs a pod network with BGP, got rack-1 in mode vxlan; remove it'],
    [{ asNumber: 64600 }, 'asNumber needs a pod network with BGP, got 64600 in mode vxlan; remove it'],
  ])('fails when there is no BGP: %j', (props, message) => {
    expect(fails({ props })).toThrow(`[platform/Network] ${message}`);
  });

  test.each<[object, string]>([
    [
      { name: 'Rack 1' },
      'bgpPeers name must be lower case letters, digits and dashes, at most 63, got Rack 1; rename it',
    ],
    [{ name: 'route-reflectors' }, 'bgpPeers name must be used once, got route-reflectors again; rename it'],
    [
      { peerAddress: '10.1.0' },
      'bgpPeers peerAddress must be an IPv4 address, got 10.1.0 for rack-1; write it as 10.1.0.1',
    ],
    [
      { peerAddress: '10.1.0.256' },
      'bgpPeers peerAddress must be an IPv4 address, got 10.1.0.256 for rack-1; write it as 10.1.0.1',
    ],
    [
      { asNumber: 0 },
      'bgpPeers asNumber must be a whole number from 1 to 4294967294, got 0; private ones are 64512 to 65534',
    ],
  ])('fails when a peer cannot be: %j', (change, message) => {
    expect(fails({ network: bgp, props: { bgpPeers: [{ ...peer, ...change }] } })).toThrow(
      `[platform/Network] ${message}`,
    );
  });

  test('fails when two peers share a name', () => {
    expect(fails({ network: bgp, props: { bgpPeers: [peer, peer] } })).toThrow(
      '[platform/Network] bgpPeers name must be used once, got rack-1 again; rename it',
    );
  });

  test('fails when its own autonomous system cannot be', () => {
    expect(fails({ network: bgp, props: { asNumber: 4294967295 } })).toThrow(
      '[platform/Network] asNumber must be a whole number from 1 to 4294967294, got 4294967295; private ones are 64512 to 65534',
    );
  });
});

describe('CalicoNetwork refuses', () => {
  test('fails when the stack is not connected', () => {
    expect(fails({ connect: false })).toThrow('[platform/Network] stack must be connected');
  });

  test.each<[CalicoNetworkProps['values'], string, string]>([
    [{ instalation: {} }, 'instalation', 'installation'],
    [
      { installation: { calicoNetwork: { ipPool: [] } } },
      'installation.calicoNetwork.ipPool',
      'installation.calicoNetwork.ipPools',
    ],
    [
      { defaultFelixConfiguration: { logSeverityScren: 'x' } },
      'defaultFelixConfiguration.logSeverityScren',
      'defaultFelixConfiguration.logSeverityScreen',
    ],
    [{ tigeraOperator: { repository: 'x' } }, 'tigeraOperator.repository', 'tigeraOperator.registry'],
  ])('fails when the chart knows no such value: %j', (values, got, cure) => {
    expect(fails({ props: { values } })).toThrow(
      `[platform/Network] values must hold keys of the chart, got ${got}; use ${cure}`,
    );
  });

  test('fails when Felix knows no such field', () => {
    expect(fails({ props: { felixConfiguration: { logSeverityScren: 'Info' } } })).toThrow(
      '[platform/Network] felixConfiguration must hold keys of the chart, got defaultFelixConfiguration.logSeverityScren; use defaultFelixConfiguration.logSeverityScreen',
    );
  });

  test.each(['v3.32.0', '3.33.1', 'v4.0.0'])('fails when the chart carries no CRDs: %s', (chartVersion) => {
    expect(fails({ props: { chartVersion } })).toThrow(
      `[platform/Network] chartVersion must be below v3.32.0, from which on the chart carries no CRDs, got ${chartVersion}; install them yourself and set skipCrds, or leave it out`,
    );
  });

  test('fails when the chart version is a range', () => {
    expect(fails({ props: { chartVersion: '3.x' } })).toThrow(
      '[platform/Network] chartVersion must be an exact version, got 3.x; write it as v3.31.7',
    );
  });
});

describe('values', () => {
  const everything: Wish[] = modes.flatMap((mode) => [
    { network: { mode } },
    { network: { mode, maxNodes: 500 }, props: { imageRegistry: 'r.example', imagePullSecretNames: ['s'] } },
  ]);

  test('are keys of the chart, in every mode', () => {
    for (const wish of everything) {
      const { own } = synth(wish);
      const act = () => {
        checkValues({ node: { path: 'x' } }, 'values', own, CALICO_KEYS);
      };
      expect(messageOf(act)).toBe('nothing is thrown');
    }
  });

  test('are what the custom resources take', () => {
    const crds = JSON.parse(readFileSync(join(__dirname, 'calico-schemas.json'), 'utf8'));
    for (const wish of everything) {
      const { own, objects } = synth(wish);
      const { enabled, ...felix } = own.defaultFelixConfiguration;
      expect(enabled).toBe(true);
      expect(problems(own.installation, crds['operator.tigera.io/v1/Installation'])).toEqual([]);
      expect(problems(felix, crds['crd.projectcalico.org/v1/FelixConfiguration'])).toEqual([]);
      for (const { kind, spec } of objects) {
        expect(problems(spec, crds[`crd.projectcalico.org/v1/${kind}`])).toEqual([]);
      }
    }
  });

  test('are those of the pinned chart', () => {
    expect(readFileSync(join(__dirname, '../../lib/network/calico-keys.ts'), 'utf8')).toContain(
      `from tigera-operator ${synth().release.version};`,
    );
  });
});

function problems(value: any, schema: any, path = ''): string[] {
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is none of ${schema.enum.join()}`];
  if (schema.type === 'array')
    return value.flatMap((one: any, index: number) => problems(one, schema.items, `${path}[${index}]`));
  if (schema.type === 'object') {
    const missing = (schema.required ?? [])
      .filter((key: string) => !(key in value))
      .map((key: string) => `${path}.${key} is missing`);
    return Object.entries(value).reduce((all: string[], [key, one]) => {
      const below = schema.properties?.[key] ?? schema.additionalProperties;
      return [...all, ...(below ? problems(one, below, `${path}.${key}`) : [`${path}.${key} is unknown`])];
    }, missing);
  }
  if (schema['x-kubernetes-int-or-string']) return [];
  const type = schema.type === 'integer' ? 'number' : schema.type;
  return typeof value === type ? [] : [`${path} is no ${schema.type}`];
}
