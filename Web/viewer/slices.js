import { fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";

/** @typedef {{ index: number, count: number, playing: boolean, rate: number }} Place */

/**
 * What the bar below the image tells the viewport.
 * @typedef {object} SlicesTarget
 * @property {(index: number) => void} go
 * @property {() => void} play plays or pauses
 * @property {(rate: number) => void} rate frames a second
 * @property {() => void} maximise
 * @property {() => void} close
 */

/** Frames a second that can be played. */
export const rates = { least: 1, most: 60, usual: 12 };

/** The bar below the image: film, slider, number of the image. */
export class Slices {
    #count = -1;

    /** @param {SlicesTarget} target */
    constructor(target) {
        this.slider = h("input", { type: "range", min: "1", step: "1", "aria-label": "Image" });
        this.slider.addEventListener("input", () => target.go(Number(this.slider.value) - 1));
        this.play = h("button", { class: "tool", type: "button" });
        this.play.addEventListener("click", () => target.play());
        this.rate = h("input", {
            class: "input",
            type: "number",
            min: rates.least,
            max: rates.most,
            "aria-label": "Frames a second",
            title: "Frames a second",
        });
        this.rate.addEventListener("change", () => {
            const wanted = Number(this.rate.value);
            if (wanted > 0) target.rate(Math.min(rates.most, Math.max(rates.least, wanted)));
        });
        this.film = h(
            "span",
            { class: "film" },
            this.play,
            h("label", { class: "mini" }, this.rate, h("span", { "aria-hidden": "true" }, "/s")),
        );
        this.position = h("span", { class: "numeric position" });
        this.element = h(
            "div",
            { class: "slices" },
            this.film,
            this.slider,
            this.position,
            h(
                "span",
                { class: "several" },
                iconButton("large", "Large, or both again (double click)", target.maximise),
                iconButton("close", "Close this image", target.close),
            ),
        );
    }

    /** @param {Place} place */
    show({ index, count, playing, rate }) {
        if (count !== this.#count) {
            this.#count = count;
            this.slider.max = String(Math.max(1, count));
            this.slider.disabled = this.play.disabled = this.rate.disabled = count < 2;
            this.film.hidden = count < 2;
        }
        this.slider.value = String(index + 1);
        this.slider.setAttribute("aria-valuetext", `Image ${index + 1} of ${count}`);
        this.position.textContent = count > 0 ? `${index + 1} / ${count}` : "";
        if (document.activeElement !== this.rate) this.rate.value = String(rate);
        const label = playing ? "Pause (C)" : "Play (C)";
        if (this.play.title === label) return;
        this.play.title = label;
        this.play.setAttribute("aria-label", label);
        fill(this.play, icon(playing ? "pause" : "play"));
    }
}

/** @param {string} symbol @param {string} label @param {() => void} act */
function iconButton(symbol, label, act) {
    const button = h("button", { class: "tool", type: "button", title: label, "aria-label": label }, icon(symbol));
    button.addEventListener("click", act);
    return button;
}
