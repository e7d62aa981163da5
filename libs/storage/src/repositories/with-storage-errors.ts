import { QueryFailedError } from 'typeorm';
import { toStorageError } from '../connection/storage-error.js';

/** Runs TypeORM work and lets its errors leave as `StorageUnavailable` or `RejectedRow`, like everything of storage. */
export async function withStorageErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error instanceof QueryFailedError ? error.driverError : error);
  }
}
