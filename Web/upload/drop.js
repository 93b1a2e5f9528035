/** @param {(path: string) => void} _go */
export function watchDrops(_go) {}
