import { ValidationError, type Located } from './errors';
import { PodNetworkMode, type PodNetwork } from './pod-network';

/** Who opens or takes a connection; `node` is every host, control planes too. */
export type Party =
  | 'control-plane'
  | 'worker'
  | 'node'
  | 'api-balancer'
  | 'api-clients'
  | 'public-api-balancer'
  | 'public-api-clients'
  | 'world';

/** What travels; `any` is every protocol and port. */
export type FlowProtocol = 'tcp' | 'udp' | 'ipip' | 'any';

/** Ports that something listens on. */
export interface Ports {
  /** What travels. */
  readonly protocol: FlowProtocol;
  /**
   * The port, or the first.
   *
   * @default - none: the protocol has no ports, or all are meant
   */
  readonly port?: number;
  /**
   * The last port.
   *
   * @default - `port`
   */
  readonly toPort?: number;
}

/** One party may open connections to another. */
export interface Flow extends Ports {
  /** The component that listens, by name. */
  readonly component: string;
  /** Who opens it. */
  readonly from: Party;
  /** Who takes it. */
  readonly to: Party;
  /** What for. */
  readonly why: string;
}

/** Something that listens, and who needs it. */
export interface Component {
  /** Its name. */
  readonly name: string;
  /** Where it listens. */
  readonly on: Party;
  /** On which ports. */
  readonly listens: readonly Ports[];
  /** Who calls it, and what for. */
  readonly callers: readonly { readonly from: Party; readonly why: string }[];
  /** Whether a cluster has it, seen from another host. */
  readonly active: (cluster: FlowOptions) => boolean;
}

/** What of a cluster decides about its flows. */
export interface FlowOptions {
  /** The pod network. */
  readonly podNetwork: Pick<PodNetwork, 'mode' | 'bgp' | 'typhaReplicas'>;
  /** How many control-plane hosts. */
  readonly controlPlanes: number;
  /** Whether a public balancer stands in front of the API servers. */
  readonly publicApi: boolean;
  /**
   * Whether something in the cluster reads the kubelets' metrics.
   *
   * @default false
   */
  readonly nodeMetrics?: boolean;
  /**
   * What else listens on hosts.
   *
   * @default - nothing
   */
  readonly extra?: readonly Component[];
}

const always = () => true;
const inModes =
  (...modes: PodNetworkMode[]) =>
  ({ podNetwork }: FlowOptions) =>
    modes.includes(podNetwork.mode);
const { BGP, IPIP, IPIP_CROSS_SUBNET, VXLAN, VXLAN_CROSS_SUBNET } = PodNetworkMode;

/**
 * Everything of a cluster that listens for other hosts. Nobody's SSH: there is none.
 *
 * @see https://kubernetes.io/docs/reference/networking/ports-and-protocols/
 * @see https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements
 */
