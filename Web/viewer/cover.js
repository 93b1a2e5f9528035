import { fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";

/** What is said in place of an image. */
export class Cover {
    element = h("div", { class: "message", role: "status" });
    #slowTimer = 0;

    /**
     * @param {string} symbol
     * @param {string} text
     * @param {...(Node | string)} more
     */
    say(symbol, text, ...more) {
        fill(this.element, h("div", null, icon(symbol), h("p", null, text), more));
    }

    /**
     * Says that something failed, with a way to try again.
     * @param {string} text
     * @param {() => void} again
     */
    failed(text, again) {
        this.say("alert", text, h("button", { class: "button", type: "button", onclick: again }, "Try again"));
    }

    /**
     * Says what is waited for; only a wait that one notices is worth a word.
     * @param {() => string} text empty when it has come meanwhile
     */
    wait(text) {
        this.#slowTimer ||= setTimeout(() => {
            this.#slowTimer = 0;
            const words = text();
            if (words) this.say("image", words);
        }, 250);
    }

    clear() {
        clearTimeout(this.#slowTimer);
        this.#slowTimer = 0;
        if (this.element.childElementCount > 0) fill(this.element);
    }
}
