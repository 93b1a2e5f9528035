import { h } from "../core/dom.js";
import { formatDate } from "../core/format.js";
import { edgeLetters, rulerLength } from "./geometry/orientation.js";
import { fitScale, imageToCanvas, inverse, pixelShape } from "./geometry/view.js";

/** @import { DisplayFrame, SeriesDisplay, Study, VOIWindow } from "../types.d.ts" */
/** @import { ViewerState } from "./state.js" */

/**
 * True where the spacing is that of the patient, so that millimetres may be shown. Imager Pixel Spacing
 * (0018,1164) is measured at the detector and would make everything look too large.
 * @param {DisplayFrame} frame
 */
export function hasPatientSpacing(frame) {
    return frame.pixelSpacing !== null && !/imager|nominal/i.test(frame.spacingSource ?? "");
}

/** @param {number} value */
function short(value) {
    return Math.abs(value) >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

/** Text in the corners, letters at the edges and the ruler. */
export class Overlay {
    constructor() {
        const corner = (/** @type {string} */ name) => h("div", { class: `corner ${name}` });
        this.corners = {
            topLeft: corner("top left"),
            topRight: corner("top right"),
            bottomLeft: corner("bottom left"),
            bottomRight: corner("bottom right"),
        };
        const edge = (/** @type {string} */ name) => h("div", { class: `edge ${name}`, "aria-hidden": "true" });
        this.edges = { left: edge("left"), right: edge("right"), top: edge("top"), bottom: edge("bottom") };
        this.probe = h("output", { class: "probe" });
        this.rulerBar = h("div", { class: "bar-line" });
        this.rulerText = h("div");
        this.ruler = h("div", { class: "ruler", "aria-hidden": "true" }, this.rulerBar, this.rulerText);
        this.element = h("div", { class: "overlay" }, [
            ...Object.values(this.corners),
            ...Object.values(this.edges),
            this.ruler,
        ]);
    }

    /**
     * @param {{ display: SeriesDisplay, study: Study, frame: DisplayFrame, state: ViewerState,
     *   window: VOIWindow | null, canvas: { width: number, height: number } }} what
     */
    show({ display, study, frame, state, window, canvas }) {
        this.element.hidden = !state.overlay;
        const { series, frames } = display;
        lines(this.corners.topLeft, [study.subject, study.description, series.description]);
        lines(this.corners.topRight, [formatDate(study.date), series.modality, `${frame.columns} × ${frame.rows}`]);
        const position = frame.position?.map(short).join(", ");
        lines(this.corners.bottomLeft, [
            `Image ${state.index + 1} of ${frames.length}`,
            position ? `Position ${position} mm` : null,
            `Zoom ${Math.round(state.zoom * 100)} %`,
        ]);
        const shape = window?.function && window.function !== "LINEAR" ? ` ${window.function.toLowerCase()}` : "";
        lines(this.corners.bottomRight, [
            window ? `W ${short(window.width)}  L ${short(window.center)}${shape}` : "Colour or rendered by the server",
            state.invert ? "Inverted" : null,
        ]);
        this.corners.bottomRight.prepend(this.probe);
        const toImage = inverse(imageToCanvas(frame, canvas, state));
        const letters = edgeLetters(frame.orientation, toImage);
        for (const side of /** @type {const} */ (["left", "right", "top", "bottom"])) {
            this.edges[side].textContent = letters?.[side] ?? "";
        }
        this.#showRuler(frame, canvas, state);
    }

    /**
     * @param {DisplayFrame} frame
     * @param {{ width: number, height: number }} canvas
     * @param {ViewerState} state
     */
    #showRuler(frame, canvas, state) {
        const scale = fitScale(frame, canvas, state.rotation) * state.zoom;
        const patient = hasPatientSpacing(frame);
        const smaller = patient ? Math.min(...(frame.pixelSpacing ?? [1])) : 1;
        const [wide] = pixelShape(frame.pixelSpacing);
        const perPixel = (patient ? smaller : 1 / wide) / scale;
        if (!Number.isFinite(perPixel) || !(perPixel > 0)) return;
        const length = rulerLength(perPixel, Math.min(160, canvas.width / 3));
        this.rulerBar.style.width = `${length / perPixel}px`;
        const unit = patient ? (length >= 10 ? `${length / 10} cm` : `${length} mm`) : `${length} px`;
        const warning = frame.pixelSpacing && !patient ? " (detector spacing: no mm)" : "";
        this.rulerText.textContent = unit + warning;
    }
}

/**
 * @param {HTMLElement} element
 * @param {(string | null | undefined)[]} texts
 */
function lines(element, texts) {
    element.replaceChildren(...texts.filter(Boolean).map((text) => h("div", null, text)));
}
