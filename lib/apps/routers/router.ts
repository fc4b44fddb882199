import type { Construct } from 'constructs';
import type { Neighbour } from '../connections';

/** A Service that gets a share of the requests. */
export interface Share {
  /** Its name; it serves port 80. */
  readonly serviceName: string;
  /** Its share, as a whole number; shares of a rule sum up to 100. */
  readonly weight: number;
}

/** What a request must bear to be sent elsewhere. */
export interface Match {
  /**
   * A header with a value, or one that matches a regular expression.
   *
   * @default - any
   */
  readonly header?: { readonly name: string; readonly value?: string; readonly pattern?: string };
  /**
   * A cookie with a value.
   *
   * @default - any
   */
  readonly cookie?: { readonly name: string; readonly value: string };
}

/** Where requests go that match. */
export interface RouteRule {
  /**
   * What they bear.
   *
   * @default - any request
   */
  readonly match?: Match;
  /** Who gets them. */
  readonly shares: readonly Share[];
}

/** How a host's TLS is ended. */
export type Tls = { readonly secretName: string } | { readonly issuer: string };

/** Requests for one host, and where they go. */
export interface RouteWish {
  /** The route's name. */
  readonly name: string;
  /** Labels of its objects. */
  readonly labels: Readonly<Record<string, string>>;
  /** The host that is asked for. */
  readonly host: string;
  /** The path that requests begin with. */
  readonly path: string;
  /**
   * How TLS is ended.
   *
   * @default - the gateway ends it, or nobody
   */
  readonly tls?: Tls;
  /** What is looked at first comes first; the last one takes the rest. */
  readonly rules: readonly RouteRule[];
}

/** What a router can do. */
export interface RouterCapabilities {
  /** Send by weight. */
  readonly weight: boolean;
  /** Send by a header's value. */
  readonly header: boolean;
  /** Send by a header that matches a pattern. */
  readonly headerPattern: boolean;
  /** Send by a cookie of a value of one's own. */
  readonly cookie: boolean;
  /** More than two versions beside each other. */
  readonly manyVersions: boolean;
  /** What becomes of the share of a version that has no ready pods: `503`, or sent to the other one. */
  readonly emptyShare: '503' | 'other version';
}

/** How Argo Rollouts moves the weights of a route. */
export interface ArgoSteering {
  /** `trafficRouting` of a Rollout. */
  readonly trafficRouting: object;
  /** Whether the route lists the next version's Service; where not, the controller makes a route of its own for it. */
  readonly listsNext: boolean;
}

/** What brings requests from outside to an app. */
export interface Router {
  /** What it is called. */
  readonly routerName: string;
  /** What it can do. */
  readonly can: RouterCapabilities;
  /** Seconds until it sends nothing more to a pod that was told to end. */
  readonly delaySeconds: number;
  /** Where its own pods are: they must reach the app. */
  readonly pods: Neighbour;
  /** Puts a route into the chart. */
  route(scope: Construct, id: string, wish: RouteWish): void;
  /** How Argo Rollouts steers a route of its own, if it can. */
  argo?(routeName: string, namespace: string | undefined): ArgoSteering;
}
