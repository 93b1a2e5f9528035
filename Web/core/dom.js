/**
 * Elements without markup strings: text is always text, so nothing that comes from a DICOM header or a
 * file name can become an element or a script.
 */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Child | Child[]} Children */

/**
 * Sets one attribute, listener or property.
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
function set(element, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith("on") && typeof value === "function") {
        element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (name === "value" || name === "checked" || name === "indeterminate") {
        Reflect.set(element, name, value);
    } else if (value === true) {
        element.setAttribute(name, "");
    } else {
        element.setAttribute(name, String(value));
    }
}

/**
 * Appends children; empty ones are left out.
 * @param {Node} parent
 * @param {Children[]} children
 */
export function append(parent, ...children) {
    for (const child of children.flat()) {
        if (child === null || child === undefined || child === false) continue;
        parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    }
}

/**
 * An HTML element with attributes, listeners (`onclick: f`) and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown> | null} [attributes]
 * @param {...Children} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
    append(element, ...children);
    return element;
}

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown> | null} [attributes]
 * @param {...Children} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
    append(element, ...children);
    return element;
}

/**
 * Replaces what an element holds.
 * @template {Element} E
 * @param {E} element
 * @param {...Children} children
 * @returns {E}
 */
export function fill(element, ...children) {
    element.replaceChildren();
    append(element, ...children);
    return element;
}

/**
 * Says something to a screen reader without moving the focus.
 * @param {string} text
 */
export function announce(text) {
    let region = document.getElementById("announcements");
    if (!region) {
        region = h("div", { id: "announcements", class: "visually-hidden", "aria-live": "polite", role: "status" });
        document.body.append(region);
    }
    region.textContent = text;
}

/**
 * Calls `action` once the calls have paused for `milliseconds`.
 * @param {() => void} action
 * @param {number} milliseconds
 * @returns {{ (): void, now(): void, cancel(): void }}
 */
export function debounced(action, milliseconds) {
    let timer = 0;
    const later = () => {
        clearTimeout(timer);
        timer = setTimeout(action, milliseconds);
    };
    return Object.assign(later, {
        now() {
            clearTimeout(timer);
            action();
        },
        cancel: () => clearTimeout(timer),
    });
}
