import { run, type UpgradeOptions } from '../../cli/commands/upgrade';
import { EXITS } from '../../cli/exits';
import { unwell } from '../../cli/upgrade/plan';
import { look } from '../../cli/upgrade/state';
import { Simulation } from './support/upgrading';

const options: UpgradeOptions = { cluster: 'shop', yes: true, budget: '1', drainMinutes: 15, joinMinutes: 20 };
const upgrade = (there: Simulation, more: Partial<UpgradeOptions> = {}) => run(there.around, { ...options, ...more });
const failure = async (act: () => Promise<unknown>): Promise<string> => {
  try {
    await act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing is thrown';
};
const pod = (name: string, owner: string | undefined = 'ReplicaSet') => ({
  namespace: 'shop',
  name,
  uid: name,
  phase: 'Running',
  ending: false,
  owner,
});

test('without a yes the steps are printed, and nothing is touched', async () => {
  const there = new Simulation();
  const { lines, json, exit } = await upgrade(there, { yes: false });
  expect(lines).toEqual([
    'shop goes from 1.35.4 to 1.36.3:',
    '  1. control plane node-i-2 (b, 1.35.4 to 1.36.3)',
    '  2. control plane node-i-3 (c, 1.35.4 to 1.36.3)',
    '  3. control plane node-i-1 (a, 1.35.4 to 1.36.3)',
    '  4. pool general: node-i-4 (a, 1.35.4 to 1.36.3)',
    '  5. pool general: node-i-5 (b, 1.35.4 to 1.36.3)',
    '  6. pool general: node-i-6 (c, 1.35.4 to 1.36.3)',
    'nothing was touched; --yes does it',
  ]);
  expect(json).toMatchObject({ from: '1.35.4', to: '1.36.3' });
  expect(exit).toBe(EXITS.USAGE);
  expect(there.deeds).toEqual([]);
  expect(there.configMaps).toEqual({});
});

test('control planes go one at a time, the leader last, then workers; each is drained before it ends', async () => {
  const there = new Simulation();
  there.pods['node-i-4'] = [pod('web'), pod('proxy', 'DaemonSet'), pod('etcd', 'Node')];
  const { lines, json } = await upgrade(there);
  expect(lines).toEqual(['shop is at 1.36.3: 6 hosts were replaced']);
  expect(json).toMatchObject({ replaced: 6 });
  expect(there.deeds).toEqual([
    ...['cordon node-i-2', 'terminate i-2', 'delete node-i-2'],
    ...['cordon node-i-3', 'terminate i-3', 'delete node-i-3'],
    ...['cordon node-i-1', 'terminate i-1', 'delete node-i-1'],
    ...['cordon node-i-4', 'evict web', 'terminate i-4', 'delete node-i-4'],
    ...['cordon node-i-5', 'terminate i-5', 'delete node-i-5'],
    ...['cordon node-i-6', 'terminate i-6', 'delete node-i-6'],
  ]);
  expect(there.configMaps['hacluster-upgrade']).toMatchObject({ from: '1.35.4', to: '1.36.3', state: 'done' });
});

test('no control plane is touched while another is on its way back', async () => {
  const there = new Simulation({ workers: 0 });
  let least = 3;
  there.whilePaused = () => {
    const joined = there.machines.filter(({ ready }) => ready <= there.seconds).length;
    least = Math.min(least, joined);
  };
  await upgrade(there);
  expect(least).toBe(2);
});

test('with nothing to do it says so', async () => {
  const there = new Simulation({ version: '1.36.3' });
  there.template = '1';
  const { lines, json } = await upgrade(there);
  expect(lines).toEqual(['every host of shop is as its template says (1.36.3)']);
  expect(json).toMatchObject({ replaced: 0 });
});

test('changed node files go the same way, without a change of version', async () => {
  const there = new Simulation({ version: '1.36.3', workers: 1 });
  const { lines } = await upgrade(there, { yes: false });
  expect(lines[0]).toBe('shop stays at 1.36.3; hosts of older templates are replaced:');
  expect(lines[1]).toBe('  1. control plane node-i-2 (b, template 1 to 2)');
});

test.each([
  ['1', 10],
  ['3', 4],
  ['25%', 5],
  ['1%', 10],
  ['100%', 1],
])('a budget of %s takes ten workers in %d steps', async (budget, steps) => {
  const { json } = await upgrade(new Simulation({ workers: 10 }), { yes: false, budget });
  expect((json['steps'] as string[]).filter((title) => title.startsWith('pool'))).toHaveLength(steps);
});

test.each(['0', 'all', '101%', '-1'])('a budget of %s is refused', async (budget) => {
  expect(await failure(() => upgrade(new Simulation(), { budget }))).toBe(
    `--budget must be a number of hosts or a share such as 10%, got ${budget}`,
  );
});

test('a pool that is not there is refused, with those that are', async () => {
  expect(await failure(() => upgrade(new Simulation(), { pool: ['web'] }))).toBe(
    'no pool is called web; there are general',
  );
});

test('two minors at once are refused, and so is a step back', async () => {
  const there = new Simulation({ version: '1.34.8' });
  expect(await failure(() => upgrade(there))).toBe(
    '[shop] kubernetesVersion must rise by one minor at a time, got 1.36.3 after 1.34.8; upgrade to 1.35 first',
  );
  there.wanted = '1.33.13';
  expect(await failure(() => upgrade(there))).toBe(
    '[shop] kubernetesVersion must not go back to an older minor, got 1.33.13 after 1.34.8; stay, or restore a snapshot of the older version into a new cluster',
  );
  expect(there.deeds).toEqual([]);
});

test('a stack of an older library is to be applied first', async () => {
  const there = new Simulation();
  there.wanted = undefined;
  expect(await failure(() => upgrade(there))).toBe(
    "the hosts' stack of shop does not say which version it wants; apply it with this version of the library first",
  );
});

test('a budget of pods stops it; the host stays in use, and the record says why', async () => {
  const there = new Simulation();
  there.pods['node-i-4'] = [pod('web'), pod('db')];
  there.held.add('db');
  const why =
    'node-i-4 could not be drained in 15 minutes: budgets (PodDisruptionBudget) hold shop/db; see to them and run it again';
  expect(await failure(() => upgrade(there))).toBe(why);
  expect(there.deeds.slice(-3)).toEqual(['cordon node-i-4', 'evict web', 'uncordon node-i-4']);
  expect(there.configMaps['hacluster-upgrade']).toMatchObject({ state: 'failed', reason: why });
  there.held.clear();
  const { lines } = await upgrade(there);
  expect(lines).toEqual(['shop is at 1.36.3: 3 hosts were replaced']);
  expect(there.configMaps['hacluster-upgrade']).not.toHaveProperty('reason');
});

test('a host that somebody had cordoned stays so when its pods may not leave', async () => {
  const there = new Simulation();
  there.machines[4]!.cordoned = true;
  there.pods['node-i-5'] = [pod('db')];
  there.held.add('db');
  await failure(() => upgrade(there));
  expect(there.deeds.at(-1)).toBe('cordon node-i-5');
});

test('while it waits for a pod it says that it is at work, so that no other run begins', async () => {
  const there = new Simulation();
  there.pods['node-i-4'] = [pod('db')];
  there.held.add('db');
  let longest = 0;
  there.whilePaused = () => {
    const { at = '' } = there.configMaps['hacluster-upgrade'] ?? {};
    longest = Math.max(longest, (there.around.now().getTime() - Date.parse(at)) / 1000);
  };
  await failure(() => upgrade(there));
  expect(longest).toBeLessThanOrEqual(120);
});

test('pods that nobody would start again are named', async () => {
  const there = new Simulation();
  there.pods['node-i-5'] = [{ ...pod('once'), owner: undefined }];
  expect(await failure(() => upgrade(there))).toBe(
    'node-i-5 has pods that nobody would start again: shop/once; delete them, or give them an owner',
  );
});

test('a replacement that does not come stops it before anything else is touched', async () => {
  const there = new Simulation();
  there.secondsToJoin = 10_000;
  expect(await failure(() => upgrade(there))).toBe(
    'not well after 20 minutes: i-7 is not Ready; nothing further was touched: see to it and run it again',
  );
  expect(there.deeds.filter((deed) => deed.startsWith('terminate'))).toEqual(['terminate i-2']);
});

test('a run that was cut off is gone on with, at the host it had begun with', async () => {
  const there = new Simulation();
  there.machines[2]!.cordoned = true;
  there.configMaps['hacluster-upgrade'] = {
    state: 'running',
    step: 'control plane node-i-3',
    at: '2025-12-31T23:00:00Z',
  };
  await upgrade(there);
  expect(there.deeds[0]).toBe('cordon node-i-3');
});

test('two runs at once are refused', async () => {
  const there = new Simulation();
  there.configMaps['hacluster-upgrade'] = { state: 'running', step: 'pool general', at: '2025-12-31T23:59:00Z' };
  expect(await failure(() => upgrade(there))).toBe(
    'another run upgrades this cluster: pool general (heard of 60 s ago); it counts as over after 180 s of silence',
  );
  expect(there.deeds).toEqual([]);
});

describe('a control plane is not well', () => {
  const why = async (spoil: (there: Simulation) => void) => {
    const there = new Simulation({ workers: 0 });
    spoil(there);
    return unwell(await look(there.around));
  };

  test('when one has not joined', async () => {
    expect(await why((there) => (there.machines[1]!.ready = 100))).toBe('i-2 has not joined');
  });

  test('when one has not said how it is, or long ago', async () => {
    expect(
      await why((there) => {
        const { configMap } = there;
        there.configMap = async (name) => {
          const all = (await configMap.call(there, name)) ?? {};
          return { ...all, 'node-i-3': JSON.stringify({ at: '2025-12-31T23:50:00Z', etcd: {} }) };
        };
      }),
    ).toBe('node-i-3 has not said lately how it is');
  });

  test('when one counts a member that is gone, or too few', async () => {
    const counting = (change: (text: string) => string) =>
      why((there) => {
        const { configMap } = there;
        there.configMap = async (name) => {
          const all = (await configMap.call(there, name)) ?? {};
          return { ...all, 'node-i-3': change(all['node-i-3'] ?? '') };
        };
      });
    expect(await counting((text) => text.replace('"name":"node-i-2"', '"name":"node-i-0"'))).toBe(
      'node-i-3 still counts the etcd member node-i-0',
    );
    const withoutFirst = (text: string) => text.replace(/\{"name":"node-i-1"[^}]*\},/, '');
    expect(await counting(withoutFirst)).toBe('node-i-3 counts 2 etcd members, not 3');
  });

  test.each([
    [{ healthy: false, learner: false }, 'node-i-1 finds the etcd member node-i-1 ill'],
    [{ healthy: true, learner: true }, 'node-i-1 finds the etcd member node-i-1 still learning'],
  ])('when a member is %j', async (state, message) => {
    expect(
      await why((there) => {
        const { configMap } = there;
        there.configMap = async (name) => {
          const all = (await configMap.call(there, name)) ?? {};
          return Object.fromEntries(
            Object.entries(all).map(([node, text]) => [
              node,
              text.replaceAll('"healthy":true,"learner":false', JSON.stringify(state).slice(1, -1)),
            ]),
          );
        };
      }),
    ).toBe(message);
  });
});
