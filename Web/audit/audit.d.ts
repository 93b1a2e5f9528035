/** An access as the history has it. */
export interface RecordedAccess {
    id: number;
    at: string;
    lastAt: string;
    account: string;
    kind: string;
    project?: string | null;
    study?: string | null;
    purpose: string;
    detail: string;
    count: number;
    /** Number of its entry in the ledger; nothing for about a second. */
    leaf?: number | null;
}

export interface RecordedAccesses {
    accesses: RecordedAccess[];
    next: string | null;
}

/** What is asked; the same keys stand in the page's address and in the API's query. */
export interface Question {
    study?: string;
    project?: string;
    account?: string;
    from?: string;
    to?: string;
}