export const COMPONENTS: readonly Component[] = [
  {
    name: 'api-server',
    on: 'control-plane',
    listens: [{ protocol: 'tcp', port: 6443 }],
    callers: [
      { from: 'api-balancer', why: 'passes on what clients ask' },
      // kube-proxy sends a pod that dials the service kubernetes to a control-plane host itself.
      { from: 'node', why: 'pods dial the service kubernetes' },
    ],
    active: always,
  },
  {
    name: 'public-api-server',
    on: 'control-plane',
    listens: [{ protocol: 'tcp', port: 6443 }],
    callers: [{ from: 'public-api-balancer', why: 'passes on what clients on the internet ask' }],
    active: ({ publicApi }) => publicApi,
  },
  {
    name: 'api-balancer',
    on: 'api-balancer',
    listens: [{ protocol: 'tcp', port: 6443 }],
    callers: [
      { from: 'node', why: 'kubelets and joining hosts dial the API' },
      { from: 'api-clients', why: 'people and pipelines dial the API' },
    ],
    active: always,
  },
  {
    name: 'public-api-balancer',
    on: 'public-api-balancer',
    listens: [{ protocol: 'tcp', port: 6443 }],
    callers: [{ from: 'public-api-clients', why: 'people and pipelines dial the API over the internet' }],
    active: ({ publicApi }) => publicApi,
  },
  {
    name: 'etcd',
    on: 'control-plane',
    listens: [{ protocol: 'tcp', port: 2379, toPort: 2380 }],
    callers: [{ from: 'control-plane', why: 'members replicate, and a joining host asks for the members' }],
    // Each API server dials the member on its own host; one member alone has no peers.
    active: ({ controlPlanes }) => controlPlanes > 1,
  },
  {
    name: 'kubelet',
    on: 'node',
    listens: [{ protocol: 'tcp', port: 10250 }],
    callers: [{ from: 'control-plane', why: 'API servers fetch logs and open shells' }],
    active: always,
  },
  {
    name: 'kubelet-metrics',
    on: 'node',
    listens: [{ protocol: 'tcp', port: 10250 }],
    callers: [{ from: 'node', why: 'pods read the metrics of kubelets' }],
    active: ({ nodeMetrics = false }) => nodeMetrics,
  },
  {
    name: 'calico-typha',
    on: 'node',
    listens: [{ protocol: 'tcp', port: 5473 }],
    callers: [{ from: 'node', why: 'Calico on each node follows the cluster through Typha' }],
    active: ({ podNetwork }) => podNetwork.typhaReplicas > 0,
  },
  {
    name: 'calico-bgp',
    on: 'node',
    listens: [{ protocol: 'tcp', port: 179 }],
    callers: [{ from: 'node', why: 'nodes tell each other routes to pods' }],
    active: ({ podNetwork }) => podNetwork.bgp,
  },
  {
    name: 'pods-in-ipip',
    on: 'node',
    listens: [{ protocol: 'ipip' }],
    callers: [{ from: 'node', why: 'pod traffic in IP packets' }],
    active: inModes(IPIP, IPIP_CROSS_SUBNET),
  },
  {
    name: 'pods-in-vxlan',
    on: 'node',
    listens: [{ protocol: 'udp', port: 4789 }],
    callers: [{ from: 'node', why: 'pod traffic in UDP packets' }],
    active: inModes(VXLAN, VXLAN_CROSS_SUBNET),
  },
  {
    name: 'pods',
    on: 'node',
    listens: [{ protocol: 'any' }],
    callers: [{ from: 'node', why: 'pod traffic as it is' }],
    active: inModes(BGP, IPIP_CROSS_SUBNET, VXLAN_CROSS_SUBNET),
  },
  {
    name: 'egress',
    on: 'world',
    listens: [{ protocol: 'any' }],
    callers: [{ from: 'node', why: 'images, cloud APIs, time, and whatever pods dial' }],
    active: always,
  },
];

/** Who may talk to whom in a cluster: what its components need, and nothing else. */
export function flows(cluster: FlowOptions): Flow[] {
  return activeComponents(cluster).flatMap(({ name, on, listens, callers }) =>
    callers.flatMap(({ from, why }) => listens.map((ports) => ({ component: name, from, to: on, ...ports, why }))),
  );
}

/**
 * Holds flows to the components: no port without a user, no user without a port, nothing wider than what listens.
 *
 * @throws ValidationError naming the component and the port
 */
export function checkFlows(at: Located, all: readonly Flow[], cluster: FlowOptions): void {
  const components = activeComponents(cluster);
  for (const { name, listens } of components) {
    for (const ports of listens) {
      if (!all.some((flow) => flow.component === name && covers(flow, ports))) {
        throw new ValidationError(
          at,
          `flows must reach every port that listens, got no user of ${name} on ${portWords(ports)}; name its callers or remove it`,
        );
      }
    }
  }
  for (const flow of all) {
    const component = components.find(({ name }) => name === flow.component);
    if (!component) {
      throw new ValidationError(
        at,
        `flows must lead to something that listens, got ${portWords(flow)} from ${flow.from} to ${flow.to} for ${flow.component}; add the component or remove the flow`,
      );
    }
    if (flow.to !== component.on || !component.listens.some((ports) => covers(ports, flow))) {
      throw new ValidationError(
        at,
        `flows must be no wider than what listens, got ${portWords(flow)} to ${flow.to} for ${flow.component}; it listens on ${component.on}, ${component.listens.map(portWords).join(', ')}`,
      );
    }
  }
}

function activeComponents(cluster: FlowOptions): Component[] {
  return [...COMPONENTS, ...(cluster.extra ?? [])].filter(({ active }) => active(cluster));
}

function covers(outer: Ports, inner: Ports): boolean {
  if (outer.protocol === 'any') return true;
  if (outer.protocol !== inner.protocol) return false;
  if (outer.port === undefined) return true;
  if (inner.port === undefined) return false;
  return outer.port <= inner.port && (inner.toPort ?? inner.port) <= (outer.toPort ?? outer.port);
}

function portWords({ protocol, port, toPort }: Ports): string {
  if (port === undefined) return protocol;
  return `${protocol} ${port}${toPort === undefined || toPort === port ? '' : `-${toPort}`}`;
}
