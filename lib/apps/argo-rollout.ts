import { ValidationError, type Located } from '../core/errors';
import { checkWhole } from '../core/numbers';

/** A step of a canary: a share of the requests, and how long it is held. */
export interface ArgoStep {
  /** Percent of the requests; 1 to 100. */
  readonly weight: number;

  /**
   * Seconds that it is held.
   *
   * @default - until somebody promotes it
   */
  readonly pauseSeconds?: number;
}

/** How Argo Rollouts brings a new version in: by steps, or beside the old one. */
export type ArgoStrategy =
  | {
      /** What the new version gets, step by step. */
      readonly canary: readonly ArgoStep[];
    }
  | {
      /** The new version stands beside the old one, until it takes over all at once. */
      readonly blueGreen: {
        /**
         * A host by which the new version is asked, before it gets anybody's requests.
         *
         * @default - none
         */
        readonly previewHost?: string;

        /**
         * Seconds after which it takes over by itself.
         *
         * @default - when somebody promotes it
         */
        readonly promoteAfterSeconds?: number;

        /**
         * Seconds that the old version stays afterwards, to go back to at once.
         *
         * @default 600
         */
        readonly keepSeconds?: number;
      };
    };

/** Services that Argo Rollouts turns to one version or the other, and how it moves a route's weights. */
export interface ArgoNames {
  /** The Service of the version that has the requests. */
  readonly stable: string;
  /** The Service of the next one. */
  readonly next: string;
  /** The router's part. */
  readonly trafficRouting: object;
}

/**
 * A strategy in the words of a Rollout.
 *
 * @throws ValidationError for steps that do not rise, and for seconds that cannot be
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/specification/
 */
export function renderStrategy(at: Located, strategy: ArgoStrategy, names: ArgoNames): object {
  const { stable, next, trafficRouting } = names;
  if ('canary' in strategy) {
    return {
      canary: {
        stableService: stable,
        canaryService: next,
        maxSurge: '25%',
        maxUnavailable: 0,
        trafficRouting,
        steps: renderSteps(at, strategy.canary),
      },
    };
  }
  const { promoteAfterSeconds, keepSeconds = 600 } = strategy.blueGreen;
  checkWhole(at, 'strategy.blueGreen.keepSeconds', keepSeconds, 0, 86400);
  if (promoteAfterSeconds !== undefined)
    checkWhole(at, 'strategy.blueGreen.promoteAfterSeconds', promoteAfterSeconds, 1, 86400);
  return {
    blueGreen: {
      activeService: stable,
      previewService: next,
      autoPromotionEnabled: promoteAfterSeconds !== undefined,
      ...(promoteAfterSeconds === undefined ? {} : { autoPromotionSeconds: promoteAfterSeconds }),
      scaleDownDelaySeconds: keepSeconds,
    },
  };
}

function renderSteps(at: Located, steps: readonly ArgoStep[]): object[] {
  if (steps.length === 0) {
    throw new ValidationError(at, 'strategy.canary must have a step, got none; give [{ weight: 10 }]');
  }
  let before = 0;
  return steps.flatMap(({ weight, pauseSeconds }) => {
    checkWhole(at, 'strategy.canary weight', weight, 1, 100);
    if (weight <= before) {
      throw new ValidationError(at, `strategy.canary must rise, got ${weight} after ${before}; sort the steps`);
    }
    before = weight;
    if (pauseSeconds !== undefined) checkWhole(at, 'strategy.canary pauseSeconds', pauseSeconds, 1, 86400);
    return [{ setWeight: weight }, { pause: pauseSeconds === undefined ? {} : { duration: `${pauseSeconds}s` } }];
  });
}
