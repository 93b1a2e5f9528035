extension DataSet {
    /// An item that says something by a code: Code Value, Coding Scheme Designator and Code Meaning (PS3.3 §8.8).
    public init(code: String, scheme: String = "DCM", meaning: String) {
        self.init()
        set(.CodeValue, .SH, code)
        set(.CodingSchemeDesignator, .SH, scheme)
        set(.CodeMeaning, .LO, meaning)
    }
}
