import { lastingContainers, type Container, type Pod } from '../pods';
import { ofContainers, ofPods, type Rule, type Violation } from '../rule';

const SEE = 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/';
const PROBES = ['readinessProbe', 'livenessProbe', 'startupProbe'] as const;

/** Rules on how the kubelet learns whether a container is well. */
export const PROBE_RULES: readonly Rule[] = [
  {
    id: 'readiness-probe',
    severity: 'error',
    title: 'Every container that goes on has a readiness probe',
    reason: 'Without one a pod gets traffic before it can answer, and a rollout goes on over pods that do not work.',
    cure: 'add readinessProbe with httpGet to a page that says whether the container can serve now',
    see: SEE,
    check: ofPods((pod) => missing(pod, 'readinessProbe')),
  },
  {
    id: 'liveness-probe',
    severity: 'warning',
    title: 'Every container that goes on has a liveness probe',
    reason: 'A program that hangs is not ended by anything else.',
    cure: 'add livenessProbe with httpGet to a page that asks nothing of other services, slower than the readiness probe',
    see: SEE,
    check: ofPods((pod) => missing(pod, 'livenessProbe')),
  },
  {
    id: 'probe-http',
    severity: 'note',
    title: 'Probes ask by HTTP or gRPC rather than TCP',
    reason: 'A port accepts connections long before, and long after, the program behind it answers.',
    cure: 'use httpGet or grpc; waive it where the container speaks neither',
    see: SEE,
    check: ofContainers((container) =>
      probesOf(container).flatMap(([probe, view]) => {
        const at = view.get('tcpSocket');
        return at.given
          ? [{ at, message: `container ${container.name}: ${probe} only asks whether a port is open` }]
          : [];
      }),
    ),
  },
  {
    id: 'probe-port',
    severity: 'error',
    title: 'A probe names a port that its container has',
    reason: 'The kubelet fails a probe of a name that it does not find: the pod is never ready, or restarts for ever.',
    cure: 'name one of the ports of the same container, or give the number',
    see: SEE,
    check: ofContainers((container) => {
      const names = new Set(container.view.get('ports').items.flatMap((port) => port.get('name').text ?? []));
      return probesOf(container).flatMap(([probe, view]) =>
        ['httpGet', 'tcpSocket'].flatMap((how) => {
          const at = view.get(how, 'port');
          if (at.text === undefined || names.has(at.text) || /^\d+$/.test(at.text)) return [];
          return [
            {
              at,
              message: `container ${container.name}: ${probe} asks port ${at.text}, which the container does not have`,
            },
          ];
        }),
      );
    }),
  },
];

function missing(pod: Pod, probe: (typeof PROBES)[number]): Violation[] {
  if (pod.ends) return [];
  return lastingContainers(pod)
    .filter(({ role, view }) => role === 'main' && !view.get(probe).given)
    .map(({ view, name }) => ({ at: view, message: `container ${name}: has no ${probe}` }));
}

function probesOf({ view }: Container) {
  return PROBES.map((probe) => [probe, view.get(probe)] as const);
}
