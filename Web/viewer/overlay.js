import { h } from "../core/dom.js";
import { formatDate, formatPerson } from "../core/format.js";
import { directionLetters, edgeLetters, rulerLength } from "./geometry/orientation.js";
import { dot, planeOf } from "./geometry/planes.js";
import { fitScale, imageToCanvas, inverse, pixelShape } from "./geometry/view.js";

/** @import { DisplayFrame, SeriesDisplay, Study, VOIWindow } from "../types.d.ts" */
/** @import { ViewerState } from "./state.js" */

/**
 * True where the spacing is that of the patient, so that millimetres may be shown. Imager Pixel Spacing
 * (0018,1164) is measured at the detector and would make everything look too large.
 * @param {DisplayFrame} frame
 */
export function hasPatientSpacing(frame) {
    // What is not known is left out of the server's answer, not null.
    return Array.isArray(frame.pixelSpacing) && !/imager|nominal/i.test(frame.spacingSource ?? "");
}

/** @param {number} value */
function short(value) {
    return Math.abs(value) >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

/**
 * Where the image lies along its normal: "Position H 70 mm".
 * @param {DisplayFrame} frame
 */
export function placeText(frame) {
    const plane = planeOf(frame);
    if (!plane) return null;
    const place = dot(plane.origin, plane.normal);
    const letters = directionLetters(plane.normal.map((part) => part * (Math.sign(place) || 1)));
    return `Position ${letters} ${short(Math.abs(place))} mm`;
}

/**
 * What one has to know before one trusts one's eyes.
 * @param {DisplayFrame} frame
 * @returns {string[]}
 */
export function warnings(frame) {
    const source = frame.spacingSource ?? "";
    const size = hasPatientSpacing(frame)
        ? null
        : !frame.pixelSpacing
        ? "Not calibrated: no mm"
        : /imager/i.test(source)
        ? "Size at the detector: no mm"
        : "Nominal size: no mm";
    return [frame.lossy ? "Lossy compression" : null, size].filter((text) => text !== null);
}

/**
 * What one has to know of the series before one scrolls through it and takes what is not there for healthy.
 * @param {SeriesDisplay} display
 * @returns {string[]}
 */
export function seriesWarnings(display) {
    const stacks = display.geometry?.stacks ?? [];
    const missing = stacks.reduce((sum, stack) => sum + stack.missing, 0);
    const tilt = Math.max(0, ...stacks.map((stack) => stack.tilt ?? 0));
    return [
        missing > 0 ? (missing === 1 ? "1 slice missing" : `${missing} slices missing`) : null,
        tilt > 0 ? `Gantry tilt ${short(tilt)}°` : null,
    ].filter((text) => text !== null);
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
     *   window: VOIWindow | null, canvas: { width: number, height: number, ratio: number } }} what
     */
    show({ display, study, frame, state, window, canvas }) {
        this.element.hidden = !state.overlay;
        const { series, frames } = display;
        const person = formatPerson(study.age, study.sex);
        lines(this.corners.topLeft, [study.subject, person, study.description, series.description]);
        lines(this.corners.topRight, [formatDate(study.date), series.modality, `${frame.columns} × ${frame.rows}`]);
        const drawn = fitScale(frame, canvas, state.rotation) * state.zoom * canvas.ratio;
        const isInterpolated = state.smooth && Math.abs(drawn - 1) > 0.001;
        const warned = [...seriesWarnings(display), ...warnings(frame)];
        this.corners.topRight.append(...warned.map((text) => h("div", { class: "warning" }, text)));
        // True of nearly every image on a screen: said, but not as loud.
        if (isInterpolated) this.corners.topRight.append(h("div", { class: "soft" }, "Interpolated"));
        lines(this.corners.bottomLeft, [
            `Image ${state.index + 1} of ${frames.length}`,
            placeText(frame),
            frame.sliceThickness ? `Thickness ${short(frame.sliceThickness)} mm` : null,
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
        this.rulerText.textContent = unit;
    }
}

/**
 * @param {HTMLElement} element
 * @param {(string | null | undefined)[]} texts
 */
function lines(element, texts) {
    element.replaceChildren(...texts.filter(Boolean).map((text) => h("div", null, text)));
}
