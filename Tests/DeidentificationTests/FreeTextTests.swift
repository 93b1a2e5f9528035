import DICOM
import Deidentification
import Testing

@Suite("Free text")
struct FreeTextTests {
    private static let secret = Samples.secret()

    private static func header(name: String = "Zorbquist^Ilvamar", id: String = "A4711777") -> DataSet {
        var header = DataSet()
        header.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        header.set(.PatientName, .PN, name)
        header.set(.PatientID, .LO, id)
        header.set(.StudyInstanceUID, .UI, "1.2.826.0.1.3680043.10.1111.77")
        return header
    }

    private static func scrub(
        _ text: String, _ texts: TextRules = .none, header: DataSet = header(), movesDates: Bool = true
    ) throws -> String {
        let profile = try Profile(options: movesDates ? [.retainLongModifiedDates] : [], texts: texts)
        return ReportScrubber([header], profile: profile, secret: secret).scrub(text).text
    }

    private static func rules(
        keep: [String] = [], replace: [String] = [], languages: [String] = [],
        _ surrogates: TextRules.Surrogates = .none
    ) throws -> TextRules {
        try TextRules(keep: keep, replace: replace, languages: languages, surrogates: surrogates)
    }

    // MARK: What stands for what was taken out

    @Test func `the kinds are named where the project wants it`() throws {
        let text =
            "Seen by Dr. Brown at Mercy Clinic, call 555-123-4567, MRN: 12, 12.03.2018, a 94-year-old, Vraxelquon"
        let out = try Self.scrub(text, Self.rules(.kinds), movesDates: false)
        for kind in ["[name]", "[place]", "[contact]", "[id]", "[date]", "[age]", "[removed]"] {
            #expect(out.contains(kind), "\(out)")
        }
        for word in ["Brown", "Mercy", "4567", "12", "2018", "94", "Vraxelquon"] {
            #expect(!out.contains(word), "\(out)")
        }
    }

    @Test func `surrogates are the same for the same name of a patient, and others for another patient`() throws {
        let text = "The patient Zorbquist was seen by Dr. Weber. Mrs. ZORBQUIST is well; Weber agrees."
        let out = try Self.scrub(text, Self.rules(.plausible))
        let words = out.split { !$0.isLetter }.map(String.init)
        #expect(words.count == text.split { !$0.isLetter }.count, "\(out)")
        let name = words[2]
        #expect(name != "Zorbquist" && name.first?.isUppercase == true && words.contains(name.uppercased()), "\(out)")
        #expect(try Self.scrub(text, Self.rules(.plausible)) == out)
        #expect(!out.contains("removed") && !out.lowercased().contains("weber") && !out.lowercased().contains("zorb"))
        let others = try (0..<8).map {
            try Self.scrub(text, Self.rules(.plausible), header: Self.header(id: "B\($0)4711"))
        }
        #expect(Set(others).count > 4)
    }

    @Test func `no surrogate is a name of the study or a word of the text`() throws {
        // Every surname of the list but a few stands in the text itself.
        var seen: Set<String> = []
        for number in 0..<60 {
            let out = try Self.scrub(
                "seen by Dr. Xavolquist", Self.rules(.plausible), header: Self.header(id: "P\(number)4711"))
            seen.insert(out.replacingSuffix("seen by Dr. "))
        }
        #expect(seen.count > 20)
        let all = seen.joined(separator: " ")
        for number in 0..<20 {
            let out = try Self.scrub(
                "\(all). Signed by Xavolquist", Self.rules(.plausible), header: Self.header(id: "P\(number)4711"))
            let name = out.split(separator: " ").last.map(String.init) ?? ""
            #expect(!seen.contains(name), "\(name)")
        }
    }

    @Test func `numbers keep their form, and marked surrogates their brackets`() throws {
        let out = try Self.scrub("MRN: AB-12345, Dr. Weber", Self.rules(.marked))
        #expect(out.wholeMatch(of: /MRN: \[[A-Z]{2}-\d{5}\], Dr. \[[A-Z][a-z]+\]/) != nil, "\(out)")
        #expect(!out.contains("AB-12345"))
    }

    @Test func `places in both texts fit`() throws {
        let profile = try Profile(options: [.retainLongModifiedDates], texts: Self.rules(.plausible))
        let text = "🫀 Seen by Dr. Zorbquist on 12.03.2018 at Mercy Clinic. 王小明 é"
        let scrubbed = ReportScrubber([Self.header()], profile: profile, secret: Self.secret).scrub(text)
        let (old, new) = (Array(text.utf16), Array(scrubbed.text.utf16))
        #expect(scrubbed.changes.map(\.kind).contains(.date) && scrubbed.changes.count >= 3)
        var (left, right) = (0, 0)
        for change in scrubbed.changes {
            #expect(old[left..<change.original.lowerBound] == new[right..<change.scrubbed.lowerBound])
            (left, right) = (change.original.upperBound, change.scrubbed.upperBound)
        }
        #expect(old[left...] == new[right...])
    }

    // MARK: The project's own words

