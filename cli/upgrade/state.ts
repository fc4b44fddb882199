import type { GroupMachine, MachineGroup } from '../cloud';
import type { KubeNode } from '../kube';
import type { Surroundings } from '../surroundings';

/** What a control plane says of itself, in ConfigMap kube-system/hacluster-status. */
interface OwnWords {
  readonly at: string;
  readonly etcd: {
    readonly leader: boolean;
    readonly members: readonly { readonly name: string; readonly healthy: boolean; readonly learner: boolean }[];
  };
}

/** A machine of the cluster, as the cloud, the API and the machine itself see it. */
export interface Host {
  readonly machine: GroupMachine;
  readonly group: MachineGroup;
  /** Whether its group would start it from a newer template now. */
  readonly outdated: boolean;
  /** Its Node, once it has joined. */
  readonly node: KubeNode | undefined;
  /** What it says, if it said so lately. */
  readonly words: OwnWords | undefined;
}

/** A cluster at one moment. */
export interface State {
  /** The version that hosts are to be. */
  readonly wanted: string | undefined;
  readonly groups: readonly MachineGroup[];
  readonly hosts: readonly Host[];
  /** Nodes whose machine is in no group. */
  readonly strays: readonly KubeNode[];
}

/** Words older than this count as silence: they are written once a minute. */
const FRESH_SECONDS = 180;

/** Looks at the cloud's groups, the API's Nodes, and what control planes say. */
export async function look(around: Surroundings): Promise<State> {
  const [cloud, kube] = [await around.cloud(), await around.kube()];
  const [{ kubernetesVersion: wanted }, groups, nodes, said = {}] = await Promise.all([
    cloud.current(),
    cloud.groups(),
    kube.nodes(),
    kube.configMap('hacluster-status'),
  ]);
  const byMachine = new Map(nodes.map((node) => [node.machineId, node]));
  const now = around.now().getTime();
  const hosts = groups.flatMap((group) =>
    group.machines.map((machine) => {
      const node = byMachine.get(machine.id);
      const words = wordsOf(node && said[node.name], now);
      return { machine, group, outdated: machine.templateVersion !== group.template.latestVersion, node, words };
    }),
  );
  const machines = new Set(hosts.map(({ machine }) => machine.id));
  return { wanted, groups, hosts, strays: nodes.filter(({ machineId }) => !machines.has(machineId)) };
}

/** How people know a host: its Node's name, or the machine's id before it has joined. */
export const nameOf = ({ node, machine }: Host): string => node?.name ?? machine.id;

function wordsOf(text: string | undefined, now: number): OwnWords | undefined {
  if (text === undefined) return undefined;
  let words: Partial<OwnWords>;
  try {
    words = JSON.parse(text) as Partial<OwnWords>;
  } catch {
    return undefined;
  }
  const { at = '', etcd } = words;
  const age = (now - Date.parse(at)) / 1000;
  return etcd && age < FRESH_SECONDS ? { at, etcd } : undefined;
}
