import type { NodeDriver } from '../host-cloud';
import { AWS_SCRIPTS } from './node.table';

/** How scripts on a node reach AWS: signed by curl with the keys of the machine's role. */
export const awsNodeDriver: NodeDriver = {
  library: AWS_SCRIPTS['driver.sh'],
  fetch: AWS_SCRIPTS['fetch.sh'],
  calls: [
    'ec2:DescribeInstances',
    's3:GetObject',
    's3:PutObject',
    'ssm:DeleteParameter',
    'ssm:GetParameter',
    'ssm:GetParameterHistory',
    'ssm:GetParametersByPath',
    'ssm:PutParameter',
  ],
  packages: ['curl', 'jq', 'python3'],
};
