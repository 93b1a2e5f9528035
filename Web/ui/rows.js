import { h } from "../core/dom.js";

/**
 * A list of any length of which only the rows in sight exist. All rows are equally high.
 */
export class TarnRows extends HTMLElement {
    #count = 0;
    /** @type {(index: number) => HTMLElement} */
    #row = () => h("div");
    #height = 44;
    #inner = h("div", { class: "rows-inner" });
    #scheduled = false;
    #listening = new AbortController();

    connectedCallback() {
        if (!this.#inner.isConnected) this.append(this.#inner);
        this.tabIndex = 0;
        this.setAttribute("role", "list");
        this.#listening = new AbortController();
        const { signal } = this.#listening;
        this.addEventListener("scroll", () => this.#later(), { signal });
        addEventListener("resize", () => this.#later(), { signal });
    }

    disconnectedCallback() {
        this.#listening.abort();
    }

    /**
     * @param {number} count
     * @param {(index: number) => HTMLElement} row
     */
    show(count, row) {
        this.#count = count;
        this.#row = row;
        this.#inner.style.height = `${count * this.#height}px`;
        this.#later();
    }

    #later() {
        if (this.#scheduled) return;
        this.#scheduled = true;
        requestAnimationFrame(() => {
            this.#scheduled = false;
            this.#render();
        });
    }

    #render() {
        const first = Math.max(0, Math.floor(this.scrollTop / this.#height) - 5);
        const last = Math.min(this.#count, Math.ceil((this.scrollTop + this.clientHeight) / this.#height) + 5);
        const rows = [];
        for (let index = first; index < last; index++) {
            const row = this.#row(index);
            row.setAttribute("role", "listitem");
            row.setAttribute("aria-setsize", String(this.#count));
            row.setAttribute("aria-posinset", String(index + 1));
            row.style.transform = `translateY(${index * this.#height}px)`;
            rows.push(row);
        }
        this.#inner.replaceChildren(...rows);
    }
}

customElements.define("tarn-rows", TarnRows);
