/** The few assertions the tests need, without a library. */

/**
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} [what]
 */
export function assertEquals(actual, expected, what = "") {
    const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (one !== other) throw new Error(`${what} expected ${other}, got ${one}`);
}

/**
 * @param {number} actual
 * @param {number} expected
 * @param {number} [tolerance]
 */
export function assertClose(actual, expected, tolerance = 1e-9) {
    if (!(Math.abs(actual - expected) <= tolerance)) throw new Error(`expected about ${expected}, got ${actual}`);
}

/**
 * @param {unknown} condition
 * @param {string} what
 */
export function assert(condition, what) {
    if (!condition) throw new Error(what);
}

/**
 * @param {() => unknown} action
 * @param {RegExp} pattern of the message
 */
export async function assertRejects(action, pattern) {
    try {
        await action();
    } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!pattern.test(message)) throw new Error(`expected an error like ${pattern}, got ${message}`);
        return;
    }
    throw new Error(`expected an error like ${pattern}, got none`);
}
