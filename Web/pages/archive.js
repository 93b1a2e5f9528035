import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { plural } from "../core/format.js";
import { permitted, projectsPermitting } from "../core/session.js";
import { archiveCard } from "../archive/card.js";
import { projectFilter, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, failure } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { StudyArchivePage } from "../archive/archive.d.ts" */

/** @type {[string, string][]} */
const states = [
    ["", "All archived studies"],
    ["offloaded", "In cold storage only"],
    ["here", "On this server too"],
    ["restoring", "Being brought back"],
];

/**
 * Studies in cold storage, how long they have to be kept, and legal holds.
 * @param {PageContext} context
 */
export function render({ query, signal, setTitle }) {
    setTitle("Archive");
    if (!permitted("archive")) return noRole();
    const projects = projectsPermitting("archive");
    const choices = {
        project: projectFilter(projects, query.get("project") ?? "", change),
        local: select({ "aria-label": "Which studies" }, states, query.get("local") ?? ""),
    };
    const list = h("ul", { class: "archive-list" });
    const after = h("div", { class: "after" });
    const count = h("p", { class: "muted count-line", role: "status" });
    let turn = new AbortController();
    signal.addEventListener("abort", () => turn.abort());

    function chosen() {
        const wanted = new URLSearchParams();
        for (const [name, { value }] of Object.entries(choices)) if (value) wanted.set(name, value);
        return wanted;
    }

    function change() {
        const wanted = chosen().toString();
        history.replaceState(null, "", wanted ? `/archive?${wanted}` : "/archive");
        turn.abort();
        turn = new AbortController();
        fill(list);
        load(null);
    }
    choices.local.addEventListener("change", change);

    /** @param {string | null} cursor */
    async function load(cursor) {
        const mine = turn.signal;
        const wanted = chosen();
        if (cursor) wanted.set("cursor", cursor);
        try {
            /** @type {StudyArchivePage} */
            const page = await api.get(`archive?${wanted}`, mine);
            const cards = page.studies.map((study) => archiveCard(study, mine));
            list.append(...cards.map(({ element }) => element));
            const shown = list.childElementCount;
            count.textContent = shown === 0
                ? ""
                : page.next
                ? `The newest ${plural(shown, "study", "studies")}`
                : plural(shown, "study", "studies");
            fill(after, shown === 0 ? nothing(page.backends.length > 0) : page.next ? moreButton(page.next) : null);
            // One after the other: what is at the top is read first.
            for (const { load } of cards) if (!mine.aborted) await load();
        } catch (error) {
            if (!isAbort(error) && !mine.aborted) fill(after, failure(messageOf(error), () => load(cursor)));
        }
    }

    /** @param {string} next */
    function moreButton(next) {
        const more = h("button", { class: "button", type: "button" }, "Show more");
        more.addEventListener("click", () => {
            more.disabled = true;
            load(next);
        });
        return more;
    }

    load(null);
    return h("main", { class: "narrow archive-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Archive"),
            count,
            h("div", { class: "end" }, choices.project, choices.local),
            h("p", null, "Studies with copies in cold storage, how long they have to be kept, and legal holds."),
        ]),
        list,
        after,
        permitted("erase")
            ? h("p", { class: "small" }, h("a", { href: "/erased" }, icon("bin"), "Patients that were erased"))
            : null,
    ]);
}

/** @param {boolean} isSetUp */
function nothing(isSetUp) {
    if (isSetUp) {
        return h(
            "div",
            { class: "card" },
            empty({
                symbol: "box",
                title: "No study here",
                text:
                    "Open a study and choose “Archive…” in its details, under “Storage”. As soon as it is asked for, it " +
                    "stands here.",
                actions: [h("a", { class: "button primary", href: "/studies" }, "Go to the studies")],
            }),
        );
    }
    return h("div", { class: "card" }, [
        empty({
            symbol: "box",
            title: "Cold storage is not set up",
            text: "Cold storage is for studies that nobody looks at any more and that have to be kept for years: an " +
                "encrypted copy goes to a cheaper place, is read back and compared, and the space here can be freed. " +
                "Whoever opens the study later brings it back with one click.",
        }),
        h("p", { class: "set-up muted" }, [
            "To turn it on, the administrator writes the places into a file and starts the server with ",
            h("code", null, "tarn serve --archive FILE"),
            ". The page Operations, Cold archive says what stands in it.",
        ]),
    ]);
}

function noRole() {
    return h("main", { class: "narrow" }, [
        h("h1", { class: "visually-hidden" }, "Archive"),
        empty({
            symbol: "box",
            title: "You may not manage the archive",
            text:
                "Custodians of a project may. To look at a study that is in cold storage, open it and choose “Bring it back”.",
        }),
    ]);
}
