import fc from 'fast-check';
import { choosePodNetwork, PodNetworkMode } from '../../lib/core/pod-network';
import { checkFlows, COMPONENTS, flows, type Component, type Flow, type FlowOptions } from '../../lib/core/ports';
import { messageOf } from '../support/messages';

const at = { node: { path: 'prod/Cluster' } };
const facts = {
  nicMtu: 1500,
  dropsForeignSources: false,
  groupsMaySendForeignSources: false,
  passesIpip: true,
  routesPerTable: 50,
};
const network = (mode: PodNetworkMode) =>
  choosePodNetwork(at, { facts, subnets: 1, networks: 1, maxNodes: 10, maxPods: 110, wish: { mode } });
const { BGP, IPIP, IPIP_CROSS_SUBNET, VXLAN, VXLAN_CROSS_SUBNET } = PodNetworkMode;
const cluster = (options: Partial<FlowOptions> = {}): FlowOptions => ({
  podNetwork: network(VXLAN),
  controlPlanes: 3,
  publicApi: false,
  ...options,
});
const words = ({ from, to, protocol, port, toPort }: Flow) =>
  `${from} > ${to} ${protocol}${port === undefined ? '' : ` ${port}`}${toPort === undefined ? '' : `-${toPort}`}`;
const said = (options: Partial<FlowOptions> = {}) => flows(cluster(options)).map(words);
const registry: Component = {
  name: 'registry-cache',
  on: 'node',
  listens: [{ protocol: 'tcp', port: 5000 }],
  callers: [{ from: 'node', why: 'hosts pull through it' }],
  active: () => true,
};
const anyCluster = fc.record({
  podNetwork: fc.constantFrom(...Object.values(PodNetworkMode)).map(network),
  controlPlanes: fc.constantFrom(1, 3, 5),
  publicApi: fc.boolean(),
  nodeMetrics: fc.boolean(),
});

describe('flows', () => {
  test('are these for three control planes and VXLAN, and no others', () => {
    expect(said()).toEqual([
      'api-balancer > control-plane tcp 6443',
      'node > control-plane tcp 6443',
      'node > api-balancer tcp 6443',
      'api-clients > api-balancer tcp 6443',
      'control-plane > control-plane tcp 2379-2380',
      'control-plane > node tcp 10250',
      'node > node tcp 5473',
      'node > node udp 4789',
      'node > world any',
    ]);
  });

  test('open nothing of etcd for a single control plane', () => {
    expect(said().filter((flow) => !said({ controlPlanes: 1 }).includes(flow))).toEqual([
      'control-plane > control-plane tcp 2379-2380',
    ]);
  });

  test('open a public balancer on request only', () => {
    expect(said({ publicApi: true }).filter((flow) => !said().includes(flow))).toEqual([
      'public-api-balancer > control-plane tcp 6443',
      'public-api-clients > public-api-balancer tcp 6443',
    ]);
  });

  test('open kubelets to all nodes for metrics on request only', () => {
    expect(said({ nodeMetrics: true }).filter((flow) => !said().includes(flow))).toEqual(['node > node tcp 10250']);
  });

  test.each([
    [BGP, ['node > node tcp 179', 'node > node any']],
    [IPIP, ['node > node tcp 179', 'node > node ipip']],
    [IPIP_CROSS_SUBNET, ['node > node tcp 179', 'node > node ipip', 'node > node any']],
    [VXLAN, ['node > node udp 4789']],
    [VXLAN_CROSS_SUBNET, ['node > node udp 4789', 'node > node any']],
  ])('change with the pod network: %s', (mode, expected) => {
    const rest = ['node > node tcp 179', 'node > node ipip', 'node > node udp 4789', 'node > node any'];
    const got = said({ podNetwork: network(mode) });
    expect(got.filter((flow) => rest.includes(flow))).toEqual(expected);
    expect(got.filter((flow) => !rest.includes(flow))).toEqual(said().filter((flow) => !rest.includes(flow)));
  });

  test('take in what add-ons listen on', () => {
    expect(flows(cluster({ extra: [registry] })).at(-1)).toEqual({
      component: 'registry-cache',
      from: 'node',
      to: 'node',
      protocol: 'tcp',
      port: 5000,
      why: 'hosts pull through it',
    });
  });

  test('never lead to port 22, and never come from the world', () => {
    fc.assert(
      fc.property(anyCluster, (options) => {
        for (const { from, port = 0, toPort = port } of flows(options)) {
          expect(from).not.toBe('world');
          expect(port > 22 || toPort < 22).toBe(true);
        }
      }),
    );
  });

  test('say what each is for, and never say a thing twice', () => {
    fc.assert(
      fc.property(anyCluster, (options) => {
        const all = flows(options);
        expect(all.every(({ why }) => why.length > 5)).toBe(true);
        expect(new Set(all.map(words)).size).toBe(all.length);
      }),
    );
  });

  test('pass their own check in every cluster', () => {
    fc.assert(
      fc.property(anyCluster, (options) => {
        const act = () => {
          checkFlows(at, flows(options), options);
        };
        expect(messageOf(act)).toBe('nothing is thrown');
      }),
    );
  });

  test('are minimal: without any one of them something that listens has no user or one user fewer', () => {
    fc.assert(
      fc.property(anyCluster, (options) => {
        const callers = COMPONENTS.filter(({ active }) => active(options)).reduce(
          (sum, { callers: some, listens }) => sum + some.length * listens.length,
          0,
        );
        expect(flows(options)).toHaveLength(callers);
      }),
    );
  });
});

