import { resolveSecret, type AuthEntry } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { findProvider, isHeadersOnly, type SignatureEntry } from '#signatures';
import { valueForms } from './value-forms.js';

type Env = Readonly<Record<string, string>>;
type PresetEntry = Extract<AuthEntry, { type: 'signature' | 'jwt' }>;

/** A check of gate 9. Null where a configured value cannot be resolved: that passes nobody. */
export type HeaderCheck =
  | { kind: 'basic'; username: string | null; password: string | null; secretName: string }
  | { kind: 'token'; value: string | null; header: string | null; query: string | null; secretName: string }
  | { kind: 'preset'; check: PresetCheck };

/** An entry of a preset with everything it needs at hand. */
export interface PresetCheck {
  readonly entry: SignatureEntry;
  /** For each of the entry's secrets, what the request log calls it. */
  readonly secretNames: readonly string[];
  /** False when a configured secret or option cannot be resolved: then nothing passes. */
  readonly isUsable: boolean;
  /** Under which name a secret that a handshake delivers is kept; null when the preset knows none. */
  readonly deliveredName: string | null;
  /** The URL as its sender calls it, where the document says so. */
  readonly url: string | null;
}

/** The checks of one workflow under one state of the secrets. */
export interface ResolvedAuth {
  /** Gate 9: headers, method and URL are enough. */
  readonly headerChecks: readonly HeaderCheck[];
  /** Gate 12: they read the body. */
  readonly bodyChecks: readonly PresetCheck[];
  /** Every entry of a preset, in the order of the document. */
  readonly presets: readonly PresetCheck[];
  /** The texts as which a secret may turn up in a header or a URL, to be masked. */
  readonly secretForms: readonly string[];
}

/** What a workflow's `auth` asks for, resolved once per state of the secrets: the directory gives one object for each. */
export class AuthChecks {
  private env: Env | null = null;
  private resolved: ResolvedAuth | null = null;

  constructor(
    private readonly entries: readonly AuthEntry[],
    private readonly envNames: readonly string[],
  ) {}

  resolve(env: Env): ResolvedAuth {
    if (this.resolved === null || env !== this.env) {
      this.resolved = new Resolution(this.envNames, env).resolve(this.entries);
      this.env = env;
    }
    return this.resolved;
  }
}

class Resolution {
  private readonly values = new Set<string>();

  constructor(
    private readonly envNames: readonly string[],
    private readonly env: Env,
  ) {}

  resolve(entries: readonly AuthEntry[]): ResolvedAuth {
    const headerChecks: HeaderCheck[] = [];
    const bodyChecks: PresetCheck[] = [];
    const presets: PresetCheck[] = [];
    for (const entry of entries) {
      if (entry.type === 'ip') continue;
      if (entry.type === 'basic' || entry.type === 'token') headerChecks.push(this.credential(entry));
      else {
        const check = this.preset(entry);
        presets.push(check);
        if (isHeadersOnly(check.entry.provider)) headerChecks.push({ kind: 'preset', check });
        else bodyChecks.push(check);
      }
    }
    return { headerChecks, bodyChecks, presets, secretForms: [...this.values].flatMap(valueForms) };
  }

  private credential(entry: Extract<AuthEntry, { type: 'basic' | 'token' }>): HeaderCheck {
    if (entry.type === 'basic') {
      const username = resolveSecret(entry.username, this.envNames, this.env);
      return {
        kind: 'basic',
        username,
        password: this.secret(entry.password),
        secretName: nameOf(entry.password, 'password'),
      };
    }
    const { header, query = null, value } = entry;
    const secretName = nameOf(value, 'value');
    return { kind: 'token', value: this.secret(value), header: header?.toLowerCase() ?? null, query, secretName };
  }

  private preset(entry: PresetEntry): PresetCheck {
    const { type, provider: named, secrets: templates = [], ...written } = entry as PresetEntry & { provider?: string };
    const provider = type === 'jwt' ? 'jwt' : named!;
    const found = templates.map((template, at) => ({
      value: this.secret(template),
      name: nameOf(template, `secrets/${at}`),
    }));
    const there = found.filter(({ value }) => value !== null);
    const options = this.options(written);
    const secrets = there.map(({ value }) => value!);
    return {
      entry: { provider, secrets, options: options.values },
      secretNames: there.map(({ name }) => name),
      // An optional secret that is configured and gone must not turn into one that was never asked for.
      isUsable: options.areComplete && (templates.length === 0 || there.length > 0),
      deliveredName: findProvider(provider)?.secrets === 'delivered' ? (found[0]?.name ?? null) : null,
      url: typeof options.values.url === 'string' ? options.values.url : null,
    };
  }

  /** Options that a missing secret leaves without value are left out. */
  private options(written: JsonObject): { values: JsonObject; areComplete: boolean } {
    let areComplete = true;
    const fill = (value: Json): Json | undefined => {
      if (typeof value === 'string' && value.includes('{{')) {
        const text = this.secret(value);
        if (text === null) areComplete = false;
        return text ?? undefined;
      }
      if (Array.isArray(value)) return value.flatMap((item) => fill(item) ?? []);
      return isJsonObject(value) ? members(value) : value;
    };
    const members = (value: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(value).flatMap(([name, item]) => pairOf(name, fill(item))));
    return { values: members(written), areComplete };
  }

  private secret(template: string): string | null {
    const value = resolveSecret(template, this.envNames, this.env);
    if (value !== null) this.values.add(value);
    return value;
  }
}

function pairOf(name: string, value: Json | undefined): [string, Json][] {
  return value === undefined ? [] : [[name, value]];
}

/** `{{$env.NAME}}` is known as NAME; anything else by its place, never by its text. */
function nameOf(template: string, place: string): string {
  return /^\{\{\s*(?:ctx\.)?\$env\.([A-Za-z_]\w*)\s*\}\}$/.exec(template)?.[1] ?? place;
}
