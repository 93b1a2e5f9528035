import { rates } from "./slices.js";

/** Plays the images of a series one after the other. */
export class Film {
    #rate = rates.usual;
    #isPlaying = false;
    #timer = 0;

    /** @param {() => void} step shows the next image */
    constructor(step) {
        this.step = step;
    }

    get rate() {
        return this.#rate;
    }

    /** @param {number} rate frames a second */
    set rate(rate) {
        this.#rate = rate;
        this.play(this.#isPlaying);
    }

    /** @param {boolean} isPlaying */
    play(isPlaying) {
        clearInterval(this.#timer);
        this.#isPlaying = isPlaying;
        if (isPlaying) this.#timer = setInterval(this.step, 1000 / this.#rate);
    }
}
