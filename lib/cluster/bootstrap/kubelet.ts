import type { BootstrapProps } from './bootstrap-props';
import { merge } from './merge';

type Json = Record<string, unknown>;

/** The kubelets' configuration, but for what depends on the machine. */
export function kubeletConfiguration(props: BootstrapProps): Json {
  const { dnsAddress, serviceDomain, maxPods, kubeletConfiguration: over = {} } = props;
  const own = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    cgroupDriver: 'systemd',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    },
    authorization: { mode: 'Webhook' },
    clusterDNS: [dnsAddress],
    clusterDomain: serviceDomain,
    rotateCertificates: true,
    serverTLSBootstrap: true,
    readOnlyPort: 0,
    protectKernelDefaults: true,
    makeIPTablesUtilChains: true,
    eventRecordQPS: 50,
    streamingConnectionIdleTimeout: '30m0s',
    tlsMinVersion: 'VersionTLS12',
    seccompDefault: true,
    maxPods,
    podPidsLimit: 4096,
    serializeImagePulls: false,
    maxParallelImagePulls: 5,
    containerLogMaxSize: '50Mi',
    containerLogMaxFiles: 5,
    // Enforcing what is reserved for the kubelet itself can kill it.
    enforceNodeAllocatable: ['pods'],
    shutdownGracePeriod: '60s',
    shutdownGracePeriodCriticalPods: '20s',
    failSwapOn: true,
  };
  return merge(own, over);
}

/** The part of it that is patched in on each node after the machine's own reservations, so that the user's word is the last. */
export function kubeletOverride({ kubeletConfiguration: over = {} }: BootstrapProps): Json | undefined {
  if (Object.keys(over).length === 0) return undefined;
  return { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', ...over };
}

/** kube-proxy's configuration. */
export function kubeProxyConfiguration(props: BootstrapProps): Json {
  const { podCidr, kubeProxyMode, kubeProxyConfiguration: over = {} } = props;
  const own = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: kubeProxyMode,
    clusterCIDR: podCidr,
    metricsBindAddress: '127.0.0.1:10249',
    conntrack: { maxPerCore: 32768, min: 131072 },
  };
  return merge(own, over);
}
