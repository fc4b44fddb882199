import { ENFORCE_LABEL } from '../../core/pod-security';
import type { Inventory } from '../inventory';
import type { KubeObject } from '../kube-object';
import { ofKinds, type Rule } from '../rule';

const OWN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/** Rules on what a namespace that is made here comes with. */
export const NAMESPACE_RULES: readonly Rule[] = [
  {
    id: 'namespace-quota',
    severity: 'warning',
    title: 'A namespace has a ResourceQuota',
    reason: 'Without one, a loop in one namespace fills the cluster for all.',
    cure: 'add a ResourceQuota of requests, limits and numbers of objects',
    see: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
    check: ofNamespaces(({ name }, all) =>
      all.ofKind('/ResourceQuota', name).length > 0 ? undefined : 'has no ResourceQuota',
    ),
  },
  {
    id: 'namespace-limits',
    severity: 'warning',
    title: 'A namespace has a LimitRange',
    reason: 'A quota refuses pods that say nothing of their needs; a LimitRange says it for them.',
    cure: 'add a LimitRange with default and defaultRequest for containers',
    see: 'https://kubernetes.io/docs/concepts/policy/limit-range/',
    check: ofNamespaces(({ name }, all) =>
      all.ofKind('/LimitRange', name).length > 0 ? undefined : 'has no LimitRange',
    ),
  },
  {
    id: 'namespace-default-deny',
    severity: 'warning',
    title: 'A namespace denies traffic that nothing allows',
    reason: 'Until a NetworkPolicy selects a pod, every pod of the cluster may dial it.',
    cure: 'add a NetworkPolicy with podSelector: {} and policyTypes: [Ingress] without rules, then allow what is needed',
    see: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies',
    check: ofNamespaces(({ name }, all) =>
      all.ofKind('networking.k8s.io/NetworkPolicy', name).some(deniesAll)
        ? undefined
        : 'has no NetworkPolicy that denies by default',
    ),
  },
  {
    id: 'namespace-pod-security',
    severity: 'warning',
    title: 'A namespace enforces a Pod Security Standard',
    reason: 'Without the label the API server takes privileged pods from anybody who may create pods.',
    cure: `set the label ${ENFORCE_LABEL}: restricted, or baseline`,
    see: 'https://kubernetes.io/docs/concepts/security/pod-security-admission/',
    check: ofNamespaces(({ view }) => {
      const level = view.get('metadata', 'labels', ENFORCE_LABEL).text;
      if (level === 'restricted' || level === 'baseline') return undefined;
      return level === undefined ? `has no label ${ENFORCE_LABEL}` : `enforces ${level}, which admits everything`;
    }),
  },
];

function ofNamespaces(check: (object: KubeObject, all: Inventory) => string | undefined): Rule['check'] {
  return ofKinds(['/Namespace'], (object, all) => {
    const message = OWN.has(object.name) ? undefined : check(object, all);
    return message === undefined ? [] : [{ at: object.view.get('metadata'), message }];
  });
}

function deniesAll({ view }: KubeObject): boolean {
  const spec = view.get('spec');
  const types = spec.get('policyTypes');
  return (
    spec.get('podSelector').size === 0 &&
    (!types.given || types.texts.includes('Ingress')) &&
    spec.get('ingress').size === 0
  );
}
