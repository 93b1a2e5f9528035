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

/** What stands for images that are in cold storage. */
function awayThumbnail() {
    return h("span", { class: "thumbnail", title: "In cold storage" }, icon("box"));
}

/**
 * @param {string} study
 * @param {string} [local] where its images are
 */
export function studyThumbnail(study, local = "here") {
    if (local !== "here") return awayThumbnail();
    return thumbnail(`/dicom-web/studies/${encodeURIComponent(study)}/thumbnail`);
}

/**
 * @param {string} study
 * @param {string} series
 * @param {string} [local] where the images of the study are
 */
export function seriesThumbnail(study, series, local = "here") {
    if (local !== "here") return awayThumbnail();
    return thumbnail(`/dicom-web/studies/${encodeURIComponent(study)}/series/${encodeURIComponent(series)}/thumbnail`);
}
