export declare function startRedis(options: {
  directory: string;
  say: (line: string) => void;
}): Promise<{ url: string; pid: number }>;
