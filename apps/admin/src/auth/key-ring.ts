import { randomBytes } from 'node:crypto';
import { equalInConstantTime } from '#shared';
import type { ApiKeyStore, Role } from '#storage';

/** Who calls. */
export interface Principal {
  /** Name of the key, for the log. */
  name: string;
  role: Role;
}

const PREFIX = 'hm_';
const MAX_KEY_LENGTH = 512;

/** A new key: `hm_` and 32 random bytes in base64url. */
export function makeApiKey(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/**
 * Tells who holds a key. The first admin key comes from the configuration and is in no table; the others are looked up
 * by their hash at each call, so that a deleted key is refused at once.
 */
export class KeyRing {
  constructor(
    private readonly keys: Pick<ApiKeyStore, 'findByKey'>,
    private readonly bootstrapKey: string | null,
  ) {}

  /** @param authorization value of the header; null when it is absent, of another scheme, or its key unknown */
  async identify(authorization: string | undefined): Promise<Principal | null> {
    const key = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined || key.length > MAX_KEY_LENGTH) return null;
    if (this.bootstrapKey !== null && equalInConstantTime(key, this.bootstrapKey)) {
      return { name: 'bootstrap', role: 'admin' };
    }
    const found = await this.keys.findByKey(key);
    return found ? { name: found.name, role: found.role } : null;
  }
}
