import { servicesOf, type Inventory } from '../inventory';
import type { Container, Pod } from '../pods';
import { ofContainers, ofPods, type Rule } from '../rule';
import { leadsOf } from '../service-ports';
import type { View } from '../view';

const SEE = 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination';
const DEFAULT_GRACE = 30;

/** Rules on how pods end. */
export const ENDING_RULES: readonly Rule[] = [
  {
    id: 'pre-stop',
    severity: 'warning',
    title: 'A container that a Service sends traffic to has a preStop hook',
    reason: 'Balancers and kube-proxy learn some seconds late that a pod ends; requests of these seconds fail.',
    cure: 'add lifecycle.preStop.sleep.seconds: 5, or an exec of sleep in an image that has one',
    see: 'https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/',
    check: ofPods((pod, all) =>
      serving(pod, all)
        .filter(({ view }) => !view.get('lifecycle', 'preStop').given)
        .map(({ view, name }) => ({
          at: view.get('lifecycle', 'preStop'),
          message: `container ${name}: gets traffic and has no preStop`,
        })),
    ),
  },
  {
    id: 'grace-period',
    severity: 'warning',
    title: 'A pod has more time to end than its preStop hook takes',
    reason: 'Time runs for both together: what is left after the hook is all that the program has to finish requests.',
    cure: 'raise terminationGracePeriodSeconds above the hook and the longest request',
    see: SEE,
    check: ofContainers(({ view, name }, { spec }) => {
      const at = spec.get('terminationGracePeriodSeconds');
      const grace = at.given ? at.number : DEFAULT_GRACE;
      const sleep = sleepOf(view.get('lifecycle', 'preStop'));
      if (grace === undefined || sleep === undefined || sleep < grace) return [];
      return [{ at, message: `container ${name}: sleeps ${sleep} s of the ${grace} s that its pod has to end` }];
    }),
  },
];

/** Containers that get traffic; the first where a Service does not say which. */
function serving(pod: Pod, all: Inventory): Container[] {
  const leads = servicesOf(pod, all).flatMap(({ view }) => leadsOf(view, pod));
  const found = new Set(leads.flatMap(({ containers }) => containers));
  if (leads.length === 0 || found.size > 0) return pod.containers.filter((container) => found.has(container));
  return pod.containers.filter(({ role }) => role === 'main').slice(0, 1);
}

function sleepOf(hook: View): number | undefined {
  const [, seconds] = /\bsleep\s+(\d{1,6})\b/.exec(hook.get('exec', 'command').texts.join(' ')) ?? [];
  return hook.get('sleep', 'seconds').number ?? (seconds === undefined ? undefined : Number(seconds));
}
