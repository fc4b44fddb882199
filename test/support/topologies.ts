import { NatGateways, AwsNetwork, PodNetworkMode } from '../../lib';
import type { Topology } from './topology';

const two = ['a', 'b'];
const one = ['a'];

/** Clusters that stand for all: control planes x zones x modes x sizes x versions x proxy modes x spot x networks x images. */
export const TOPOLOGIES: Readonly<Record<string, Topology>> = {
  'three-zones': {},
  'one-control-plane-one-zone': { hosts: { zones: one }, cluster: { controlPlanes: 1, maxNodes: 5 } },
  'one-control-plane-three-zones': { cluster: { controlPlanes: 1 } },
  'three-control-planes-one-zone': { hosts: { zones: one }, cluster: { controlPlanes: 3 } },
  'three-control-planes-two-zones': { hosts: { zones: two }, cluster: { acceptZoneLoss: true } },
  'five-control-planes-three-zones': { cluster: { controlPlanes: 5 } },
  'five-control-planes-five-zones': { hosts: { zones: ['a', 'b', 'c', 'd', 'e'] }, cluster: { controlPlanes: 5 } },
  'size-5': { cluster: { maxNodes: 5 } , pools: { Workers: { min: 1, max: 5 } } },
  'size-6': { cluster: { maxNodes: 6 } },
  'size-21': { cluster: { maxNodes: 21 } },
  'size-101': { cluster: { maxNodes: 101 } },
  'size-200': { cluster: { maxNodes: 200 } },
  'size-1000': { cluster: { maxNodes: 1000 } },
  'vxlan-mtu': { cluster: { podNetworkMode: PodNetworkMode.VXLAN, podNetworkMtu: 1450 } },
  ipip: { cluster: { podNetworkMode: PodNetworkMode.IPIP } },
  'kubernetes-1.35': { cluster: { kubernetesVersion: '1.35' } },
  'kubernetes-1.37': { cluster: { kubernetesVersion: '1.37' } },
  'kubernetes-1.34': { cluster: { kubernetesVersion: '1.34', acknowledgeUnsupportedVersion: true } },
  'kubernetes-1.30': { cluster: { kubernetesVersion: '1.30', acknowledgeUnsupportedVersion: true } },
  'kubernetes-1.27': { cluster: { kubernetesVersion: '1.27', acknowledgeUnsupportedVersion: true } },
  'proxy-iptables': { cluster: { kubeProxyMode: 'iptables' } },
  'proxy-ipvs': { cluster: { kubeProxyMode: 'ipvs', kubernetesVersion: '1.35' } },
  spot: { pools: { Workers: {}, Spot: { min: 0, max: 10, spotPercent: 100, spotFlavors: ['m6i.xlarge'] } } },
  'public-api': { cluster: { publicApiAllowedRanges: ['203.0.113.0/24'], apiAllowedRanges: ['10.8.0.0/16'] } },
  'one-nat-gateway': { hosts: { natGateways: NatGateways.ONE } },
  'no-nat-gateway': { hosts: { natGateways: NatGateways.NONE } },
  'existing-network': {
    hosts: {
      cidr: undefined,
      network: AwsNetwork.existing({
        vpcId: 'vpc-0123456789abcdef0',
        cidr: '10.20.0.0/16',
        privateSubnetIds: { a: 'subnet-0a', b: 'subnet-0b', c: 'subnet-0c' },
      }),
    },
  },
  'many-pools': {
    cluster: { maxNodes: 60 },
    pools: {
      General: { min: 3, max: 30 },
      Ingress: { min: 3, max: 6, labels: { 'shop.example/ingress': 'true' }, taints: [{ key: 'shop.example/ingress', effect: 'NoSchedule' }] },
      Batch: { min: 0, max: 20, zones: ['b'], machine: '16c64g' },
    },
  },
};
