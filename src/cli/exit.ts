/** The contract with scripts. Where both 3 and 4 would do, 3 is said: something is known to be wrong. 130: stopped by a person. */
export const exitCodes = { done: 0, failed: 1, usage: 2, findings: 3, incomplete: 4, stopped: 130 } as const;
