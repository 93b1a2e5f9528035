import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatCount, formatTime, plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";
import { empty, failure, toast } from "../ui/notice.js";
import { approvalSketch } from "../held/sketch.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { PixelApproval } from "../types.d.ts" */

/** @param {PageContext} context */
export function render({ signal, setTitle }) {
    setTitle("Approvals");
    const place = h("div", { class: "approval-list" });

    async function load() {
        try {
            const { approvals } = await api.get("pixel-approvals", signal);
            show(approvals);
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    /** @param {PixelApproval[]} approvals the newest first */
    function show(approvals) {
        /** @type {Map<string, PixelApproval[]>} */
        const devices = new Map();
        for (const approval of approvals) {
            const key = `${approval.project} ${approval.alike}`;
            devices.set(key, [...devices.get(key) ?? [], approval]);
        }
        if (devices.size === 0) {
            fill(
                place,
                empty({
                    symbol: "check",
                    title: "No approvals yet",
                    text:
                        "Whoever decides on a held image can decide the same for all that come from the same device in " +
                        "the same size. What was decided so stands here.",
                    actions: [h("a", { class: "button primary", href: "/held" }, "Held images")],
                }),
            );
            return;
        }
        fill(place, [...devices.values()].map(card));
    }

    /** @param {PixelApproval[]} versions of one device, the newest first */
    function card(versions) {
        const [newest] = versions;
        if (!newest) return null;
        const shown = newest.isWithdrawn ? versions[1] ?? newest : newest;
        return h("section", { class: "card approval" }, [
            approvalSketch(shown),
            h("div", { class: "approval-words" }, [
                h("h2", null, newest.device),
                h(
                    "p",
                    null,
                    newest.isWithdrawn ? "Withdrawn: images like these wait for somebody again." : inWords(newest),
                ),
                h("ol", { class: "approval-versions small", "aria-label": "Versions" }, versions.map(version)),
                newest.isWithdrawn
                    ? null
                    : h("button", { class: "button", type: "button", onclick: () => withdraw(newest) }, "Withdraw…"),
            ]),
        ]);
    }

    /** @param {PixelApproval} approval */
    function withdraw(approval) {
        const reason = h("input", { class: "input", required: true, maxlength: 500 });
        const dialog = openDialog(
            "Withdraw this approval",
            h("p", null, h("strong", null, approval.device), ` in the project ${approval.project}.`),
            h(
                "p",
                null,
                "Images like these wait for somebody from now on. What was published stays: if a name can be seen in it, " +
                    "the patient has to be erased, and recipients told.",
            ),
            form({
                action: "Withdraw",
                async submit() {
                    const { project, alike } = approval;
                    await api.post(
                        `projects/${encodeURIComponent(project)}/pixel-approvals/${encodeURIComponent(alike)}/withdraw`,
                        { reason: reason.value.trim() },
                    );
                    dialog.close();
                    toast("Withdrawn.");
                    await load();
                },
            }, field("Reason", reason, "Write no patient data.")),
        );
        reason.focus();
    }

    load();
    return h("main", { class: "held-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Approvals"),
            h("div", { class: "end" }, h("a", { class: "button", href: "/held" }, "Held images")),
            h("p", null, "What is blacked out of all images of a device and size, without anybody looking at each."),
        ]),
        place,
    ]);
}

/** @param {PixelApproval} approval */
function inWords(approval) {
    const boxes = approval.regions.length > 0
        ? `${plural(approval.regions.length, "box is", "boxes are")} blacked out`
        : "Nothing is blacked out";
    const seen = approval.seen.length > 0 ? `, ${approval.seen.length} with text left as it is` : "";
    return `${boxes}${seen}.`;
}

/** @param {PixelApproval} version */
function version(version) {
    const published = version.instances > 0 ? `; ${formatCount(version.instances)} published under it` : "";
    const what = version.isWithdrawn ? "withdrawn" : inWords(version).replace(/\.$/, "").toLowerCase();
    return h(
        "li",
        null,
        `Version ${version.version}, project ${version.project}: ${what}, by ${version.author}, ${
            formatTime(version.at)
        }` +
            `${published}${version.note ? `. “${version.note}”` : ""}`,
    );
}
