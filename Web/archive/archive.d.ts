/** Shapes of the JSON API around cold storage, retention and erasing. */

export interface ArchiveJob {
    kind: "archive" | "restore";
    state: "waiting" | "running" | "done" | "failed";
    step: string;
    done: number;
    total: number;
    at: string;
    error?: string | null;
    backend?: string | null;
}

/** A copy at a backend. What names it comes only to who may archive. */
export interface ArchiveCopy {
    state: "uploading" | "uploaded" | "verified" | "failed" | "removing" | "removed";
    isCurrent: boolean;
    hasPatches: boolean;
    at: string;
    verifiedAt?: string | null;
    backend?: string;
    cid?: string;
    pieceV1?: string;
    pieceV2?: string;
    bytes?: number;
    error?: string | null;
}

export interface ArchiveBackend {
    name: string;
    kind: string;
    agreement?: string | null;
}

export interface StudyArchive {
    study: string;
    project: string;
    subject: string;
    description?: string | null;
    bytes: number;
    local: "here" | "offloaded" | "restoring";
    isArchived: boolean;
    job?: ArchiveJob | null;
    copies: ArchiveCopy[];
    /** Only for who may archive. */
    backends?: ArchiveBackend[] | null;
}

export interface StudyArchivePage {
    studies: StudyArchive[];
    backends: ArchiveBackend[];
    next: string | null;
}

export interface LegalHold {
    scope: "study" | "subject" | "project";
    reason: string;
    by: string;
    at: string;
}

export interface Retention {
    study: string;
    rules: { id: string; jurisdiction: string; term: string; until: string | null; citation: string }[];
    until?: string | null;
    isPermanent?: boolean;
    holds: LegalHold[];
    mayErase: boolean;
    reason?: string | null;
}

/** What stays of a patient who was erased. */
export interface Tombstone {
    id: number;
    project: string;
    by: string;
    at: string;
    reason: string;
    counts: {
        studies: number;
        instances: number;
        held: number;
        conflicts: number;
        reports: number;
        labelCommits: number;
        exports: number;
        blobs: number;
        bytes: number;
    };
    state: "bytes" | "copies" | "traces" | "done";
    unswept: string[];
}
