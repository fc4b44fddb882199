import { ValidationError, type Located } from '../../core/errors';

const NAME = '[\\w+=,.@-]+';
const USER = new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:user/(${NAME}/)*${NAME}$`);
const SESSION = new RegExp(`^arn:aws[a-z-]*:sts::\\d{12}:assumed-role/${NAME}/(\\*|${NAME})$`);

/**
 * Refuses what is neither a user's ARN nor that of a role's session, as SSM names whoever wrote a parameter.
 *
 * @throws ValidationError with the two forms
 */
export function checkPerson(at: Located, property: string, identity: string): void {
  if (USER.test(identity) || SESSION.test(identity)) return;
  throw new ValidationError(
    at,
    `${property} must be the ARN of a user or of a role's session, got ${identity}; write it as arn:aws:iam::123456789012:user/alice or arn:aws:sts::123456789012:assumed-role/Admins/alice, with * for every session`,
  );
}
