import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { ApiProblem, type ProblemFault } from './api-problem.js';

/** Unknown properties are refused; every fault is told with its pointer. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const faults = errors.flatMap((error) => faultsOf(error, ''));
      return new ApiProblem('invalid_request', faults.map((fault) => fault.message).join('; '), faults);
    },
  });
}

function faultsOf(error: ValidationError, parent: string): ProblemFault[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    pointer,
    code: constraint === 'whitelistValidation' ? 'unknown_property' : 'invalid',
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}
