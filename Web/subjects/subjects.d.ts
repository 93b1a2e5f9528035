/** Shapes of the JSON API around who patients are: originals, merges, identities that were destroyed. */

export interface OriginalsRequest {
    id: number;
    project: string;
    by: string;
    at: string;
    reason: string;
    studies: number;
    instances: number;
    needsSecondPerson: boolean;
    state: "waiting" | "approved" | "declined" | "withdrawn" | "expired" | "downloaded";
    decidedBy?: string | null;
    decidedAt?: string | null;
    decisionReason?: string | null;
    endsAt: string;
    mayDecide: boolean;
    mayDownload: boolean;
    mayWithdraw: boolean;
}

export interface Anonymisation {
    id: number;
    project: string;
    subject?: string | null;
    study?: string | null;
    by: string;
    at: string;
    reason: string;
    counts: {
        studies: number;
        instances: number;
        removed: number;
        reports: number;
        blobs: number;
        bytes: number;
        others: number;
    };
    state: "bytes" | "traces" | "done";
    unswept: string[];
}

export interface SubjectChange {
    id: number;
    project: string;
    kind: "merge" | "split" | "apart";
    subject?: string | null;
    other?: string | null;
    studies: number;
    undoes?: number | null;
    canBeUndone: boolean;
    by: string;
    at: string;
    reason: string;
}

export interface SubjectSuggestion {
    project: string;
    subjects: { code: string; studies: number }[];
}

export interface SubjectIdentities {
    code: string;
    identities: {
        patientName?: string | null;
        patientID?: string | null;
        issuerOfPatientID?: string | null;
        birthDate?: string | null;
        sex?: string | null;
        studies: number;
    }[];
    unread: number;
}
