import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatTime } from "../core/format.js";
import { projectsPermitting } from "../core/session.js";
import { confirmDialog, openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, failure, toast } from "../ui/notice.js";
import { ask } from "../subjects/ask.js";
import { archivePath, extent, stateInWords } from "../subjects/words.js";
import { missingContent } from "./missing.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { OriginalsRequest } from "../subjects/subjects.d.ts" */

/**
 * Who asked for original files, and what came of it: one request, or all of them.
 * @param {PageContext} context
 */
export function render({ parameters, signal, setTitle }) {
    const wanted = parameters["id"];
    setTitle("Original files");
    const content = h("div", { "aria-live": "polite" }, h("p", { class: "muted" }, "One moment…"));

    async function load() {
        try {
            if (wanted) {
                /** @type {{ request: OriginalsRequest, uids: string[] }} */
                const { request, uids } = await api.get(`originals/${encodeURIComponent(wanted)}`, signal);
                fill(content, card(request, load), studies(uids));
            } else {
                /** @type {{ requests: OriginalsRequest[] }} */
                const { requests } = await api.get("originals", signal);
                fill(content, requests.length > 0 ? list(requests, load) : nothing());
            }
        } catch (error) {
            if (isAbort(error)) return;
            const isMissing = error instanceof Error && "status" in error && error.status === 404;
            fill(content, isMissing ? missingContent() : failure(messageOf(error), load));
        }
    }

    load();
    const asking = h("button", { class: "button primary", type: "button" }, icon("plus"), "Ask for files…");
    asking.addEventListener("click", () => openMany());
    return h("main", { class: "narrow originals" }, [
        wanted ? h("p", { class: "back-line" }, h("a", { href: "/originals" }, icon("back"), "Original files")) : null,
        h("div", { class: "heading" }, [
            h("h1", null, wanted ? `Request ${wanted}` : "Original files"),
            wanted ? null : h("div", { class: "end" }, asking),
            h(
                "p",
                null,
                "Files as they came in, with the name of the patient. Everything here is recorded for good; many studies " +
                    "need the approval of a second person.",
            ),
        ]),
        content,
    ]);
}

function nothing() {
    return h(
        "div",
        { class: "card" },
        empty({
            symbol: "key",
            title: "Nobody asked yet",
            text: "Open a study and choose “Original files…” in its details, or ask here for several at once.",
        }),
    );
}

/**
 * @param {OriginalsRequest[]} requests
 * @param {() => void} reload
 */
function list(requests, reload) {
    const mine = requests.filter(({ mayDecide }) => mayDecide);
    const rest = requests.filter(({ mayDecide }) => !mayDecide);
    return [
        mine.length > 0 ? h("h2", null, "Wait for your decision") : null,
        ...mine.map((request) => card(request, reload)),
        rest.length > 0 && mine.length > 0 ? h("h2", null, "All others") : null,
        ...rest.map((request) => card(request, reload)),
    ];
}

/**
 * @param {OriginalsRequest} request
 * @param {() => void} reload
 */
function card(request, reload) {
    const { text, kind } = stateInWords(request.state);
    return h("section", { class: "card section original", "aria-label": `Request ${request.id}` }, [
        h("div", { class: "request-head" }, [
            h("h2", null, h("a", { href: `/originals/${request.id}` }, `${request.by}: ${extent(request)}`)),
            h("span", { class: "badge" }, request.project),
            h("span", { class: `badge ${kind}` }, text),
        ]),
        h("p", null, `Reason: ${request.reason}`),
        h("p", { class: "muted small" }, [
            `Asked ${formatTime(request.at)}.`,
            request.decidedBy && request.decidedAt
                ? ` ${request.decidedBy} decided ${formatTime(request.decidedAt)}.`
                : "",
            request.decisionReason ? ` Reason: ${request.decisionReason}.` : "",
            request.state === "waiting" || request.state === "approved" ? ` Until ${formatTime(request.endsAt)}.` : "",
        ]),
        actions(request, reload),
    ]);
}

/**
 * @param {OriginalsRequest} request
 * @param {() => void} reload
 */
function actions(request, reload) {
    /** @type {HTMLElement[]} */
    const buttons = [];
    /** @param {string} name @param {string} style @param {() => Promise<void>} act */
    const add = (name, style, act) => {
        const button = h("button", { class: `button small ${style}`, type: "button" }, name);
        button.addEventListener("click", () => act().catch((error) => toast(messageOf(error), "alert")));
        buttons.push(button);
    };
    if (request.mayDecide) {
        add("Approve", "primary", async () => {
            const text = `${request.by} can then download ${extent(request)} with the names of the patients, once.`;
            if (!await confirmDialog({ title: "Approve?", text, action: "Approve" })) return;
            await api.post(`originals/${request.id}/approve`);
            reload();
        });
        add("Decline…", "", async () => await openDecline(request, reload));
    }
    if (request.mayDownload) {
        buttons.push(
            h("a", { class: "button small primary", href: archivePath(request.id), download: true }, [
                icon("download"),
                "Download",
            ]),
        );
    }
    if (request.mayWithdraw) {
        add("Withdraw", "", async () => {
            await api.post(`originals/${request.id}/withdraw`);
            reload();
        });
    }
    return buttons.length > 0 ? h("div", { class: "actions" }, buttons) : null;
}

/**
 * @param {OriginalsRequest} request
 * @param {() => void} reload
 */
function openDecline(request, reload) {
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const dialog = openDialog(
        "Decline",
        form(
            {
                action: "Decline",
                async submit() {
                    await api.post(`originals/${request.id}/decline`, { reason: reason.value.trim() });
                    dialog.close();
                    reload();
                },
            },
            field("Reason", reason, `${request.by} reads it.`),
        ),
    );
    return Promise.resolve();
}

/** @param {string[]} uids */
function studies(uids) {
    return h("section", { class: "card section" }, [
        h("h2", null, "Studies"),
        h(
            "ul",
            { class: "uids" },
            uids.map((uid) =>
                h("li", null, h("a", { class: "code", href: `/studies/${encodeURIComponent(uid)}` }, uid))
            ),
        ),
    ]);
}

/** Asks for all studies of a patient, or a list of them. */
function openMany() {
    const projects = projectsPermitting("identity.read");
    const project = select({}, projects.map(({ code, name }) => [code, `${code} · ${name}`]), projects[0]?.code ?? "");
    const uids = h("textarea", { class: "input code", rows: 4, required: true, spellcheck: "false" });
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const dialog = openDialog(
        "Ask for original files",
        form(
            {
                action: "Ask",
                async submit() {
                    const words = uids.value.split(/[\s,;]+/).filter(Boolean);
                    await ask(project.value, words, reason.value.trim());
                    dialog.close();
                },
            },
            field("Project", project),
            field("Study Instance UIDs", uids, "One a line, as the address of a study has them."),
            field("Reason", reason, "Name nobody; it is kept."),
        ),
    );
}
