/** @typedef {{ study: string, series: string }} SeriesName UIDs */

/** The kind of what is dragged from a list of series: the UID of the study, a space, that of the series. */
export const seriesType = "application/x-tarn-series";

/**
 * Takes a series that is dropped on an element.
 * @param {HTMLElement} element
 * @param {(detail: SeriesName) => void} dropped
 */
export function attachDrop(element, dropped) {
    element.addEventListener("dragover", (event) => {
        if (!event.dataTransfer?.types.includes(seriesType)) return;
        event.preventDefault();
        element.toggleAttribute("data-dropping", true);
    });
    element.addEventListener("dragleave", (event) => {
        if (event.relatedTarget instanceof Node && element.contains(event.relatedTarget)) return;
        element.toggleAttribute("data-dropping", false);
    });
    element.addEventListener("drop", (event) => {
        element.toggleAttribute("data-dropping", false);
        const text = event.dataTransfer?.getData(seriesType);
        if (!text) return;
        event.preventDefault();
        const [study, series] = text.split(" ");
        if (study && series) dropped({ study, series });
    });
}

/**
 * Lets a series be dragged.
 * @param {HTMLElement} element
 * @param {SeriesName} name
 */
export function attachDrag(element, { study, series }) {
    element.draggable = true;
    element.addEventListener("dragstart", (event) => event.dataTransfer?.setData(seriesType, `${study} ${series}`));
}
