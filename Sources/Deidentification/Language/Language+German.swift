extension Language {
    static let german = Language(
        code: "de",
        titles: [
            "Herr", "Herrn", "Frau", "Doktor", "OA", "OÄ", "Oberarzt", "Oberärztin", "Chefarzt", "Chefärztin",
            "Schwester",
            "gez", "Gez",
        ],
        nameLabels: [
            "patientin", "nachname", "vorname", "zuname", "familienname", "arzt", "ärztin", "hausarzt", "hausärztin",
            "zuweiser", "zuweiserin", "überweiser", "befunder", "radiologe", "radiologin", "untersucher",
            "untersucherin",
            "unterschrift", "gez", "gezeichnet",
        ],
        kin: [
            "tochter", "sohn", "ehefrau", "ehemann", "mutter", "vater", "schwester", "bruder", "betreuer", "betreuerin",
            "lebensgefährte", "lebensgefährtin",
        ],
        verbs: [
            "überwiesen", "zugewiesen", "befundet", "diktiert", "gezeichnet", "unterschrieben", "besprochen",
            "mitgeteilt",
            "untersucht", "durchgeführt", "rücksprache", "freigegeben", "angefordert", "validiert", "operiert",
        ],
        prepositions: ["von", "durch", "mit", "an", "vom"],
        degrees: [
            "med", "dipl", "habil", "univ", "kollege", "kollegin", "kollegen", "facharzt", "fachärztin", "geb",
            "gebdatum", "patnr", "fallnr",
        ],
        idLabels: [
            "fallnummer", "patientennummer", "aufnahmenummer", "versichertennummer", "auftragsnummer", "nummer", "nr",
            "fallnr", "patnr", "krankenversichertennummer", "ahv",
        ],
        placeLabels: [
            "klinik", "krankenhaus", "anschrift", "adresse", "wohnhaft", "ort", "station", "praxis", "wohnort",
        ],
        streets: ["strasse", "straße", "str", "platz", "weg", "allee", "gasse"],
        streetsThatBegin: ["am"],
        streetEndings: [
            "straße", "strasse", "str", "platz", "weg", "allee", "gasse", "ring", "damm", "ufer", "hof", "steig",
        ],
        institutions: [
            "klinikum", "klinik", "kliniken", "spital", "krankenhaus", "universitätsklinikum", "kantonsspital",
            "praxis",
            "universitätsspital", "gemeinschaftspraxis", "ambulanz", "medizinisches",
        ],
        ages: ["jahre", "jahren", "jähriger", "jährige", "jährigen", "jährig", "j"],
        months: months(
            "januar februar märz april mai juni juli august september oktober november dezember",
            "jan feb mär apr mai jun jul aug sep okt nov dez",
            also: ["jänner": 1, "feber": 2, "maerz": 3, "mrz": 3, "sept": 9]),
        monthNames: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
            .split(separator: " ").map(String.init),
        words: .german, general: .germanGeneral, hasCompounds: true)
}
