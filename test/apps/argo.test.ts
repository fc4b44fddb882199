import { App as Cdk8sApp, Chart } from 'cdk8s';
import { ArgoRolloutApp, type ArgoRolloutAppProps } from '../../lib/apps/argo-rollout-app';
import { GatewayApiRouter } from '../../lib/apps/routers/gateway-api-router';
import type { Router } from '../../lib/apps/routers/router';
import { IstioRouter } from '../../lib/apps/routers/istio-router';
import { NginxIngressRouter } from '../../lib/apps/routers/nginx-ingress-router';
import { messageOf } from '../support/messages';
import { chartOf, objectsOf, one } from './render';

/** A router that somebody wrote for himself. */
const { can, delaySeconds, pods } = new GatewayApiRouter();
const mine: Router = { routerName: 'mine', can, delaySeconds, pods, route: () => undefined };
const image = 'registry.example/shop/web:1.4.2';

describe('with Argo Rollouts', () => {
  const strategy = { canary: [{ weight: 10, pauseSeconds: 300 }, { weight: 50 }] };
  const build = (props: Partial<ArgoRolloutAppProps> = {}, chart = chartOf()) =>
    objectsOf((at) => new ArgoRolloutApp(at, 'Web', { image, host: 'shop.example', strategy, ...props }), chart);

  test('a Rollout takes the place of the Deployment, and moves the weights of the route', () => {
    const objects = build({ autoscale: { max: 6 } });
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'NetworkPolicy web',
      'ServiceAccount web',
      'Rollout web',
      'Service web',
      'PodDisruptionBudget web',
      'HorizontalPodAutoscaler web',
      'Service web-canary',
      'HTTPRoute web',
    ]);
    expect(one(objects, 'Rollout').spec.strategy).toEqual({
      canary: {
        stableService: 'web',
        canaryService: 'web-canary',
        maxSurge: '25%',
        maxUnavailable: 0,
        trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'web', namespace: 'shop' } } },
        steps: [{ setWeight: 10 }, { pause: { duration: '300s' } }, { setWeight: 50 }, { pause: {} }],
      },
    });
    expect(one(objects, 'HorizontalPodAutoscaler').spec.scaleTargetRef).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      name: 'web',
    });
    // The controller's pods have a label of another name.
    expect(one(objects, 'Rollout').spec.template.spec.topologySpreadConstraints[0].matchLabelKeys).toEqual([
      'rollouts-pod-template-hash',
    ]);
    expect(one(objects, 'HTTPRoute').spec.rules[0].backendRefs).toMatchObject([
      { name: 'web', weight: 100 },
      { name: 'web-canary', weight: 0 },
    ]);
  });

  test('blue-green waits for a word, and keeps the old version for a while', () => {
    const objects = build({ strategy: { blueGreen: { previewHost: 'next.shop.example' } } });
    expect(one(objects, 'Rollout').spec.strategy).toEqual({
      blueGreen: {
        activeService: 'web',
        previewService: 'web-preview',
        autoPromotionEnabled: false,
        scaleDownDelaySeconds: 600,
      },
    });
    expect(one(objects, 'HTTPRoute', 'web').spec.rules[0].backendRefs).toMatchObject([{ name: 'web', weight: 100 }]);
    expect(one(objects, 'HTTPRoute', 'web-preview').spec.rules[0].backendRefs).toMatchObject([{ name: 'web-preview' }]);
  });

  test.each([
    ['Istio', new IstioRouter(), { istio: { virtualService: { name: 'web' } } }],
    // The controller makes the second Ingress itself.
    ['ingress-nginx', new NginxIngressRouter(), { nginx: { stableIngress: 'web' } }],
  ])('%s is steered in its own words', (_name, router, trafficRouting) => {
    const objects = build({ router });
    expect(one(objects, 'Rollout').spec.strategy.canary.trafficRouting).toEqual(trafficRouting);
    expect(objects.filter(({ kind }) => kind === 'Ingress').map(({ metadata }) => metadata.name)).toEqual(
      router instanceof NginxIngressRouter ? ['web'] : [],
    );
  });

  test.each<[title: string, props: Partial<ArgoRolloutAppProps>, message: string]>([
    [
      'no step',
      { strategy: { canary: [] } },
      '[chart/Web] strategy.canary must have a step, got none; give [{ weight: 10 }]',
    ],
    [
      'steps that fall',
      { strategy: { canary: [{ weight: 50 }, { weight: 10 }] } },
      '[chart/Web] strategy.canary must rise, got 10 after 50; sort the steps',
    ],
    [
      'a weight that is none',
      { strategy: { canary: [{ weight: 101 }] } },
      '[chart/Web] strategy.canary weight must be a whole number from 1 to 100, got 101; choose one',
    ],
    [
      'a pause that is none',
      { strategy: { canary: [{ weight: 10, pauseSeconds: 0 }] } },
      '[chart/Web] strategy.canary pauseSeconds must be a whole number from 1 to 86400, got 0; choose one',
    ],
    [
      'a promotion at once',
      { strategy: { blueGreen: { promoteAfterSeconds: 0 } } },
      '[chart/Web] strategy.blueGreen.promoteAfterSeconds must be a whole number from 1 to 86400, got 0; choose one',
    ],
    [
      'a router of somebody else',
      { router: mine },
      '[chart/Web] router must be one that Argo Rollouts steers, got mine; choose Gateway API, Istio or ingress-nginx',
    ],
  ])('%s is refused', (_title, props, message) => {
    expect(messageOf(() => build(props))).toBe(message);
  });

  test('a chart without a namespace is refused', () => {
    expect(messageOf(() => build({}, new Chart(new Cdk8sApp(), 'chart')))).toBe(
      '[chart/Web] the chart must have a namespace, got none; give it one',
    );
  });
});
