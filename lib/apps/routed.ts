import { ValidationError, type Located } from '../core/errors';
import { checkWhole } from '../core/numbers';
import { GatewayApiRouter } from './routers/gateway-api-router';
import type { Router, RouteRule, Share, Tls } from './routers/router';
import type { Workload } from './workload';

/** Properties of everything that gets requests from outside the cluster. */
export interface RoutedProps {
  /** The host that is asked for, such as `shop.example`. */
  readonly host: string;

  /**
   * The path that requests begin with.
   *
   * @default /
   */
  readonly path?: string;

  /**
   * What brings the requests.
   *
   * @default new GatewayApiRouter()
   */
  readonly router?: Router;

  /**
   * How TLS is ended: by a Secret, or a certificate of an issuer of cert-manager.
   *
   * @default - as the router's gateway does it
   */
  readonly tls?: Tls;
}

/** The router that was given, or the default. */
export const routerOf = ({ router = new GatewayApiRouter() }: Pick<RoutedProps, 'router'>): Router => router;

/**
 * Puts a route in front of an app, and lets the router's pods in.
 *
 * @throws ValidationError for a host or a path that is none
 */
export function addRoute(
  app: Workload,
  id: string,
  name: string,
  { host, path = '/', tls, ...props }: RoutedProps,
  rules: readonly RouteRule[],
): void {
  const router = routerOf(props);
  checkHost(app, 'host', host);
  if (!path.startsWith('/')) {
    throw new ValidationError(app, `path must begin with a slash, got ${path}; write it as /${path}`);
  }
  for (const port of app.ports) app.connections.fromNeighbour(router.pods, port);
  router.route(app, id, { name, labels: app.labels, host, path, tls, rules });
}

/** Shares of two that sum up to 100; who gets nothing is listed too, so that a switch changes numbers only. */
export function sharesOf(
  at: Located,
  property: string,
  first: string,
  second: string,
  weightOfSecond: number,
): Share[] {
  checkWhole(at, property, weightOfSecond, 0, 100);
  return [
    { serviceName: first, weight: 100 - weightOfSecond },
    { serviceName: second, weight: weightOfSecond },
  ];
}

/**
 * Holds a host to its syntax.
 *
 * @throws ValidationError for text that is no DNS name
 */
export function checkHost(at: Located, property: string, host: string): void {
  if (/^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]([-a-z0-9]*[a-z0-9])?$/.test(host)) return;
  throw new ValidationError(at, `${property} must be a DNS name in lower case, got ${host}; write it as shop.example`);
}
