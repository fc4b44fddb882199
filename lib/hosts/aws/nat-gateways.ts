/** How hosts in private subnets reach the internet. */
export enum NatGateways {
  /** One in each zone: the loss of a zone cuts off no other, and traffic stays in its zone. */
  PER_ZONE = 'per-zone',
  /** One for all, in the first zone by name: cheaper, and its zone's loss cuts every host off. */
  ONE = 'one',
  /** None: images are baked and come from inside, the cloud's API is reached by endpoints. */
  NONE = 'none',
}
