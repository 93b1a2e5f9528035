/** Shapes of what was brought in and what did not get in. */

import type { HeldItem } from "../types.d.ts";

export interface AttributeCount {
    /** "PatientName"; "other" for what has no name here. */
    attribute: string;
    tag?: string | null;
    action: string;
    count: number;
}

export interface BatchReport {
    verdicts: Record<string, number>;
    reasons: { verdict: string; reason: string; count: number }[];
    /** As many files `actions` speaks of. */
    files: number;
    actions: { attributes: AttributeCount[] };
}

export interface Upload {
    id: string;
    project: string;
    account: string;
    startedAt: string;
    finishedAt?: string | null;
    /** The server stopped in the middle. */
    interrupted: boolean;
    accepted: number;
    alreadyThere: number;
    conflict: number;
    held: number;
    rejected: number;
    profileVersions: number[];
    report?: BatchReport | null;
}

export interface ReasonCount {
    reason: string;
    count: number;
}

export interface Conflict {
    id: number;
    project: string;
    state: "waiting" | "dismissed" | "kept";
    reason: string;
    study: string;
    series: string;
    instance: string;
    bytes: number;
    account: string;
    receivedAt: string;
}

export interface Differences {
    standing: "published" | "held" | "rejected" | "none";
    attributes: {
        attribute: string;
        before?: string | null;
        after?: string | null;
        change: "changed" | "removed" | "added";
    }[];
    isCut: boolean;
    hasSamePixels?: boolean | null;
}

export interface Quarantine {
    held: ReasonCount[];
    conflicts: Conflict[];
    refused: (HeldItem & { decidedAt?: string; decisionReason?: string; study: string })[];
    notStored: { upload: string; project: string; account: string; startedAt: string; reasons: ReasonCount[] }[];
}
