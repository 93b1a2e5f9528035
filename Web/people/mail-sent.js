import { h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { notice } from "../ui/notice.js";
import { greeting } from "./alone.js";
import { site } from "./site.js";

/** How long one waits before the mail can be asked for again. */
const pauseSeconds = 30;

/**
 * What one sees after asking for a mail: where to look, what to do with it, and what to do where it does not come.
 * @param {{
 *     title: string,
 *     address: string,
 *     next: string,
 *     resend: () => Promise<unknown>,
 *     change: () => void,
 * }} what `next` is the sentence about what to do with the mail
 */
export function mailSent({ title, address, next, resend, change }) {
    const said = h("p", { class: "small", role: "status" });
    const hint = h("div", { class: "hint-place" });
    site().then((known) => {
        if (known?.mail === "directory") hint.append(directoryHint());
    });
    const back = h("button", { class: "link", type: "button" }, "use another address");
    back.addEventListener("click", change);
    return [
        greeting(title, "One more step, in your mailbox."),
        h("div", { class: "steps-text" }, [
            h("p", null, "We have sent a mail to ", h("strong", { class: "address" }, address), `. ${next}`),
            hint,
            h("p", { class: "muted small" }, [
                "Nothing there after a few minutes? Look among unwanted mail, send it again, or ",
                back,
                ".",
            ]),
            h("div", { class: "actions" }, resendButton(resend, said)),
            said,
        ]),
    ];
}

/** For a server that only writes its mails down. */
function directoryHint() {
    return notice(
        "info",
        "This server has no mail set up. Ask your administrator, who can read the mail with ",
        h("code", null, "tarn mail"),
        " and give you the link.",
    );
}

/**
 * @param {() => Promise<unknown>} resend
 * @param {HTMLElement} said
 */
function resendButton(resend, said) {
    const button = h("button", { class: "button", type: "button" }, "Send it again");
    button.addEventListener("click", async () => {
        button.disabled = true;
        try {
            await resend();
            said.textContent = "Sent again. The link in the newest mail is the one that works.";
            setTimeout(() => button.disabled = false, pauseSeconds * 1000);
        } catch (error) {
            said.textContent = messageOf(error);
            button.disabled = false;
        }
    });
    return button;
}
