import type { GroupMachine, MachineGroup } from '../cloud';
import type { KubeNode } from '../kube';
import { readNotes, type StatusNote } from '../status-notes';
import type { Surroundings } from '../surroundings';

/** A machine of the cluster, as the cloud, the API and the machine itself see it. */
export interface Host {
  readonly machine: GroupMachine;
  readonly group: MachineGroup;
  /** Whether its group would start it from a newer template now. */
  readonly outdated: boolean;
  /** Its Node, once it has joined. */
  readonly node: KubeNode | undefined;
  /** What it says, if it said so lately. */
  readonly words: StatusNote | undefined;
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
  const [{ kubernetesVersion: wanted }, groups, nodes, said] = await Promise.all([
    cloud.current(),
    cloud.groups(),
    kube.nodes(),
    kube.configMap('hacluster-status'),
  ]);
  const byMachine = new Map(nodes.map((node) => [node.machineId, node]));
  const notes = readNotes(said);
  const oldest = around.now().getTime() - FRESH_SECONDS * 1000;
  const hosts = groups.flatMap((group) =>
    group.machines.map((machine) => {
      const node = byMachine.get(machine.id);
      const note = node && notes.get(node.name);
      const words = note && Date.parse(note.at) > oldest ? note : undefined;
      return { machine, group, outdated: machine.templateVersion !== group.template.latestVersion, node, words };
    }),
  );
  const machines = new Set(hosts.map(({ machine }) => machine.id));
  return { wanted, groups, hosts, strays: nodes.filter(({ machineId }) => !machines.has(machineId)) };
}

/** How people know a host: its Node's name, or the machine's id before it has joined. */
export const nameOf = ({ node, machine }: Host): string => node?.name ?? machine.id;
