import ByteIO
import DICOM
import Deidentification
import TestMaterial
import Testing

/// One de-identifier sees many files; what it remembers of one must never show in another.
@Suite struct SeriesTests {
    private func names(_ dataSet: DataSet, _ deidentifier: Deidentifier) throws -> Bytes {
        try Samples.outputBytes(try deidentifier.deidentify(try Samples.file(dataSet)))
    }

    @Test func `files of many patients in turn come out as each does alone`() throws {
        var files: [DataSet] = []
        for surname in ["Zorbquist", "Quendel", "Abdomen"] {
            for (given, place) in [("Ilvamar", "Vuntarsk"), ("Chest", "Nodulewick")] {
                var file = Samples.ct()
                file.set(.PatientName, .PN, "\(surname)^\(given)")
                file.set(.InstitutionName, .LO, "\(place) General Hospital")
                file.set(.SeriesDescription, .LO, "chest abdomen \(surname) \(given) \(place) nodule")
                var item = DataSet()
                item.set(.ReferringPhysicianName, .PN, "\(given)sen^Odo")
                item.set(.StudyDescription, .LO, "sent by \(given)sen, seen by Quendel")
                file.set(DataElement(.RequestAttributesSequence, items: [item]))
                files.append(file)
            }
        }
        let options: Set<Profile.Option> = [.cleanDescriptors, .retainLongModifiedDates]
        let shared = try Samples.deidentifier(options)
        for index in [0, 0, 1, 2, 1, 3, 4, 5, 4, 0, 2] {
            let alone = try names(files[index], try Samples.deidentifier(options))
            #expect(try names(files[index], shared) == alone)
        }
    }

    @Test func `the same bytes in another character set are other names`() throws {
        func file(_ set: String) -> DataSet {
            var file = Samples.ct()
            file.set(.SpecificCharacterSet, .CS, set)
            // ISO 8859-1 "Müller", in ISO 8859-5 "Mќller".
            file.set(.PatientName, .PN, bytes: Bytes([0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]))
            file.set(.SeriesDescription, .LO, bytes: Bytes(Array("chest of M".utf8) + [0xFC] + Array("ller".utf8)))
            return file
        }
        let shared = try Samples.deidentifier([.cleanDescriptors])
        for set in ["ISO_IR 100", "ISO_IR 144", "ISO_IR 100"] {
            let alone = try names(file(set), try Samples.deidentifier([.cleanDescriptors]))
            #expect(try names(file(set), shared) == alone)
        }
    }

    @Test func `slices that differ in one attribute each come out as each does alone`() throws {
        let changes: [(Tag, VR, String)] = [
            (.StudyDescription, .LO, "CT chest of Quendel"), (.StudyDate, .DA, "20180313"),
            (.Manufacturer, .LO, "Quendel"), (.PatientAge, .AS, "091Y"), (.ImageType, .CS, "DERIVED"),
            (.SeriesInstanceUID, .UI, "1.3.12.2.1107.5.99.111"), (.InstanceNumber, .IS, "4711777123456"),
            (.SOPClassUID, .UI, UID.MRImageStorage), (.StudyInstanceUID, .UI, "1.3.12.2.1107.5.99.104"),
            (.PatientID, .LO, ""), (.SpecificCharacterSet, .CS, "ISO_IR 100"), (.KVP, .DS, "4711777"),
        ]
        for options: Set<Profile.Option> in [[], [.cleanDescriptors, .retainLongModifiedDates], [.retainUIDs]] {
            let shared = try Samples.deidentifier(options)
            for (tag, vr, value) in changes {
                var other = Samples.ct()
                other.set(tag, vr, value)
                for file in [Samples.ct(), other, other, Samples.ct()] {
                    let alone = try Samples.deidentifier(options).deidentify(try Samples.file(file))
                    let outcome = try shared.deidentify(try Samples.file(file))
                    #expect(try Samples.outputBytes(outcome) == Samples.outputBytes(alone), "\(tag)")
                    #expect(outcome.summary == alone.summary && outcome.risk == alone.risk, "\(tag)")
                }
            }
        }
    }

    @Test(.enabled(if: Corpus.isHere, "../shared/corpus is absent"))
    func `files of the corpus, each twice, come out as each does alone`() throws {
        let profile = Profile.projectDefault
        let shared = Deidentifier(profile: profile, secret: Samples.secret())
        // A third of them, for the time that all take.
        for (number, path) in Corpus.paths.enumerated() where number % 3 == 0 {
            guard let source = try? Corpus.bytes(path),
                let file = try? DICOMFile.read(source), !file.dataSet.isEmpty, source.count < 2 << 20
            else { continue }
            let alone = try Deidentifier(profile: profile, secret: Samples.secret()).deidentify(file)
            let bytes = try alone.file.encode().materialize(from: source)
            for _ in 0..<2 {
                let outcome = try shared.deidentify(file)
                #expect(try outcome.file.encode().materialize(from: source) == bytes, "\(path)")
                #expect(outcome.summary == alone.summary && outcome.risk == alone.risk, "\(path)")
            }
        }
    }
}
