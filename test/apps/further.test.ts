import { JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { App, ConfigCenter, StatefulApp } from '../../lib';
import { faultsOf } from '../support/strict';
import { chartOf, objectsOf, one } from './render';

const image = 'registry.shop.example/web:1.4.2';

describe('what no prop reaches', () => {
  test('is patched on the object itself', () => {
    const objects = objectsOf((chart) => {
      const app = new App(chart, 'Web', { image, autoscale: { max: 4 } });
      const { deployment, service, budget, autoscaler } = app.version;
      deployment.addJsonPatch(JsonPatch.add('/spec/template/spec/shareProcessNamespace', true));
      service.addJsonPatch(JsonPatch.add('/spec/trafficDistribution', 'PreferClose'));
      budget.metadata.addAnnotation('a', 'budget');
      autoscaler?.metadata.addAnnotation('a', 'autoscaler');
      const store = new StatefulApp(chart, 'Store', { image, volumes: { data: { path: '/data', size: '1Gi' } } });
      store.statefulSet.addJsonPatch(JsonPatch.add('/spec/minReadySeconds', 10));
    });
    expect(one(objects, 'Deployment').spec.template.spec.shareProcessNamespace).toBe(true);
    expect(one(objects, 'Service', 'web').spec.trafficDistribution).toBe('PreferClose');
    expect(one(objects, 'StatefulSet').spec.minReadySeconds).toBe(10);
    expect(objects.filter(({ metadata }) => metadata.annotations?.a !== undefined).map(({ kind }) => kind)).toEqual([
      'PodDisruptionBudget',
      'HorizontalPodAutoscaler',
    ]);
    expect(objects.flatMap((object) => faultsOf(object))).toEqual([]);
  });

  test('is built beside it with cdk8s-plus: rights, pods of its own that use the same configuration, policies', () => {
    const objects = objectsOf((chart) => {
      const config = new ConfigCenter(chart, 'Settings', { values: { LOG_LEVEL: 'info' } });
      const app = new App(chart, 'Web', { image, config: [config], mountsToken: true });
      const account = kplus.ServiceAccount.fromServiceAccountName(chart, 'Account', app.serviceAccount.name, {
        namespaceName: 'shop',
      });
      const reader = new kplus.Role(chart, 'Reader');
      reader.allowRead(kplus.ApiResource.CONFIG_MAPS);
      reader.bind(account);
      const pods = kplus.Pods.select(chart, 'Pods', { labels: app.selector });
      new kplus.NetworkPolicy(chart, 'Metrics', {
        selector: pods,
        ingress: { rules: [{ peer: kplus.Pods.all(chart, 'All'), ports: [kplus.NetworkPolicyPort.tcp(9090)] }] },
      });
      const own = new kplus.Deployment(chart, 'Worker', { containers: [{ image }] });
      own.containers[0]?.env.copyFrom(
        kplus.Env.fromConfigMap(kplus.ConfigMap.fromConfigMapName(chart, 'Shared', config.configName)),
      );
    }, chartOf());
    expect(one(objects, 'RoleBinding').subjects).toEqual([
      { apiGroup: '', kind: 'ServiceAccount', name: 'web', namespace: 'shop' },
    ]);
    const policy = objects.find(
      ({ kind, spec }) => kind === 'NetworkPolicy' && spec.ingress?.[0]?.ports[0]?.port === 9090,
    );
    expect(policy.spec.podSelector.matchLabels).toEqual(one(objects, 'Deployment', 'web').spec.selector.matchLabels);
    expect(one(objects, 'ConfigMap').metadata.name).toBe(
      objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name !== 'web').spec.template.spec
        .containers[0].envFrom[0].configMapRef.name,
    );
  });
});