    @Test func `a word that the project keeps stays, unless somebody of the study is called so`() throws {
        let text = "Vraxelquon scan of the knee"
        #expect(try Self.scrub(text) == "[removed] scan of the knee")
        #expect(try Self.scrub(text, Self.rules(keep: ["vraxelquon"])) == text)
        let named = Self.header(name: "Vraxelquon^Ilvamar")
        #expect(try !Self.scrub(text, Self.rules(keep: ["vraxelquon"]), header: named).contains("Vraxelquon"))
    }

    @Test func `what the project replaces goes, words and phrases, in any case`() throws {
        let rules = try Self.rules(replace: ["sunny side", "Knee", "東院"])
        let out = try Self.scrub("SUNNY  Side knee of the sunny hip, side; 東院", rules)
        #expect(out == "[removed] of the sunny hip, side; [removed]", "\(out)")
    }

    @Test func `descriptions of images follow the same words`() throws {
        var root = Samples.ct()
        root.set(.ImageComments, .LT, "Vraxelquon protocol of the knee at Sunnyview, Dr. Brown")
        let profile = try Profile(
            options: [.cleanDescriptors], texts: Self.rules(keep: ["Vraxelquon"], replace: ["protocol"], .kinds))
        let file = try Samples.file(root)
        let outcome = try Deidentifier(profile: profile, secret: Self.secret).deidentify(file)
        #expect(outcome.file.dataSet.string(.ImageComments) == "Vraxelquon [name] of the knee at [removed], Dr. [name]")
    }

    // MARK: Languages

    @Test(
        "German dates, names, numbers and addresses go in any text",
        arguments: [
            ("Aufnahme vom 5. März 2019", "2019"), ("Untersuchung 05.03.2019", "2019"), ("seit Dezember 2018", "2018"),
            ("Frau Fischer, knee", "Fischer"), ("Herrn Prof. Dr. med. Stein", "Stein"),
            ("Patientin: Rose, Grace", "Grace"),
            ("überwiesen durch Brown", "Brown"), ("Ehemann Mark, hip", "Mark"), ("Fall-Nr. 123, knee", "123"),
            ("Versichertennummer: A123", "A123"), ("Lindenallee 12, 79100 Salem", "Linden"), ("Klinikum Nord", "Nord"),
            ("ein 93 jähriger Patient", "93"), ("gez. Hand", "Hand"),
        ])
    func germanPatterns(text: String, gone: String) throws {
        for languages in [[], ["de"]] {
            let out = try Self.scrub(text, Self.rules(languages: languages), movesDates: false)
            #expect(!out.contains(gone), "\(out)")
        }
    }

    @Test func `German words stay where the profile names the language, put together ones too`() throws {
        let text = "Kein Nachweis einer Lungenarterienembolie. Geringer Pleuraerguss rechts, größenkonstanter Rundherd."
        #expect(try Self.scrub(text).contains("[removed]"))
        let german = try Self.rules(languages: ["de"])
        let kept = "Kein Nachweis einer Lungenembolie. Geringer Pleuraerguss rechts, Rundherd im Oberlappen."
        #expect(try Self.scrub(kept, german) == kept)
        let out = try Self.scrub("Befund von Frau Zwirlinghof: Lungenherd", german)
        #expect(!out.contains("Zwirlinghof") && out.contains("Lungenherd"), "\(out)")
    }

    @Test func `a German date moves in its own form`() throws {
        let out = try Self.scrub("am 5. März 2019")
        #expect(out.wholeMatch(of: /am \d\d?\. [A-ZÄ][a-zä]+ 20\d\d/) != nil && out != "am 5. März 2019", "\(out)")
    }

    @Test(
        "Chinese names, dates, numbers and addresses go in any text",
        arguments: [
            ("病人王小明於本院檢查", "小明"), ("姓名：陳美玲，胸部", "美玲"), ("由林志明醫師報告", "志明"), ("王醫師", "王"),
            ("民國112年3月5日胸部", "112"), ("2023年3月5日胸部", "2023"), ("一一二年三月五日胸部", "一一二"),
            ("檢查日期 112/03/05", "112/03"), ("病歷號：1234，頭部", "1234"), ("身分證字號：A123456789", "A123456789"),
            ("地址：台北市信義路五段7號", "信義"), ("電話 02-2345-6789", "2345"), ("95歲男性", "95"),
        ])
    func chinesePatterns(text: String, gone: String) throws {
        for languages in [[], ["zh-Hant"]] {
            let out = try Self.scrub(text, Self.rules(languages: languages), movesDates: false)
            #expect(!out.contains(gone), "\(out)")
        }
    }

    @Test func `Chinese words stay where the profile names the language, and known names go from within a run`() throws
    {
        let chinese = try Self.rules(languages: ["zh-Hant"])
        let text = "右上葉可見結節，約1.2公分。無肋膜積液。"
        #expect(try Self.scrub(text, chinese) == text)
        #expect(try Self.scrub(text) == "[removed]1.2[removed]。")
        let known = Self.header(name: "Wang^XiaoMing=王^小明")
        let out = try Self.scrub("病患王小明先生右肺結節", chinese, header: known)
        #expect(!out.contains("小明") && out.contains("右肺結節"), "\(out)")
    }

