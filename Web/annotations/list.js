import { fill, h } from "../core/dom.js";
import { plural } from "../core/format.js";
import { icon } from "../ui/icons.js";
import { measuredOn } from "./layer.js";
import { lastMeasured, summary, typeName } from "./measure.js";
import { swatch } from "./label-look.js";

/** @import { AnnotationDesk } from "./desk.js" */
/** @import { Annotation } from "./types.d.ts" */

const firstRows = 200;

/** @type {Record<string, string>} */
const symbols = { length: "ruler", rectangle: "rectangle", ellipse: "ellipse", point: "point", image: "star" };

/** The annotations of the study, in the order of its images; a click goes to one. */
export class AnnotationList {
    #count = h("h3");
    #rows = h("ul", { class: "ann-list" });
    #more = h("button", { class: "button small", type: "button" }, "Show all");
    #limit = firstRows;
    #scheduled = 0;
    #timer = 0;

    /** @param {AnnotationDesk} desk */
    constructor(desk) {
        this.desk = desk;
        const { store, signal } = desk;
        this.element = h("div", { class: "ann-all" }, this.#count, this.#rows, this.#more);
        this.#more.addEventListener("click", () => {
            this.#limit = Infinity;
            this.#later();
        });
        store.addEventListener("view", () => this.#later(), { signal });
        desk.addEventListener("places", () => this.#later(), { signal });
        desk.viewer.addEventListener("shown", () => this.#moved(), { signal });
        this.#later();
    }

    /** Another image: not with each one of a film, and not while nobody looks at the list. */
    #moved() {
        if (this.desk.store.list.length === 0 || this.element.closest("[hidden]")) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#later(), 120);
    }

    #later() {
        this.#scheduled ||= requestAnimationFrame(() => {
            this.#scheduled = 0;
            this.#show();
        });
    }

    /** By series, then image, then as they were drawn. */
    #sorted() {
        const { desk } = this;
        const { store } = desk;
        const order = new Map(store.list.map((one) => {
            const place = desk.placeOf(one);
            return [one, place ? place.series * 1e6 + place.index : Infinity];
        }));
        return [...store.list].sort((one, other) => {
            const [a, b] = [order.get(one) ?? 0, order.get(other) ?? 0];
            return a === b ? 0 : a < b ? -1 : 1;
        });
    }

    #show() {
        const { store } = this.desk;
        const list = this.#sorted();
        const focused = this.#rows.contains(document.activeElement)
            ? document.activeElement?.closest("[data-id]")?.getAttribute("data-id")
            : null;
        this.#count.textContent = list.length === 0 ? "No annotations yet" : plural(list.length, "annotation");
        fill(this.#rows, list.slice(0, this.#limit).map((one) => this.#row(one)));
        this.#more.hidden = list.length <= this.#limit;
        this.element.classList.toggle("is-hidden", store.hidden);
        const row = focused && this.#rows.querySelector(`[data-id="${CSS.escape(focused)}"] button`);
        if (row instanceof HTMLElement) row.focus();
    }

    /** @param {Annotation} one */
    #row(one) {
        const { store, viewer } = this.desk;
        const shown = viewer.viewports.map((viewport) => viewport.shown).find((candidate) =>
            candidate?.frame.instance === one.instance && candidate.frame.frame === one.frame
        );
        const value = summary(one, shown ? measuredOn(one, shown) : lastMeasured(one));
        const place = this.desk.placeOf(one);
        const chosen = store.selected?.id === one.id;
        const button = h("button", { class: "ann-row", type: "button", "aria-current": chosen ? "true" : null }, [
            swatch(store.colorOf(one.label)),
            icon(symbols[one.type] ?? "point"),
            h("span", { class: "ann-what" }, [
                h("span", { class: "ann-name" }, one.label || typeName(one.type)),
                value ? h("span", { class: "ann-value numeric" }, value) : null,
                one.note ? h("span", { class: "ann-note" }, one.note) : null,
            ]),
            h("span", { class: "ann-where muted small" }, place ? this.#where(place) : ""),
        ]);
        // With the keyboard one goes on to move it; with the mouse one takes hold of it.
        button.addEventListener("click", (event) => this.desk.goTo(one, event.detail === 0));
        return h("li", { "data-id": one.id, class: shown ? "is-here" : null }, button);
    }

    /** @param {import("./desk.js").ImagePlace} place */
    #where({ display, index, series }) {
        const image = `Image ${index + 1}`;
        if (this.desk.study.series.length < 2) return image;
        const { number } = this.desk.study.series[series] ?? {};
        const name = typeof number === "number" ? `Series ${number}` : display.series.description;
        return name ? `${name}, ${image.toLowerCase()}` : image;
    }
}