describe('checkFlows', () => {
  const check =
    (all: readonly Flow[], options: Partial<FlowOptions> = {}) =>
    () => {
      checkFlows(at, all, cluster(options));
    };
  const good = flows(cluster());
  const swap = (component: string, change: Partial<Flow>) =>
    good.map((flow) => (flow.component === component ? { ...flow, ...change } : flow));

  test('fails when something listens that nobody calls', () => {
    expect(check(good.filter(({ component }) => component !== 'kubelet'))).toThrow(
      '[prod/Cluster] flows must reach every port that listens, got no user of kubelet on tcp 10250; name its callers or remove it',
    );
  });

  test('fails when an add-on listens and names no caller', () => {
    const extra = [{ ...registry, callers: [] }];
    expect(check(flows(cluster({ extra })), { extra })).toThrow(
      '[prod/Cluster] flows must reach every port that listens, got no user of registry-cache on tcp 5000; name its callers or remove it',
    );
  });

  test('fails when only a part of the ports is reached', () => {
    expect(check(swap('etcd', { toPort: undefined }))).toThrow(
      '[prod/Cluster] flows must reach every port that listens, got no user of etcd on tcp 2379-2380; name its callers or remove it',
    );
  });

  test('fails when a flow leads to nothing', () => {
    expect(
      check([
        ...good,
        { component: 'ssh', from: 'api-clients', to: 'node', protocol: 'tcp', port: 22, why: 'debugging' },
      ]),
    ).toThrow(
      '[prod/Cluster] flows must lead to something that listens, got tcp 22 from api-clients to node for ssh; add the component or remove the flow',
    );
  });

  test('fails when a flow belongs to a component that this cluster lacks', () => {
    expect(check(good, { controlPlanes: 1 })).toThrow(
      '[prod/Cluster] flows must lead to something that listens, got tcp 2379-2380 from control-plane to control-plane for etcd; add the component or remove the flow',
    );
  });

  test.each<[string, Partial<Flow>, string, string]>([
    ['kubelet', { toPort: 10259 }, 'tcp 10250-10259 to node', 'node, tcp 10250'],
    ['kubelet', { protocol: 'any', port: undefined }, 'any to node', 'node, tcp 10250'],
    ['calico-typha', { to: 'world' }, 'tcp 5473 to world', 'node, tcp 5473'],
    ['pods-in-vxlan', { port: 4788, toPort: 4790 }, 'udp 4788-4790 to node', 'node, udp 4789'],
  ])('fails when a flow is wider than what listens: %s %j', (component, change, got, listens) => {
    expect(check(swap(component, change))).toThrow(
      `[prod/Cluster] flows must be no wider than what listens, got ${got} for ${component}; it listens on ${listens}`,
    );
  });

  test('fails when a flow opens a whole protocol to one port', () => {
    expect(
      check([...good, { component: 'kubelet', from: 'node', to: 'node', protocol: 'tcp', why: 'all of it' }]),
    ).toThrow(
      '[prod/Cluster] flows must be no wider than what listens, got tcp to node for kubelet; it listens on node, tcp 10250',
    );
  });
});
