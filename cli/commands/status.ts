import { explain } from '../explain';
import { EXITS, Failure } from '../exits';
import type { MachineGroup } from '../cloud';
import type { KubeApi, KubeNode } from '../kube';
import { readNotes, type StatusNote } from '../status-notes';
import type { Outcome, Surroundings } from '../surroundings';
import type { ClusterStatus, ControlPlaneStatus, GroupStatus } from './cluster-status';
import { describe } from './status-words';

/** Options of `status`. */
export interface StatusOptions {
  readonly snapshotAge: number;
}

/** Below this a note is as old as it may be: it is written every minute. */
const NOTE_SECONDS = 300;
/** Hosts renew at 60; one that did not for a month does not do it. */
const LEAST_DAYS = 30;

/** Says how a cluster is, by its cloud, its API and what its control planes note of themselves. */
export async function run(around: Surroundings, { snapshotAge }: StatusOptions): Promise<Outcome> {
  const cloud = await around.cloud();
  const { uid, endpoint } = await cloud.current();
  const groups = await cloud.groups();
  const api = await ask(around);
  const now = around.now().getTime();
  const planes = api.nodes.filter(({ role }) => role === 'control-plane').map((node) => planeOf(node, api.notes, now));
  const found = {
    api: api.state,
    controlPlanes: planes,
    groups: groups.map((group) => groupOf(group, api.nodes)),
    snapshot: lastSnapshot(api.notes, now),
  };
  const problems = [...api.problems, ...problemsOf(found, snapshotAge)];
  const status: ClusterStatus = {
    cluster: around.cluster,
    uid,
    endpoint,
    ...found,
    well: problems.length === 0,
    problems,
  };
  return { lines: describe(status), json: { ...status }, exit: status.well ? EXITS.DONE : EXITS.UNWELL };
}

interface Asked {
  readonly state: ClusterStatus['api'];
  readonly problems: readonly string[];
  readonly nodes: readonly KubeNode[];
  readonly notes: ReadonlyMap<string, StatusNote>;
}

/** Where the API does not answer, the rest is told all the same: that is when one wants to know. */
async function ask(around: Surroundings): Promise<Asked> {
  let kube: KubeApi;
  try {
    kube = await around.kube();
    const ready = await kube.readyz();
    const nodes = await kube.nodes();
    const notes = readNotes(await kube.configMap('hacluster-status'));
    return { state: ready ? 'ready' : 'not ready', problems: [], nodes, notes };
  } catch (error) {
    // A wrong command line is no illness of the cluster.
    if (error instanceof Failure && error.exit === EXITS.USAGE) throw error;
    return { state: 'no answer', problems: [explain(error)], nodes: [], notes: new Map() };
  }
}

function planeOf(node: KubeNode, notes: ReadonlyMap<string, StatusNote>, now: number): ControlPlaneStatus {
  const { name, machineId: machine, zone, ready, version } = node;
  const note = notes.get(name);
  return {
    name,
    machine,
    zone,
    ready,
    version,
    leader: note?.etcd.leader ?? false,
    // What most of all hosts say is what the newest says: members are the same for all.
    member: newest(notes)?.etcd.members.find((member) => member.name === name),
    certificateDaysLeft: note?.certificateDaysLeft,
    notedSeconds: note && Math.round((now - Date.parse(note.at)) / 1000),
  };
}

function newest(notes: ReadonlyMap<string, StatusNote>): StatusNote | undefined {
  return [...notes.values()].sort((a, b) => (a.at < b.at ? 1 : -1))[0];
}

function groupOf(group: MachineGroup, all: readonly KubeNode[]): GroupStatus {
  const { name, pool, role, desired, machines, template } = group;
  const ids = new Set(machines.map(({ id }) => id));
  const nodes = all.filter(({ machineId }) => ids.has(machineId));
  return {
    name,
    pool,
    role,
    desired,
    inService: machines.filter(({ state }) => state === 'InService').length,
    nodes: nodes.length,
    ready: nodes.filter(({ ready }) => ready).length,
    versions: [...new Set(nodes.map(({ version }) => version))].sort(),
    outdated: machines.filter(
      ({ templateVersion }) => templateVersion !== undefined && templateVersion !== template.latestVersion,
    ).length,
  };
}

function lastSnapshot(notes: ReadonlyMap<string, StatusNote>, now: number): ClusterStatus['snapshot'] {
  const all = [...notes.values()].flatMap(({ snapshot }) => (snapshot ? [snapshot] : []));
  const [last] = all.sort((a, b) => (a.at < b.at ? 1 : -1));
  return last ? { ...last, ageSeconds: Math.round((now - Date.parse(last.at)) / 1000) } : null;
}

type Found = Pick<ClusterStatus, 'api' | 'controlPlanes' | 'groups' | 'snapshot'>;

function problemsOf({ api, controlPlanes, groups, snapshot }: Found, snapshotAge: number): string[] {
  const problems: string[] = [];
  for (const { name, desired, inService } of groups) {
    if (inService < desired) problems.push(`${name} has ${inService} of ${desired} machines in service`);
  }
  if (api === 'no answer') return problems;
  if (api === 'not ready') problems.push('the API server that answers is not ready');
  for (const { name, inService, ready } of groups) {
    if (ready < inService) problems.push(`${name} has ${ready} Ready nodes of ${inService} machines in service`);
  }
  problems.push(...controlPlanes.flatMap(problemsOfPlane));
  if (!controlPlanes.some(({ leader }) => leader)) problems.push('no control plane says that its etcd member leads');
  if (!snapshot) problems.push('no snapshot is in the bucket');
  else if (snapshot.ageSeconds > snapshotAge * 60) {
    problems.push(`the last snapshot is ${Math.round(snapshot.ageSeconds / 60)} minutes old, more than ${snapshotAge}`);
  }
  return problems;
}

function problemsOfPlane(plane: ControlPlaneStatus): string[] {
  const { name, ready, member, certificateDaysLeft, notedSeconds } = plane;
  const problems: string[] = [];
  if (!ready) problems.push(`control plane ${name} is not Ready`);
  if (notedSeconds === undefined) problems.push(`control plane ${name} has noted nothing of itself`);
  else if (notedSeconds > NOTE_SECONDS) {
    problems.push(`control plane ${name} noted nothing of itself for ${notedSeconds} s`);
  }
  if (!member) problems.push(`control plane ${name} is no member of etcd`);
  else if (!member.healthy) problems.push(`the etcd member of ${name} is not healthy`);
  else if (member.learner) problems.push(`the etcd member of ${name} is a learner still`);
  if (certificateDaysLeft !== undefined && certificateDaysLeft < LEAST_DAYS) {
    problems.push(`a certificate of ${name} ends in ${certificateDaysLeft} days`);
  }
  return problems;
}
