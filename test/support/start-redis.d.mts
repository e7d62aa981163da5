export declare function startRedis(options: {
  directory: string;
  say: (line: string) => void;
  settings?: Record<string, string>;
}): Promise<{ url: string; pid: number }>;
