import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../../core/errors';
import type { Neighbour } from '../connections';
import { CAPABILITIES, checkRules } from './capabilities';
import type { ArgoSteering, RouteRule, RouteWish, Router, Share } from './router';

/** Properties of an `NginxIngressRouter`. */
export interface NginxIngressRouterProps {
  /**
   * The class of its Ingresses.
   *
   * @default nginx
   */
  readonly ingressClassName?: string;

  /**
   * Where the controller's pods are.
   *
   * @default - namespace `ingress-nginx`
   */
  readonly pods?: Neighbour;

  /**
   * Seconds until it sends nothing more to a pod that was told to end.
   *
   * @default 5
   */
  readonly delaySeconds?: number;
}

const PREFIX = 'nginx.ingress.kubernetes.io';

/**
 * Routes as Ingresses of ingress-nginx, with its canary annotations.
 *
 * Its makers retired it in March 2026: choose `GatewayApiRouter` for what is new.
 * One version may stand beside the main one. The controller looks at a header first, then at a cookie, then at the weight. A version that
 * has a share and no ready pods loses its share to the other without a word.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary
 */
export class NginxIngressRouter implements Router {
  public readonly routerName = 'ingress-nginx';
  public readonly can = CAPABILITIES['ingress-nginx'];
  public readonly delaySeconds: number;
  public readonly pods: Neighbour;

  private readonly ingressClassName: string;

  constructor(props: NginxIngressRouterProps = {}) {
    const { ingressClassName = 'nginx', pods = { namespace: 'ingress-nginx' }, delaySeconds = 5 } = props;
    this.ingressClassName = ingressClassName;
    this.pods = pods;
    this.delaySeconds = delaySeconds;
  }

  public route(parent: Construct, id: string, wish: RouteWish): void {
    const { name, rules } = wish;
    const last = rules.at(-1);
    const main = last?.shares[0];
    if (!last || !main) throw new ValidationError(parent, 'route must have a rule for all, got none; give one');
    checkRules(parent, this.routerName, rules.map(always));
    const beside = besideOf(parent, rules, main);
    this.ingress(parent, id, wish, { name, serviceName: main.serviceName, annotations: {} });
    if (!beside) return;
    const weight = last.shares.find(({ serviceName }) => serviceName === beside)?.weight ?? 0;
    this.ingress(parent, `${id}Beside`, wish, {
      name: `${name}-canary`,
      serviceName: beside,
      annotations: { [`${PREFIX}/canary`]: 'true', [`${PREFIX}/canary-weight`]: String(weight), ...matchesOf(rules) },
    });
  }

  public argo(routeName: string): ArgoSteering {
    return { trafficRouting: { nginx: { stableIngress: routeName } }, listsNext: false };
  }

  private ingress(
    parent: Construct,
    id: string,
    { labels, host, path, tls, name: routeName }: RouteWish,
    { name, serviceName, annotations }: { name: string; serviceName: string; annotations: Record<string, string> },
  ): void {
    const secretName = tls && ('secretName' in tls ? tls.secretName : `${routeName}-tls`);
    const all: Record<string, string> = { ...annotations };
    if (tls && 'issuer' in tls) all['cert-manager.io/cluster-issuer'] = tls.issuer;
    new ApiObject(parent, id, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, labels, ...(Object.keys(all).length > 0 ? { annotations: all } : {}) },
      spec: {
        ingressClassName: this.ingressClassName,
        ...(secretName === undefined ? {} : { tls: [{ hosts: [host], secretName }] }),
        rules: [
          {
            host,
            http: {
              paths: [{ path, pathType: 'Prefix', backend: { service: { name: serviceName, port: { number: 80 } } } }],
            },
          },
        ],
      },
    });
  }
}

/** The one cookie value that it knows needs no ability. */
function always(rule: RouteRule): RouteRule {
  const { match } = rule;
  if (match?.cookie?.value !== 'always') return rule;
  return { ...rule, match: match.header ? { header: match.header } : {} };
}

/** The one Service beside the main one. */
function besideOf(at: Construct, rules: readonly RouteRule[], main: Share): string | undefined {
  const names = new Set(rules.flatMap(({ shares }) => shares.map(({ serviceName }) => serviceName)));
  names.delete(main.serviceName);
  if (names.size > 1) {
    throw new ValidationError(
      at,
      `router must be one that can send to more than two versions, got ingress-nginx with ${[...names].sort().join(', ')} beside ${main.serviceName}; choose Gateway API or Istio`,
    );
  }
  const matched = rules
    .slice(0, -1)
    .find(({ shares }) => shares.some((share) => share.serviceName === main.serviceName));
  if (matched) {
    throw new ValidationError(
      at,
      `router must be one that can send matches to the main version, got ingress-nginx; choose Gateway API or Istio`,
    );
  }
  return [...names][0];
}

function matchesOf(rules: readonly RouteRule[]): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const { match } of rules) {
    if (match?.header) {
      const { name, value, pattern } = match.header;
      annotations[`${PREFIX}/canary-by-header`] = name;
      if (value !== undefined) annotations[`${PREFIX}/canary-by-header-value`] = value;
      if (pattern !== undefined) annotations[`${PREFIX}/canary-by-header-pattern`] = pattern;
    }
    if (match?.cookie) annotations[`${PREFIX}/canary-by-cookie`] = match.cookie.name;
  }
  return annotations;
}
