import { AwsImage, AwsNetwork, NatGateways, PodNetworkMode } from '../../lib';
import type { Topology } from './topology';

const ARMOUR = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbm90IGEga2V5\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n';
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n';
const packages = { kubernetesKey: ARMOUR, dockerKey: ARMOUR };
const openFabric = { dropsForeignSources: false };

const images: Readonly<Record<string, Topology>> = {
  'image-debian': { hosts: { image: AwsImage.debian() }, cluster: { packages } },
  'image-ubuntu-own-mirrors': {
    hosts: { image: AwsImage.ubuntu() },
    cluster: {
      packages: {
        ...packages,
        containerdVersion: '2.1',
        kubernetesUrl: 'https://packages.example/kubernetes',
        dockerUrl: 'https://packages.example/docker/linux/ubuntu',
        distribution: 'noble',
      },
    },
  },
  'image-by-parameter': { hosts: { image: AwsImage.parameter('/images/{architecture}/node', { baked: true }) } },
  'image-by-id': { hosts: { image: AwsImage.id('ami-0123456789abcdef0', { baked: true }) } },
  arm64: { cluster: { controlPlaneMachine: 'm7g.xlarge' }, pools: { Workers: { machine: 'm7g.2xlarge' } } },
  'arm64-workers': { pools: { Workers: {}, Arm: { machine: 'c7g.2xlarge' } } },
};

const versions: Readonly<Record<string, Topology>> = {
  'kubernetes-1.37': { cluster: { kubernetesVersion: '1.37' } },
  'kubernetes-1.35': { cluster: { kubernetesVersion: '1.35' } },
  'kubernetes-1.34': { cluster: { kubernetesVersion: '1.34', acknowledgeUnsupportedVersion: true } },
  'kubernetes-1.30': { cluster: { kubernetesVersion: '1.30', acknowledgeUnsupportedVersion: true } },
  'kubernetes-1.27': { cluster: { kubernetesVersion: '1.27', acknowledgeUnsupportedVersion: true } },
  'proxy-mode-iptables': { cluster: { kubeProxyMode: 'iptables' } },
  'proxy-mode-ipvs': { cluster: { kubeProxyMode: 'ipvs', kubernetesVersion: '1.35' } },
  'cri-o': { cluster: { runtime: 'cri-o' } },
};

const sizes: Readonly<Record<string, Topology>> = {
  'size-5': { cluster: { maxNodes: 5 }, pools: { Workers: { min: 1, max: 5 } } },
  'size-6': { cluster: { maxNodes: 6 } },
  'size-21': { cluster: { maxNodes: 21 } },
  'size-101': { cluster: { maxNodes: 101 } },
  'size-200': { cluster: { maxNodes: 200 } },
  'size-1000': { cluster: { maxNodes: 1000 } },
  'size-4995': { cluster: { maxNodes: 4995, maxPods: 30, podBlockSize: 27, controlPlanes: 5 } },
};

const networks: Readonly<Record<string, Topology>> = {
  'mode-vxlan': { cluster: { podNetworkMode: PodNetworkMode.VXLAN, podNetworkMtu: 1450 } },
  'mode-ipip': { cluster: { podNetworkMode: PodNetworkMode.IPIP } },
  'mode-bgp': { facts: openFabric, hosts: { zones: ['a'] }, cluster: { maxNodes: 120 } },
  'mode-ipip-cross-subnet': { facts: openFabric },
  'mode-vxlan-cross-subnet': { facts: { ...openFabric, passesIpip: false } },
  'own-ranges': { cluster: { podCidr: '172.16.0.0/16', serviceCidr: '192.168.0.0/20', podBlockSize: 25 } },
  'one-nat-gateway': { hosts: { natGateways: NatGateways.ONE } },
  'no-nat-gateway': { hosts: { natGateways: NatGateways.NONE, interfaceEndpoints: ['ecr.api', 'ecr.dkr'] } },
  'existing-network': {
    hosts: {
      cidr: undefined,
      network: AwsNetwork.existing({
        vpcId: 'vpc-0123456789abcdef0',
        cidr: '10.20.0.0/16',
        privateSubnetIds: { a: 'subnet-0a', b: 'subnet-0b', c: 'subnet-0c' },
        publicSubnetIds: { a: 'subnet-1a', b: 'subnet-1b', c: 'subnet-1c' },
      }),
    },
    cluster: { publicApiAllowedRanges: ['203.0.113.0/24'] },
  },
  'public-api': { cluster: { publicApiAllowedRanges: ['203.0.113.0/24'], apiAllowedRanges: ['10.8.0.0/16'] } },
  'private-names': { hosts: { privateDns: { zoneName: 'internal.example' } } },
  'narrow-egress': { cluster: { egressRanges: ['10.0.0.0/8', '203.0.113.0/24'] } },
};

