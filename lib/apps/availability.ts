import { ValidationError, type Located } from '../core/errors';
import { checkWhole } from '../core/numbers';
import type { AppProps } from './app-props';
import { Probe } from './probe';

/** Seconds that a router takes to learn of a pod's end, where none is known. */
const USUAL_DRAIN_SECONDS = 5;

/**
 * Probes in the words of a container.
 *
 * @throws ValidationError for probes and a start that cannot be
 */
export function probesOf(
  at: Located,
  { readiness = Probe.http('/healthz'), liveness, startSeconds = 120 }: Omit<AppProps, 'image'>,
  port: number,
): object {
  checkWhole(at, 'startSeconds', startSeconds, 2, 3600);
  const asked = readiness.render(at, port);
  return {
    readinessProbe: asked,
    livenessProbe: liveness?.render(at, port) ?? { ...asked, failureThreshold: 6 },
    startupProbe: { ...asked, periodSeconds: 2, failureThreshold: Math.ceil(startSeconds / 2) },
  };
}

/**
 * The two parts of a pod's end: until its router knows, and for requests in flight.
 *
 * @throws ValidationError for seconds that cannot be, and for a drain that is shorter than the router needs
 */
export function endingOf(
  at: Located,
  props: Pick<AppProps, 'graceSeconds' | 'drainSeconds'>,
  routerDelaySeconds: number | undefined,
): { readonly graceSeconds: number; readonly drainSeconds: number } {
  const { graceSeconds = 30, drainSeconds = routerDelaySeconds ?? USUAL_DRAIN_SECONDS } = props;
  checkWhole(at, 'graceSeconds', graceSeconds, 0, 3600);
  checkWhole(at, 'drainSeconds', drainSeconds, 0, 3600);
  if (routerDelaySeconds !== undefined && drainSeconds < routerDelaySeconds) {
    throw new ValidationError(
      at,
      `drainSeconds must be at least the router's delay of ${routerDelaySeconds}, got ${drainSeconds}; a shorter one loses requests at every rollout: leave it out`,
    );
  }
  return { graceSeconds, drainSeconds };
}

/**
 * How long pods stay bound to a host that is lost.
 *
 * @throws ValidationError for seconds that cannot be
 */
export function tolerationsOf(at: Located, { tolerationSeconds = 60 }: Pick<AppProps, 'tolerationSeconds'>): object[] {
  checkWhole(at, 'tolerationSeconds', tolerationSeconds, 0, 3600);
  return ['not-ready', 'unreachable'].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  }));
}

/**
 * Pods that are more than one.
 *
 * @throws ValidationError for one alone
 */
export function checkReplicas(at: Located, replicas: number): void {
  if (Number.isInteger(replicas) && replicas >= 2) return;
  throw new ValidationError(
    at,
    `replicas must be a whole number of at least 2, got ${replicas}; one alone is gone with its host`,
  );
}

/**
 * A budget that lets nodes be drained.
 *
 * @throws ValidationError for one that lets nobody go
 */
export function checkBudget(at: Located, maxUnavailable: number | string): void {
  if (/^([1-9]\d*|([1-9]\d?|100)%)$/.test(String(maxUnavailable))) return;
  throw new ValidationError(
    at,
    `maxUnavailable must be a number of at least 1 or a share such as 25%, got ${maxUnavailable}; with less no node could be drained`,
  );
}

/**
 * A port that a container without rights can open.
 *
 * @throws ValidationError for any other
 */
export function checkServedPort(at: Located, port: number): void {
  if (Number.isInteger(port) && port >= 1024 && port <= 65535) return;
  throw new ValidationError(
    at,
    `port must be a whole number from 1024 to 65535, since a container without rights opens no lower one, got ${port}; choose one such as 8080`,
  );
}
