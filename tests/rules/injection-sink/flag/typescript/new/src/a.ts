const x = 1;
export const f = (n: string) => execSync(`git log ${n}`);
