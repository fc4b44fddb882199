import { ApiObject, Chart, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { Cidr } from '../core/cidr';
import { ValidationError } from '../core/errors';
import { checkWhole } from '../core/numbers';

/** One side of a connection: pods that are selected by labels. */
export interface Endpoint extends Construct {
  /** Its name. */
  readonly appName: string;
  /** What its pods are selected by. */
  readonly selector: Readonly<Record<string, string>>;
  /** Ports that its pods serve. */
  readonly ports: readonly number[];
  /** What it may reach, and what may reach it. */
  readonly connections: Connections;
}

/** Pods of somebody else: by namespace, or by namespace and labels. */
export interface Neighbour {
  /** The namespace they are in. */
  readonly namespace: string;
  /**
   * Their labels.
   *
   * @default - all pods of the namespace
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Names are asked of the cluster's own DNS and of nobody else. */
const DNS_RULE = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

interface Opening {
  readonly peer: object;
  readonly port: number;
}

/**
 * What a workload may reach, and what may reach it, as one NetworkPolicy.
 *
 * Nothing is open but what was declared, the router where there is a route, and DNS.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class Connections extends Construct {
  private readonly incoming: Opening[] = [];
  private readonly outgoing: Opening[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly owner: Endpoint,
  ) {
    super(scope, id);
    new ApiObject(this, 'Resource', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: owner.appName, labels: owner.selector },
      spec: {
        podSelector: { matchLabels: owner.selector },
        policyTypes: ['Ingress', 'Egress'],
        ingress: Lazy.any({ produce: () => rules(this.incoming, 'from') }) as unknown,
        egress: Lazy.any({ produce: () => [DNS_RULE, ...rules(this.outgoing, 'to')] }) as unknown,
      },
    });
  }

  /**
   * Lets the owner's pods reach another's port; both sides get their half.
   *
   * @throws ValidationError for a port that the other does not serve, and for one to choose among several
   */
  public to(other: Endpoint, port?: number): void {
    const chosen = portOf(this.owner, other, port);
    this.outgoing.push({ peer: podsOf(this.owner, other), port: chosen });
    other.connections.incoming.push({ peer: podsOf(other, this.owner), port: chosen });
  }

  /**
   * Lets the owner's pods reach addresses outside the cluster.
   *
   * @throws ValidationError for a range that is none, or that is the whole internet by a slip
   */
  public toRange(cidr: string, port: number): void {
    checkWhole(this.owner, 'port', port, 1, 65535);
    Cidr.parse(this.owner, 'range', cidr);
    this.outgoing.push({ peer: { ipBlock: { cidr } }, port });
  }

  /** Lets the owner's pods reach pods of somebody else, who may have to let them in. */
  public toNeighbour(neighbour: Neighbour, port: number): void {
    checkWhole(this.owner, 'port', port, 1, 65535);
    this.outgoing.push({ peer: peerOf(neighbour), port });
  }

  /** Lets pods of somebody else reach a port of the owner's. */
  public fromNeighbour(neighbour: Neighbour, port: number): void {
    checkWhole(this.owner, 'port', port, 1, 65535);
    this.incoming.push({ peer: peerOf(neighbour), port });
  }
}

function portOf(at: Endpoint, other: Endpoint, wanted: number | undefined): number {
  const { ports, appName } = other;
  if (wanted !== undefined && ports.includes(wanted)) return wanted;
  const [first] = ports;
  if (wanted === undefined && first !== undefined && ports.length === 1) return first;
  const cure = ports.length === 0 ? `give ${appName} a port` : `choose from ${ports.join(', ')}`;
  throw new ValidationError(at, `connectsTo must name a port that ${appName} serves, got ${wanted ?? 'none'}; ${cure}`);
}

function podsOf(from: Construct, other: Endpoint): object {
  const podSelector = { matchLabels: other.selector };
  const [own, theirs] = [Chart.of(from).namespace, Chart.of(other).namespace];
  if (own === theirs || theirs === undefined) return { podSelector };
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': theirs } }, podSelector };
}

function peerOf({ namespace, labels }: Neighbour): object {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(labels ? { podSelector: { matchLabels: labels } } : {}),
  };
}

/** Openings of one peer stand together; order and repetition do not show. */
function rules(openings: readonly Opening[], side: 'from' | 'to'): object[] {
  const byPeer = new Map<string, Opening[]>();
  for (const opening of openings) {
    const key = JSON.stringify(opening.peer);
    byPeer.set(key, [...(byPeer.get(key) ?? []), opening]);
  }
  return [...byPeer]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, all]) => ({
      [side]: [all[0]?.peer],
      ports: [...new Set(all.map(({ port }) => port))].sort((a, b) => a - b).map((port) => ({ protocol: 'TCP', port })),
    }));
}
