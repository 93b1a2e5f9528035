import { h } from "../core/dom.js";
import { icon } from "./icons.js";

/**
 * A small picture of a study or series, loaded when it comes into view; where there is none, a symbol.
 * @param {string} source
 */
export function thumbnail(source) {
    const place = h("span", { class: "thumbnail" });
    const image = h("img", { src: source, alt: "", loading: "lazy", decoding: "async", fetchpriority: "low" });
    image.addEventListener("error", () => place.replaceChildren(icon("image")), { once: true });
    place.append(image);
    return place;
}

/** @param {string} study */
export function studyThumbnail(study) {
    return thumbnail(`/dicom-web/studies/${encodeURIComponent(study)}/thumbnail`);
}

/**
 * @param {string} study
 * @param {string} series
 */
export function seriesThumbnail(study, series) {
    return thumbnail(`/dicom-web/studies/${encodeURIComponent(study)}/series/${encodeURIComponent(series)}/thumbnail`);
}
