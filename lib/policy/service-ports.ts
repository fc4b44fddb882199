import { lastingContainers, type Container, type Pod } from './pods';
import type { View } from './view';

/** Where a port of a Service leads in a pod. */
export interface PortLead {
  /** The port of the Service. */
  readonly port: View;
  /** What it looks for: a name or a number. */
  readonly target: string;
  /** Containers that have it. */
  readonly containers: readonly Container[];
  /** Whether no container has it; a number leads to some container if none says which ports it has. */
  readonly missing: boolean;
}

/** Where the ports of a Service lead in one of its pods. */
export function leadsOf(service: View, pod: Pod): PortLead[] {
  const containers = lastingContainers(pod);
  const silent = containers.every(({ view }) => view.get('ports').size === 0);
  return service.get('spec', 'ports').items.flatMap((port) => {
    const given = port.get('targetPort');
    const wanted = given.given ? given : port.get('port');
    const target = wanted.word;
    // A number may be written as text, by those who generate YAML.
    if (target === undefined) return [];
    const number = /^\d+$/.test(target);
    const behind = containers.filter(({ view }) =>
      view
        .get('ports')
        .items.some(
          (one) => one.get(number ? 'containerPort' : 'name').word === target && protocolOf(one) === protocolOf(port),
        ),
    );
    return [{ port, target, containers: behind, missing: behind.length === 0 && !(number && silent) }];
  });
}

function protocolOf(port: View): string {
  return port.get('protocol').text ?? 'TCP';
}