    @Test func `Chinese dates move in their own form, of both calendars`() throws {
        let western = try Self.scrub("2019年3月5日", Self.rules(languages: ["zh-Hant"]))
        #expect(western.wholeMatch(of: /20\d\d年\d\d?月\d\d?日/) != nil && western != "2019年3月5日", "\(western)")
        let republic = try Self.scrub("民國112年3月5日", Self.rules(languages: ["zh-Hant"]))
        #expect(republic.wholeMatch(of: /民國1\d\d年\d\d?月\d\d?日/) != nil && republic != "民國112年3月5日", "\(republic)")
    }

    @Test func `everyday words of a language stay, and names that are made of such words go`() throws {
        let german = try Self.rules(languages: ["de"])
        let text =
            "Seit gestern starke Schmerzen beim Treppensteigen, deshalb Vorstellung in der Notaufnahme. Kein Nachweis einer Läsion."
        #expect(try Self.scrub(text, german) == text)
        for name in ["Zimmermann", "Steinberg", "Wagner", "Robert", "Schneider", "Herzberg", "Hamburg"] {
            #expect(try !Self.scrub("Befund an \(name) gesendet", german).contains(name))
        }
        let chinese = try Self.rules(languages: ["zh-Hant"])
        let report = "病人昨天跌倒，右膝疼痛，建議定期追蹤。"
        #expect(try Self.scrub(report, chinese) == report)
        let named = try Self.scrub("已通知王健康右肺結節", chinese)
        #expect(!named.contains("健康") && named.contains("右肺結節"), "\(named)")
        #expect(try !Self.scrub("林淑芬，右肺結節", chinese).contains("淑芬"))
    }

    // MARK: English

    @Test(
        "What stands beside a name belongs to it",
        arguments: [
            ("Biopsy by O'Brien was benign", "O'"), ("seen by J. Weber", "J."), ("MRN: 12, knee", "12"),
            ("Location: CenterSpringfield Heath\nhip", "Heath"), ("accession# 77 knee", "77"),
        ])
    func names(text: String, gone: String) throws {
        let out = try Self.scrub(text)
        #expect(!out.contains(gone), "\(out)")
    }

    @Test(
        "Texts in capitals lose names and keep words",
        arguments: [
            ("READ BY MARY WHITE ON THE PHONE", "READ BY [removed] ON THE PHONE"),
            ("SEEN BY DR. BROWN AT NIGHT", "SEEN BY DR. [removed] AT NIGHT"),
            ("DAUGHTER GRACE WAS TOLD", "DAUGHTER [removed] WAS TOLD"), ("LIVER IS NORMAL", "LIVER IS NORMAL"),
            ("SCANNED WITH THE HEAD COIL", "SCANNED WITH THE HEAD COIL"),
        ])
    func capitals(text: String, out: String) throws { #expect(try Self.scrub(text) == out) }

    @Test(arguments: [("seen on March 5 today", "March"), ("since 03/2019 stable", "2019"), ("am 5. März hip", "März")])
    func `days without a year and months without a day are dates`(text: String, gone: String) throws {
        #expect(try !Self.scrub(text, movesDates: false).contains(gone))
        #expect(try Self.scrub(text) != text)
    }

    @Test(arguments: ["may be 5 mm", "T1 12/15", "surgery in 2015", "grade 2/4"])
    func `what looks like a date and is none stays`(_ text: String) throws { #expect(try Self.scrub(text) == text) }

    @Test(
        "Words of medicine stay that no list has",
        arguments: ["anterolisthesis", "hepatosplenomegaly", "Leukoaraiosis", "angiomyolipomas", "conus", "cruciate"])
    func medicine(word: String) throws { #expect(try Self.scrub("\(word) of the knee") == "\(word) of the knee") }

    @Test(arguments: ["Zorbquist", "Dorvanitis Kelm", "Hartmann", "Roma", "Paloma", "Mitosis Vandoma"])
    func `names are no words of medicine`(_ name: String) throws {
        let last = name.split(separator: " ").last.map(String.init) ?? name
        #expect(try !Self.scrub("knee of \(name) today").contains(last))
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["hydro", "王", "病人王", "一", "lungen", "1年1月", "O'", "Am Rain 4 ", "Dr. Brown ", "MRN:1-", "a "])
    func `texts made to take long do not`(_ piece: String) throws {
        let rules = try Self.rules(keep: ["lung"], replace: ["a a a a a b"], languages: ["de", "zh-Hant"], .plausible)
        let clock = ContinuousClock()
        let short = try clock.measure { _ = try Self.scrub(String(repeating: piece, count: 500), rules) }
        let long = try clock.measure { _ = try Self.scrub(String(repeating: piece, count: 4000), rules) }
        // Eight times as long takes eight times as long, not sixty-four.
        #expect(long < short * 24 + .milliseconds(300), "\(short) \(long)")
    }
}

extension String {
    fileprivate func replacingSuffix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
