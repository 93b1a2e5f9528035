extension StudyFilter {
    /// The filter as the list of studies takes it in its address, under the names of the API.
    public var queryItems: [(name: String, value: String)] {
        let items: [(String, String?)] = [
            ("project", project), ("modality", modalities?.joined(separator: ",")), ("bodyPart", bodyPart),
            ("from", from), ("to", to), ("ageFrom", ageFrom.map(String.init)), ("ageTo", ageTo.map(String.init)),
            ("sex", sex), ("description", description), ("report", report), ("label", label), ("subject", subject),
        ]
        return items.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}