const companies: Readonly<Record<string, Topology>> = {
  'own-key': { hosts: { kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d' } },
  'permissions-boundary': {
    hosts: {
      permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
      securityGroupIds: ['sg-0123456789abcdef0'],
      tags: { cost: '4711' },
    },
    cluster: { tags: { team: 'platform' } },
  },
  proxy: {
    hosts: {
      proxy: { httpProxy: 'http://proxy.example:3128', httpsProxy: 'http://proxy.example:3128', noProxy: ['.example'] },
    },
  },
  'registry-mirrors': {
    cluster: {
      registryMirrors: [
        { registry: 'docker.io', url: 'https://harbor.example/v2/dockerhub', caCertificate: CERTIFICATE },
        { registry: '_default', url: 'https://harbor.example/v2/others', fallback: false },
      ],
    },
  },
  attestation: { cluster: { nodeAttestation: 'cloud' } },
  'no-deletion-protection': { hosts: { deletionProtection: false }, cluster: { snapshotKeepDays: 7 } },
  'node-overrides': {
    cluster: {
      apiServerArguments: { 'oidc-issuer-url': 'https://id.example', 'oidc-client-id': 'kubernetes' },
      kubeletConfiguration: { serializeImagePulls: false, maxParallelImagePulls: 4 },
      kubeProxyConfiguration: { conntrack: { maxPerCore: 0 } },
      sysctls: { 'vm.max_map_count': '262144' },
      kernelModules: ['nvme_tcp'],
      ntpServers: ['ntp.example'],
      podSecurity: 'restricted',
      auditPolicy: 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n',
      ignorePreflightErrors: ['SystemVerification'],
      serviceDomain: 'k8s.example',
      etcdSnapshotMinutes: 5,
      nodeSnippets: ['#cloud-config\nruncmd:\n- [touch, /run/hello]\n'],
    },
    pools: { Workers: { nodeSnippets: ['#cloud-config\npackage_update: false\n'], diskGib: 200 } },
  },
};

const pools: Readonly<Record<string, Topology>> = {
  'no-pools': { pools: {} },
  'many-pools': {
    cluster: { maxNodes: 60 },
    pools: {
      General: { min: 3, max: 30 },
      Ingress: {
        min: 3,
        max: 6,
        labels: { 'shop.example/ingress': 'true' },
        taints: [{ key: 'shop.example/ingress', effect: 'NoSchedule' }],
      },
      Batch: { min: 0, max: 20, zones: ['b'], machine: '16c64g' },
    },
  },
  spot: { pools: { Workers: {}, Spot: { min: 0, max: 10, spotPercent: 100, spotFlavors: ['m6i.xlarge'] } } },
};

const quorums: Readonly<Record<string, Topology>> = {
  'three-control-planes-three-zones': {},
  'one-control-plane-one-zone': {
    hosts: { zones: ['a'] },
    cluster: { controlPlanes: 1, maxNodes: 5 },
    pools: { Workers: { min: 1, max: 5 } },
  },
  'one-control-plane-three-zones': { cluster: { controlPlanes: 1 } },
  'three-control-planes-one-zone': { hosts: { zones: ['a'] } },
  'three-control-planes-two-zones': { hosts: { zones: ['a', 'b'] }, cluster: { acceptZoneLoss: true } },
  'three-control-planes-of-five-zones': {
    hosts: { zones: ['a', 'b', 'c', 'd', 'e'] },
    cluster: { controlPlaneZones: ['a', 'c', 'e'] },
  },
  'five-control-planes-one-zone': { hosts: { zones: ['b'] }, cluster: { controlPlanes: 5 } },
  'five-control-planes-two-zones': {
    hosts: { zones: ['a', 'b'] },
    cluster: { controlPlanes: 5, acceptZoneLoss: true },
  },
  'five-control-planes-three-zones': { cluster: { controlPlanes: 5 } },
  'five-control-planes-five-zones': { hosts: { zones: ['a', 'b', 'c', 'd', 'e'] }, cluster: { controlPlanes: 5 } },
};

/** Clusters that stand for all: control planes x zones x modes x sizes x versions x proxy modes x images x networks. */
export const TOPOLOGIES: Readonly<Record<string, Topology>> = {
  ...quorums,
  ...sizes,
  ...versions,
  ...networks,
  ...images,
  ...companies,
  ...pools,
};
