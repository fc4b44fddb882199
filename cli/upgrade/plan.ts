import { checkUpgrade } from '../../lib/core/kubernetes-versions';
import { EXITS, Failure } from '../exits';
import { nameOf, type Host, type State } from './state';

/** Hosts that are replaced together; the next step begins when they are back. */
export interface Step {
  readonly title: string;
  readonly hosts: readonly Host[];
}

/** What to replace, and how much at a time. */
export interface Wish {
  /** Workers of a pool that may be away at once: a number, or a share such as `10%`. */
  readonly budget: string;
  /** Only these pools; none: all. */
  readonly pools: readonly string[];
}

/**
 * The steps that are left, in order: control planes one at a time, the leader of etcd last; then workers, pool by pool.
 *
 * It is made anew from what there is before each step, so an upgrade that was cut off goes on where it stands.
 */
export function plan(state: State, { budget, pools }: Wish): Step[] {
  const outdated = state.hosts.filter((host) => host.outdated);
  const controlPlanes = outdated
    .filter(({ group }) => group.role === 'control-plane')
    .sort((a, b) => rank(a) - rank(b) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const steps = controlPlanes.map((host) => ({ title: `control plane ${titleOf(host, state.wanted)}`, hosts: [host] }));
  return [...steps, ...workerSteps(state, outdated, budget, pools)];
}

/** The transition as a whole: one minor at a time, and the API before the workers. */
export function checkTransition(cluster: string, { wanted, hosts }: State): { from: string; to: string } {
  if (wanted === undefined) {
    throw new Failure(
      `the hosts' stack of ${cluster} does not say which version it wants; apply it with this version of the library first`,
    );
  }
  const versions = hosts.flatMap(({ group, node }) =>
    group.role === 'control-plane' && node ? [bare(node.version)] : [],
  );
  const from = versions.sort(byVersion)[0];
  if (from === undefined) throw new Failure(`no control plane of ${cluster} is a Node; restore the cluster first`);
  checkUpgrade({ node: { path: cluster } }, from, wanted);
  return { from, to: wanted };
}

/** Why no control plane but this one may be touched now; nothing if it may. */
export function unwell({ hosts, groups }: State, except?: Host): string | undefined {
  const expected = groups.filter(({ role }) => role === 'control-plane').reduce((sum, { desired }) => sum + desired, 0);
  const planes = hosts.filter(
    ({ group, machine }) => group.role === 'control-plane' && machine.id !== except?.machine.id,
  );
  const others = expected - (except ? 1 : 0);
  if (planes.length < others) return `${others - planes.length} control planes have no machine`;
  const silent = planes.find(({ node, words }) => !node?.ready || !words);
  if (silent) {
    if (!silent.node) return `${nameOf(silent)} has not joined`;
    return `${nameOf(silent)} ${silent.node.ready ? 'has not said lately how it is' : 'is not Ready'}`;
  }
  for (const host of planes) {
    const members = (host.words?.etcd.members ?? []).filter(({ name }) => name !== except?.node?.name);
    const ill = members.find(({ healthy, learner }) => !healthy || learner);
    if (ill) return `${nameOf(host)} finds the etcd member ${ill.name} ${ill.learner ? 'still learning' : 'ill'}`;
    // Words from before a change name whoever was a member then.
    const gone = members.find(({ name }) => !planes.some(({ node }) => node?.name === name));
    if (gone) return `${nameOf(host)} still counts the etcd member ${gone.name}`;
    if (members.length !== others) return `${nameOf(host)} counts ${members.length} etcd members, not ${others}`;
  }
  return undefined;
}

function workerSteps(
  { groups, wanted }: State,
  outdated: readonly Host[],
  budget: string,
  pools: readonly string[],
): Step[] {
  const known = groups.filter(({ role }) => role === 'worker').sort((a, b) => (a.name < b.name ? -1 : 1));
  const stranger = pools.find((pool) => !known.some((group) => group.pool === pool));
  if (stranger !== undefined) {
    throw new Failure(
      `no pool is called ${stranger}; there are ${known.map(({ pool }) => pool).join(', ')}`,
      EXITS.USAGE,
    );
  }
  return known
    .filter(({ pool = '' }) => pools.length === 0 || pools.includes(pool))
    .flatMap((group) => {
      const hosts = outdated
        .filter((host) => host.group.name === group.name)
        .sort((a, b) => rank(a) - rank(b) || (nameOf(a) < nameOf(b) ? -1 : 1));
      const size = atOnce(budget, group.desired);
      return Array.from({ length: Math.ceil(hosts.length / size) }, (_, index) => {
        const batch = hosts.slice(index * size, (index + 1) * size);
        return {
          title: `pool ${group.pool ?? group.name}: ${batch.map((host) => titleOf(host, wanted)).join(', ')}`,
          hosts: batch,
        };
      });
    });
}

/** Hosts that an earlier run has begun with come first, then those that serve nobody; the leader hands over last. */
function rank({ node, words }: Host): number {
  if (!node?.ready) return 0;
  if (node.cordoned) return 1;
  return words?.etcd.leader ? 3 : 2;
}

function titleOf(host: Host, wanted: string | undefined): string {
  const version = host.node ? bare(host.node.version) : 'not joined';
  const change =
    version === wanted
      ? `template ${host.machine.templateVersion ?? '?'} to ${host.group.template.latestVersion}`
      : `${version} to ${wanted ?? '?'}`;
  return `${nameOf(host)} (${host.machine.zone}, ${change})`;
}

function atOnce(budget: string, desired: number): number {
  const [match, number = '', percent] = /^([1-9]\d{0,3})(%?)$/.exec(budget) ?? [];
  if (match === undefined || (percent === '%' && Number(number) > 100)) {
    throw new Failure(`--budget must be a number of hosts or a share such as 10%, got ${budget}`, EXITS.USAGE);
  }
  return percent === '%' ? Math.max(1, Math.floor((desired * Number(number)) / 100)) : Number(number);
}

const bare = (version: string) => version.replace(/^v/, '');

const byVersion = (a: string, b: string) => {
  const [left = [], right = []] = [a, b].map((version) => version.split('.').map(Number));
  return (left[1] ?? 0) - (right[1] ?? 0) || (left[2] ?? 0) - (right[2] ?? 0);
};
