import { EXITS } from '../exits';
import type { Run } from '../surroundings';
import { checkTransition, plan } from '../upgrade/plan';
import { UpgradeRecord } from '../upgrade/record';
import { replaceAll } from '../upgrade/run';
import { look } from '../upgrade/state';
import type { CommonOptions } from '../world';

/** Options of `upgrade`. */
export interface UpgradeOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly budget: string;
  readonly pool?: readonly string[];
  readonly drainMinutes: number;
  readonly joinMinutes: number;
}

/** Brings every host to what its launch template says by now, one step after the other. */
export const run: Run<UpgradeOptions> = async (
  around,
  { yes, budget, pool: pools = [], drainMinutes, joinMinutes },
) => {
  const state = await look(around);
  const { from, to } = checkTransition(around.cluster, state);
  const steps = plan(state, { budget, pools }).map(({ title }) => title);
  const json = { cluster: around.cluster, from, to, steps };
  if (steps.length === 0)
    return {
      lines: [`every host of ${around.cluster} is as its template says (${to})`],
      json: { ...json, replaced: 0 },
    };
  const numbered = steps.map((title, index) => `${String(index + 1).padStart(3)}. ${title}`);
  const head =
    from === to
      ? `${around.cluster} stays at ${to}; hosts of older templates are replaced:`
      : `${around.cluster} goes from ${from} to ${to}:`;
  if (!yes) return { lines: [head, ...numbered, 'nothing was touched; --yes does it'], json, exit: EXITS.USAGE };
  for (const line of [head, ...numbered]) around.say(line);
  const record = new UpgradeRecord(around);
  await record.begin(from, to);
  try {
    const replaced = await replaceAll(around, { budget, pools, drainMinutes, joinMinutes }, record);
    await record.end('done');
    return { lines: [`${around.cluster} is at ${to}: ${replaced} hosts were replaced`], json: { ...json, replaced } };
  } catch (error) {
    await record.end('failed', error instanceof Error ? error.message : String(error)).catch(() => undefined);
    throw error;
  }
};
