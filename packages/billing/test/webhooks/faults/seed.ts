/** From the environment, so that a run can be repeated with the seed that it printed. */
export const SEED: number = Number(process.env["FAULT_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
