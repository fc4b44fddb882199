import { awsData, awsEphemeral, awsProvider, awsResources } from './aws.table';
import {
  ephemeral,
  lookup,
  providerOf,
  resource,
  type L1Class,
  type L1Lookup,
  type L1Resource,
  type ProviderSpec,
} from './l1';

/**
 * The range of AWS providers that what is declared below works with.
 *
 * 5.100 is the version that the tables were derived from; nothing that version 6 removed is in them.
 */
export const awsSpec: ProviderSpec = { name: 'aws', source: 'hashicorp/aws', version: '>= 5.95.0, < 7.0.0' };

type Resources = typeof awsResources;
type Lookups = typeof awsData;
const of = <K extends keyof Resources>(type: K): L1Class<Resources[K], L1Resource> =>
  resource(awsSpec, type, awsResources[type]);
const find = <K extends keyof Lookups>(type: K): L1Class<Lookups[K], L1Lookup> => lookup(awsSpec, type, awsData[type]);

/** The provider. */
export const AwsProvider = providerOf(awsSpec, awsProvider);

/** Resources of AWS, typed by the provider's own schema. */
export const aws = {
  AutoscalingGroup: of('aws_autoscaling_group'),
  DefaultSecurityGroup: of('aws_default_security_group'),
  Eip: of('aws_eip'),
  IamInstanceProfile: of('aws_iam_instance_profile'),
  IamRole: of('aws_iam_role'),
  IamRolePolicy: of('aws_iam_role_policy'),
  InternetGateway: of('aws_internet_gateway'),
  KmsAlias: of('aws_kms_alias'),
  KmsKey: of('aws_kms_key'),
  LaunchTemplate: of('aws_launch_template'),
  Lb: of('aws_lb'),
  LbListener: of('aws_lb_listener'),
  LbTargetGroup: of('aws_lb_target_group'),
  NatGateway: of('aws_nat_gateway'),
  Route: of('aws_route'),
  Route53Record: of('aws_route53_record'),
  Route53Zone: of('aws_route53_zone'),
  RouteTable: of('aws_route_table'),
  RouteTableAssociation: of('aws_route_table_association'),
  S3Bucket: of('aws_s3_bucket'),
  S3BucketEncryption: of('aws_s3_bucket_server_side_encryption_configuration'),
  S3BucketLifecycle: of('aws_s3_bucket_lifecycle_configuration'),
  S3BucketPolicy: of('aws_s3_bucket_policy'),
  S3BucketPublicAccessBlock: of('aws_s3_bucket_public_access_block'),
  S3BucketVersioning: of('aws_s3_bucket_versioning'),
  S3Object: of('aws_s3_object'),
  SecurityGroup: of('aws_security_group'),
  SsmParameter: of('aws_ssm_parameter'),
  Subnet: of('aws_subnet'),
  Vpc: of('aws_vpc'),
  VpcEndpoint: of('aws_vpc_endpoint'),
  EgressRule: of('aws_vpc_security_group_egress_rule'),
  IngressRule: of('aws_vpc_security_group_ingress_rule'),
};

/** Data sources of AWS. */
export const awsLookups = {
  Ami: find('aws_ami'),
  CallerIdentity: find('aws_caller_identity'),
  Partition: find('aws_partition'),
  SsmParameter: find('aws_ssm_parameter'),
};

/** Reads a parameter without leaving its value in state or plan. */
export const ephemeralSsmParameter = ephemeral('aws_ssm_parameter', awsEphemeral.aws_ssm_parameter);
