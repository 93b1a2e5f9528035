extension Language {
    static let english = Language(
        code: "en",
        titles: ["Dr", "Mr", "Mrs", "Ms", "Prof", "Doctor", "Professor", "Miss", "Nurse", "Rev"],
        nameLabels: [
            "name", "patient", "pt", "physician", "radiologist", "technologist", "operator", "surgeon", "nurse",
        ],
        kin: [
            "daughter", "son", "wife", "husband", "mother", "father", "sister", "brother", "spouse", "partner",
            "caregiver", "aunt", "uncle", "niece", "nephew", "guardian",
        ],
        verbs: [
            "signed", "dictated", "read", "reported", "referred", "ordered", "performed", "biopsy", "reviewed",
            "interpreted", "verified", "approved", "requested", "transcribed", "drawn", "discussed", "results", "chart",
            "communicated", "conveyed", "seen", "examined", "given", "supervised", "scanned",
        ],
        prepositions: ["by", "with", "of", "to"],
        degrees: ["md", "phd", "do", "rn", "rt", "frcr", "mrn", "dob", "id", "ssn", "acc"],
        idLabels: [
            "mrn", "accession", "acc", "ssn", "id", "record", "chart", "account", "policy", "insurance", "nhs", "case",
        ],
        placeLabels: ["location", "facility", "site", "hospital", "institution", "city", "address"],
        streets: [
            "street", "avenue", "ave", "road", "rd", "lane", "ln", "drive", "blvd", "boulevard", "way", "court",
            "plaza",
            "square", "terrace", "crescent", "highway", "parkway",
        ],
        streetsThatBegin: ["rue", "via", "calle", "avenida", "rua", "place"],
        institutions: ["hospital", "clinic", "infirmary", "sanatorium", "center", "centre"],
        ages: ["year", "years", "yo", "yr", "yrs", "y"],
        months: months(
            "january february march april may june july august september october november december",
            "jan feb mar apr may jun jul aug sep oct nov dec", also: ["sept": 9]),
        monthNames: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ").map(String.init),
        words: .english)

    /// Months by their full and short names, in their order.
    static func months(_ lists: String..., also: [String: Int] = [:]) -> [String: Int] {
        var months = also
        for list in lists {
            for (index, name) in list.split(separator: " ").enumerated() { months[String(name)] = index + 1 }
        }
        return months
    }
}
