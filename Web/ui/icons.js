import { svg } from "../core/dom.js";

/** Line icons of our own on a 24 by 24 grid. @type {Record<string, string[]>} */
const paths = {
    search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "m20 20-4-4"],
    upload: ["M12 16V4", "m7 9 5-5 5 5", "M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3"],
    download: ["M12 4v12", "m7 11 5 5 5-5", "M4 19h16"],
    close: ["M6 6l12 12", "M18 6 6 18"],
    check: ["m5 12.500 4.500 4.500L19 7.500"],
    alert: ["M12 3.500 2.500 20h19L12 3.500Z", "M12 10v4.500", "M12 17.200v.1"],
    info: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z", "M12 11v5", "M12 7.800v.1"],
    folder: ["M3 6.500a1 1 0 0 1 1-1h5l2 2.500h9a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1Z"],
    image: ["M4 5h16v14H4Z", "m4 16 5-5 4 4 3-3 4 4", "M15.500 9h.1"],
    empty: ["M4 14 7 5h10l3 9v5H4Z", "M4 14h5l1 2h4l1-2h5"],
    eye: [
        "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12Z",
        "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
    ],
    window: [
        "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17Z",
        "M12 3.500v17",
        "M12 7h5.500",
        "M12 10.500h7.800",
        "M12 14h7.800",
        "M12 17.500h5",
    ],
    pan: ["M12 3v18", "M3 12h18", "m9 6 3-3 3 3", "m9 18 3 3 3-3", "m6 9-3 3 3 3", "m18 9 3 3-3 3"],
    zoom: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "m20 20-4-4", "M11 8v6", "M8 11h6"],
    scroll: ["M7 4h10v16H7Z", "m9.500 9.500 2.500-2.500 2.500 2.500", "m9.500 14.500 2.500 2.500 2.500-2.500"],
    plus: ["M12 5v14", "M5 12h14"],
    minus: ["M5 12h14"],
    fit: ["M4 9V4h5", "M20 9V4h-5", "M4 15v5h5", "M20 15v5h-5"],
    invert: ["M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17Z", "M12 3.500v17", "M9 4.500v15", "M6 7v10"],
    rotate: ["M19 12a7 7 0 1 1-2.500-5.400", "M17 2.500v4.500h-4.500"],
    flip: ["M12 3v18", "M9 7 3 17h6Z", "m15 7 6 10h-6Z"],
    flipVertical: ["M3 12h18", "M7 9 17 3v6Z", "m7 15 10 6v-6Z"],
    reset: ["M4.500 12a7.500 7.500 0 1 0 2.500-5.600", "M7 2.500v4.500h4.500"],
    play: ["M7 4.500v15l12-7.500Z"],
    pause: ["M8 5v14", "M16 5v14"],
    keyboard: ["M3 6.500h18v11H3Z", "M7 10h.1", "M10.300 10h.1", "M13.700 10h.1", "M17 10h.1", "M8 14h8"],
    panel: ["M4 5h16v14H4Z", "M15 5v14"],
    two: ["M4 5h16v14H4Z", "M12 5v14"],
    back: ["M19 12H5", "m11 6-6 6 6 6"],
    next: ["m9 5 7 7-7 7"],
    copy: ["M9 9h11v11H9Z", "M5 15H4V4h11v1"],
    key: ["M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z", "m11 12 8.500-8.500", "m16 7 3 3"],
    person: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z", "M4.500 20.500a7.500 7.500 0 0 1 15 0"],
    signOut: ["M10 4H5v16h5", "M9 12h11", "m16 8 4 4-4 4"],
    box: ["M4 8 12 4l8 4v8l-8 4-8-4Z", "m4 8 8 4 8-4", "M12 12v8"],
    filter: ["M3 5h18l-7 8.500V20l-4-2v-4.500Z"],
    overlay: ["M4 5h16v14H4Z", "M7 8.500h3", "M14 8.500h3", "M7 15.500h3", "M14 15.500h3"],
    smooth: ["M3 17c4 0 5-10 9-10s5 10 9 10"],
};

/**
 * A decorative icon: the words beside it, or the button's label, say what it means.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
    return svg(
        "svg",
        { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
        (paths[name] ?? []).map((d) => svg("path", { d })),
    );
}
