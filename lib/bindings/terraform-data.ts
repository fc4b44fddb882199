import { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Terraform's built-in resource, of which only the id is wanted: made once, kept for good.
 *
 * cdktf's own class of it runs the program `terraform` at each synth, to ask for its version.
 *
 * @see https://developer.hashicorp.com/terraform/language/resources/terraform-data
 */
export class TerraformData extends TerraformResource {
  constructor(scope: Construct, id: string) {
    super(scope, id, { terraformResourceType: 'terraform_data' });
  }

  /** A uuid. */
  public get id(): string {
    return this.getStringAttribute('id');
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {};
  }
}
