/** Pages by path, over the History API. The server answers every page path with the same document. */

/**
 * What a page gets.
 * @typedef {object} PageContext
 * @property {Record<string, string>} parameters out of the path
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal aborted when the page is left
 * @property {(title: string) => void} setTitle
 */
/** @typedef {{ render(context: PageContext): HTMLElement }} PageModule */
/** @typedef {{ pattern: string, load: () => Promise<PageModule> }} Route */

/**
 * Matches a path against `/studies/:uid`.
 * @param {string} pattern
 * @param {string} path
 * @returns {Record<string, string> | null} the parameters, or null
 */
export function matchPath(pattern, path) {
    const wanted = pattern.split("/");
    const given = path.replace(/(.)\/+$/, "$1").split("/");
    if (wanted.length !== given.length) return null;
    /** @type {Record<string, string>} */
    const parameters = {};
    for (const [index, part] of wanted.entries()) {
        const value = given[index] ?? "";
        if (part.startsWith(":")) {
            if (value === "") return null;
            try {
                parameters[part.slice(1)] = decodeURIComponent(value);
            } catch {
                return null;
            }
        } else if (part !== value) {
            return null;
        }
    }
    return parameters;
}

/**
 * A path of this site to go to after signing in: never another site, never the sign-in page.
 * @param {string | null} wanted
 * @param {string} otherwise
 * @returns {string}
 */
export function safeReturnPath(wanted, otherwise) {
    if (!wanted || !/^\/(?![/\\])[^\\]*$/.test(wanted)) return otherwise;
    if (/^\/(signin|welcome|signup|verify|forgot|reset|unsubscribe)\b/.test(wanted)) return otherwise;
    return wanted;
}

export class Router {
    #controller = new AbortController();
    #turn = 0;

    /**
     * @param {Route[]} routes
     * @param {() => Promise<PageModule>} missing the page for any other path
     * @param {(element: HTMLElement) => void} show
     * @param {() => Promise<HTMLElement | null>} [admit] comes before every page: it may put another address in
     *     place, or give what is to be shown instead
     */
    constructor(routes, missing, show, admit = () => Promise.resolve(null)) {
        this.routes = routes;
        this.missing = missing;
        this.show = show;
        this.admit = admit;
    }

    start() {
        addEventListener("popstate", () => this.#enter());
        document.addEventListener("click", (event) => this.#followLink(event));
        return this.#enter();
    }

    /**
     * @param {string} path with query
     * @param {{ replace?: boolean }} [options]
     */
    go(path, { replace = false } = {}) {
        if (replace) history.replaceState(null, "", path);
        else history.pushState(null, "", path);
        return this.#enter();
    }

    /** @param {MouseEvent} event */
    #followLink(event) {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
        if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
        if (link.origin !== location.origin || /^\/(api|dicom-web|web)\//.test(link.pathname)) return;
        if (link.hash && link.pathname === location.pathname) return;
        event.preventDefault();
        this.go(link.pathname + link.search);
    }

    async #enter() {
        const turn = ++this.#turn;
        this.#controller.abort();
        this.#controller = new AbortController();
        const instead = await this.admit();
        if (turn !== this.#turn) return;
        if (instead) return this.show(instead);
        const { load, parameters } = this.#find(location.pathname);
        const page = await load();
        if (turn !== this.#turn) return;
        const element = page.render({
            parameters,
            query: new URLSearchParams(location.search),
            signal: this.#controller.signal,
            setTitle: (title) => {
                if (turn === this.#turn) document.title = `${title} · Tarn`;
            },
        });
        this.show(element);
    }

    /** @param {string} path */
    #find(path) {
        for (const route of this.routes) {
            const parameters = matchPath(route.pattern, path);
            if (parameters) return { load: route.load, parameters };
        }
        return { load: this.missing, parameters: {} };
    }
}
