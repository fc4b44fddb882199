import type { Party } from '../core/ports';

/** The network that hosts stand in. */
export interface Network {
  /** The cloud's id of it. */
  readonly id: string;
  /** Its address range. */
  readonly cidr: string;
  /** Whether every zone is a subnet of its own, in one network. */
  readonly zones: readonly string[];
  /** The private subnet's range of each zone; empty strings where an existing subnet's range is not known at synth. */
  readonly privateRanges: Readonly<Record<string, string>>;
  /** How hosts reach the internet, in words for the summary. */
  readonly outbound: string;
}

/** A set of rules on machines or balancers of one party. */
export interface Firewall {
  /** The cloud's id of it. */
  readonly id: string;
  /** Who stands behind it. */
  readonly party: Party;
}

/** A layer-4 balancer in front of API servers. */
export interface Balancer {
  /** The name clients dial. */
  readonly host: string;
  /** The port clients dial. */
  readonly port: number;
}

/** Properties of a `Balancer`. */
export interface BalancerWish {
  /** Short name; the cluster's is put before it. */
  readonly name: string;
  /** Port it listens on and passes to. */
  readonly port: number;
  /** HTTPS path that a healthy target answers with 200. */
  readonly healthPath: string;
  /** Whether it stands in public subnets. */
  readonly open: boolean;
  /** The firewall in front of it. */
  readonly firewall: Firewall;
}

/** How nodes reach the internet through a proxy. */
export interface NodeProxy {
  /** Proxy for plain HTTP. */
  readonly httpProxy: string;
  /** Proxy for HTTPS. */
  readonly httpsProxy: string;
  /** Names and ranges that are reached directly. */
  readonly noProxy: readonly string[];
}
