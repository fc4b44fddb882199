import { ValidationError, type Located } from '../../core/errors';
import type { RouteRule, RouterCapabilities } from './router';

/**
 * What each router can do, in one place.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export const CAPABILITIES = {
  'Gateway API': {
    weight: true,
    header: true,
    headerPattern: true,
    cookie: true,
    manyVersions: true,
    emptyShare: '503',
  },
  'ingress-nginx': {
    weight: true,
    header: true,
    headerPattern: true,
    cookie: false,
    manyVersions: false,
    emptyShare: 'other version',
  },
  Istio: { weight: true, header: true, headerPattern: true, cookie: true, manyVersions: true, emptyShare: '503' },
} as const satisfies Readonly<Record<string, RouterCapabilities>>;

/** Names of routers. */
export type RouterName = keyof typeof CAPABILITIES;

/**
 * Refuses what a router cannot do.
 *
 * @throws ValidationError naming the routers that can
 */
export function checkRules(at: Located, name: RouterName, rules: readonly RouteRule[]): void {
  for (const { match, shares } of rules) {
    need(at, name, 'weight', shares.filter(({ weight }) => weight > 0).length > 1, 'send by weight');
    if (!match) continue;
    need(at, name, 'header', match.header !== undefined, 'send by a header');
    need(at, name, 'headerPattern', match.header?.pattern !== undefined, "send by a header's pattern");
    need(at, name, 'cookie', match.cookie !== undefined, 'send by a cookie of a value of its own');
  }
}

function need(
  at: Located,
  name: RouterName,
  ability: 'weight' | 'header' | 'headerPattern' | 'cookie',
  asked: boolean,
  words: string,
): void {
  if (!asked || CAPABILITIES[name][ability]) return;
  const others = (Object.keys(CAPABILITIES) as RouterName[]).filter((other) => CAPABILITIES[other][ability]);
  throw new ValidationError(at, `router must be one that can ${words}, got ${name}; choose ${others.join(' or ')}`);
}
