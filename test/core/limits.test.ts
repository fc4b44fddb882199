import * as fc from 'fast-check';
import { ValidationError } from '../../lib/core/errors';
import { checkLimits, MAX_FULL_NODES, type LimitsWish } from '../../lib/core/limits';

const at = { node: { path: 'prod/Cluster' } };
const check = (wish: Partial<LimitsWish>) => checkLimits(at, { maxNodes: 60, pools: [], controlPlanes: 3, ...wish });

test('a node runs 110 pods, and a pod two containers, where nothing else is said', () => {
  expect(check({})).toEqual({ nodes: 63, pods: 6600, containersEstimate: 13200 });
});

test('fewer pods a node mean fewer pods and containers', () => {
  expect(check({ maxPods: 30 })).toEqual({ nodes: 63, pods: 1800, containersEstimate: 3600 });
});

test('1363 workers may be full of pods', () => {
  expect(MAX_FULL_NODES).toBe(1363);
  expect(check({ maxNodes: 1363 }).pods).toBe(149_930);
});

test('4997 workers and 3 control planes of 30 pods are the largest cluster', () => {
  expect(check({ maxNodes: 4997, maxPods: 30 })).toEqual({ nodes: 5000, pods: 149_910, containersEstimate: 299_820 });
});

test('pools may reach maxNodes together', () => {
  const pools = [
    { name: 'system', max: 10 },
    { name: 'workers', max: 50 },
  ];
  expect(check({ pools }).nodes).toBe(63);
});

test('an estimate of containers is only reported', () => {
  expect(check({ maxNodes: 1363 }).containersEstimate).toBe(299_860);
  expect(check({ maxNodes: 60, containersPerPod: 5 }).containersEstimate).toBe(33_000);
});

test('what passes stays within every limit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 16, max: 110 }), (maxNodes, maxPods) => {
      fc.pre(maxNodes <= 4997 && maxNodes * maxPods <= 150_000);
      const { nodes, pods, containersEstimate } = check({ maxNodes, maxPods });
      expect(nodes <= 5000 && pods <= 150_000 && containersEstimate <= 300_000).toBe(true);
    }),
  );
});

const failures: [title: string, wish: Partial<LimitsWish>, message: string][] = [
  [
    'there is no worker',
    { maxNodes: 0 },
    'maxNodes must be a whole number from 1 to 5000, got 0; give the most workers there may ever be, and spread more over several clusters',
  ],
  [
    'control planes find no room among the nodes',
    { maxNodes: 4998 },
    'maxNodes must leave room for 3 control planes among 5000 nodes, got 4998; choose 4997 or less',
  ],
  [
    'more than 1363 workers do not say how many pods they run',
    { maxNodes: 1364 },
    'maxPods must be given above 1363 workers, where 110 pods on each pass 150000, got none for 1364 workers; choose 109 or less',
  ],
  [
    'more than 110 pods shall run on a node',
    { maxPods: 250 },
    'maxPods must be a whole number from 16 to 110, got 250; choose one, or leave it out for 110',
  ],
  [
    'a node has no room for its system pods',
    { maxPods: 15 },
    'maxPods must be a whole number from 16 to 110, got 15; choose one, or leave it out for 110',
  ],
  [
    'pods are not whole',
    { maxPods: 20.5 },
    'maxPods must be a whole number from 16 to 110, got 20.5; choose one, or leave it out for 110',
  ],
  [
    'a large cluster gets more pods than Kubernetes runs',
    { maxNodes: 2000, maxPods: 110 },
    'maxPods must keep the cluster at 150000 pods or fewer, got 110 on 2000 workers; choose 75 or less',
  ],
  [
    'pools may outgrow the cluster, whatever their order',
    {
      pools: [
        { name: 'workers', max: 60 },
        { name: 'system', max: 10 },
      ],
    },
    'maxNodes must hold all pools at their max, got 60 for 70 workers (system 10, workers 60); raise it, or lower the max of a pool',
  ],
  [
    'known containers pass their limit',
    { maxNodes: 1000, containersPerPod: 3 },
    'containersPerPod must keep the cluster at 300000 containers or fewer, got 3 in 110000 pods; lower maxNodes or maxPods',
  ],
];

test.each(failures)('fails when %s', (_, wish, message) => {
  expect(() => check(wish)).toThrow(new ValidationError(at, message));
});
