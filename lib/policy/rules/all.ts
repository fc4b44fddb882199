import type { Rule } from '../rule';
import { BUDGET_RULES } from './budgets';
import { ENDING_RULES } from './endings';
import { HOST_RULES } from './host';
import { IMAGE_RULES } from './images';
import { NAMESPACE_RULES } from './namespaces';
import { OBJECT_RULES } from './objects';
import { PROBE_RULES } from './probes';
import { RESOURCE_RULES } from './resources';
import { RIGHT_RULES } from './rights';
import { ROUTE_RULES } from './routes';
import { SECRET_RULES } from './secrets';
import { SECURITY_RULES } from './security';
import { SERVICE_RULES } from './services';
import { WORKLOAD_RULES } from './workloads';

/** Every rule, in the order of the documentation. */
export const ALL_RULES: readonly Rule[] = [
  ...OBJECT_RULES,
  ...IMAGE_RULES,
  ...PROBE_RULES,
  ...RESOURCE_RULES,
  ...SECURITY_RULES,
  ...HOST_RULES,
  ...WORKLOAD_RULES,
  ...BUDGET_RULES,
  ...SERVICE_RULES,
  ...ENDING_RULES,
  ...ROUTE_RULES,
  ...SECRET_RULES,
  ...NAMESPACE_RULES,
  ...RIGHT_RULES,
];
