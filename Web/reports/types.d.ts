/** Shapes of the report API. */

export type ReportStatus = "preliminary" | "final" | "amended" | "entered-in-error";

/** One version of a report, as the reader may see it. */
export interface Report {
    id: string;
    study: string;
    version: number;
    status: ReportStatus;
    author: string;
    at: string;
    text: string;
    /** Whether places were taken out of this text for the one who reads it. */
    isScrubbed: boolean;
    /** Where others read something else; only for who reads the text as written. */
    removed?: Place[];
}

/** A place in a text, in UTF-16 units, and what others read there. */
export interface Place {
    from: number;
    to: number;
    kind: string;
    shown: string;
}

/** What was being typed when the page was left. */
export interface Draft {
    text: string;
    status: ReportStatus;
    /** The version it was written from, as its ETag; empty for a new report. */
    tag: string;
    version: number;
    /** Milliseconds since 1970. */
    savedAt: number;
}

/** What a reader without the right would get. */
export interface Check {
    scrubbed: string;
    /** UTF-16 offsets in the text that was sent. */
    removed: Place[];
}

export interface ReportHit {
    id: string;
    study: string;
    project: string;
    at: string;
    author: string;
    snippet: { text: string; hit: boolean }[];
}

export interface DiffPart {
    kind: "same" | "added" | "removed";
    text: string;
}
