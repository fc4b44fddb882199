import { explain } from '../explain';
import { Failure } from '../exits';
import type { Surroundings } from '../surroundings';
import { drain } from './drain';
import { plan, unwell, type Step, type Wish } from './plan';
import type { UpgradeRecord } from './record';
import { look, nameOf, type Host, type State } from './state';

/** How long things may take. */
export interface Patience {
  /** Minutes that ending a host's pods may take. */
  readonly drainMinutes: number;
  /** Minutes from a machine's end until what comes after it is well. */
  readonly joinMinutes: number;
}

/**
 * Replaces what is outdated, step after step; stops at the first that fails.
 *
 * @returns how many hosts were replaced
 */
export async function replaceAll(around: Surroundings, wish: Wish & Patience, record: UpgradeRecord): Promise<number> {
  let done = 0;
  for (;;) {
    const state = await well(around, wish.joinMinutes, record);
    const [step] = plan(state, wish);
    if (!step) return done;
    await record.at(step.title);
    around.say(`replacing ${step.title}`);
    await replace(around, step, wish, record);
    done += step.hosts.length;
  }
}

/** Waits until nothing but hosts that are outdated keeps the control plane from being well. */
async function well(around: Surroundings, minutes: number, record: UpgradeRecord): Promise<State> {
  return until(around, minutes, record, async () => {
    const state = await look(around);
    const next = plan(state, { budget: '1', pools: [] })[0]?.hosts[0];
    const why = unwell(state, next?.group.role === 'control-plane' ? next : undefined);
    return why ?? state;
  });
}

async function replace(around: Surroundings, step: Step, patience: Patience, record: UpgradeRecord): Promise<void> {
  const [cloud, kube] = [await around.cloud(), await around.kube()];
  const joined = step.hosts.flatMap(({ node }) => (node ? [node.name] : []));
  for (const name of joined) await kube.cordon(name, true);
  try {
    const alive = () => record.alive();
    await Promise.all(joined.map((name) => drain(around, name, patience.drainMinutes, alive)));
  } catch (error) {
    // Whom somebody else took out of use stays out of use.
    const taken = step.hosts.flatMap(({ node }) => (node && !node.cordoned ? [node.name] : []));
    for (const name of taken) await kube.cordon(name, false);
    throw error;
  }
  for (const { machine } of step.hosts) await cloud.terminate(machine.id);
  const after = await until(around, patience.joinMinutes, record, async () => {
    const now = await look(around);
    return notReplaced(now, step.hosts) ?? now;
  });
  // Nobody else may: a cloud controller removes a worker's Node, if there is one.
  const gone = after.strays.filter(({ name }) => joined.includes(name));
  for (const { name } of gone) await kube.deleteNode(name);
  around.say(`replaced ${step.hosts.map(nameOf).join(', ')}`);
}

/** What is missing until the groups of these hosts are whole again. */
function notReplaced(state: State, ended: readonly Host[]): string | undefined {
  const ids = new Set(ended.map(({ machine }) => machine.id));
  const left = state.hosts.find(({ machine }) => ids.has(machine.id));
  if (left) return `${nameOf(left)} has not ended`;
  for (const { group } of ended) {
    const hosts = state.hosts.filter((host) => host.group.name === group.name);
    const desired = state.groups.find(({ name }) => name === group.name)?.desired ?? 0;
    if (hosts.length < desired) return `${group.name} has ${hosts.length} of ${desired} machines`;
    const late = hosts.find(({ node, outdated }) => !node?.ready && !outdated);
    if (late) return `${nameOf(late)} is not Ready`;
  }
  return ended.some(({ group }) => group.role === 'control-plane') ? unwell(state) : undefined;
}

/** Asks until the answer is no longer a reason to wait; a cloud or an API that does not answer is one. */
async function until(
  around: Surroundings,
  minutes: number,
  record: UpgradeRecord,
  ask: () => Promise<State | string>,
): Promise<State> {
  const end = around.now().getTime() + minutes * 60_000;
  let said = '';
  for (let round = 1; ; round += 1) {
    const found = await ask().catch(explain);
    if (typeof found !== 'string') return found;
    if (around.now().getTime() > end) {
      throw new Failure(
        `not well after ${minutes} minutes: ${found}; nothing further was touched: see to it and run it again`,
      );
    }
    if (found !== said) around.say(`waiting: ${found}`);
    said = found;
    if (round % 12 === 0) await record.alive();
    await around.pause(5);
  }
}
