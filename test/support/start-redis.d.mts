export declare function startRedis(options: {
  directory: string;
  say: (line: string) => void;
  settings?: Record<string, string>;
  port?: number;
}): Promise<{ url: string; pid: number }>;
