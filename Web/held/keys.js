/** Keys of the page of held images. Letters as on the buttons; arrows do what is nearest: move a selected box, else turn. */

/** @import { stage } from "./stage.js" */

/**
 * @typedef {object} HeldActs
 * @property {() => void} release
 * @property {() => void} approve
 * @property {() => void} reject
 * @property {(by: number) => void} choose the item before or after
 * @property {() => void} add
 * @property {() => void} take
 * @property {(by: number) => void} step to another box
 * @property {() => void} leave no box is selected any more
 * @property {(dx: number, dy: number, grows: boolean) => void} shift the selected box
 */

/** One press moves a box by a pixel; a key that is held, by so many. */
const run = 8;

/** @type {Record<string, [number, number]>} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {KeyboardEvent} event
 * @param {ReturnType<typeof stage>} look
 * @param {HeldActs} acts
 * @returns {boolean} whether the key was one of ours
 */
export function onKey(event, look, acts) {
    const arrow = arrows[event.key];
    if (arrow && look.boxes.current) {
        const by = event.repeat ? run : 1;
        acts.shift(arrow[0] * by, arrow[1] * by, event.shiftKey);
        return true;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // A button that has the focus keeps its own keys.
    if (key === " " && event.target instanceof Element && event.target.closest("button, a")) return false;
    const actions = /** @type {Record<string, () => void>} */ ({
        a: acts.release,
        s: acts.approve,
        r: acts.reject,
        n: acts.add,
        b: () => acts.step(event.shiftKey ? -1 : 1),
        z: look.zoom,
        c: look.stretch,
        " ": look.playOrStop,
        Delete: acts.take,
        Backspace: acts.take,
        Escape: acts.leave,
        Home: () => look.go(1),
        End: () => look.go(look.last()),
        ArrowDown: () => acts.choose(1),
        ArrowUp: () => acts.choose(-1),
        ArrowRight: () => look.turn(1),
        ArrowLeft: () => look.turn(-1),
    });
    const action = actions[key];
    // Held keys would decide on one image after the other.
    if (!action || (event.repeat && ["a", "s", "r"].includes(key))) return Boolean(action);
    action();
    return true;
}
