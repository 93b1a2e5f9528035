import ByteIO
import DICOM
import DICOMImaging
import Lake
import Testing

@Suite struct DemoStudiesTests {
    /// The slice of `study` that lies at `z`, and a function that gives the HU around a place.
    private func slice(_ study: DemoStudies.Study, z: Double) throws -> (Double, Double, Double) -> Double {
        // The first slice of both lies at 155.
        let number = Int(((155 - z) / (study == .chestAbdomen ? 2.5 : 5)).rounded())
        let instance = try #require(DemoStudies.instances(of: [study]).dropFirst(number).first)
        let file = try DICOMFile.read(try instance.encoded())
        let display = DisplayParameters(file, frame: 1)
        let position = try #require(display.position)
        try #require(abs(position[2] - z) < 0.01)
        let frame = try PixelData(file).frame(1)
        let spacing = try #require(display.pixelSpacing)
        return { x, y, radius in
            var sum = 0.0
            var count = 0.0
            for row in 0..<frame.rows {
                let dy = position[1] + Double(row) * spacing[0] - y
                guard abs(dy) <= radius else { continue }
                for column in 0..<frame.columns {
                    let dx = position[0] + Double(column) * spacing[1] - x
                    guard dx * dx + dy * dy <= radius * radius else { continue }
                    let offset = (row * frame.columns + column) * 2
                    let stored = Int(frame.samples[offset]) | Int(frame.samples[offset + 1]) << 8
                    sum += display.modalityValue(of: stored)
                    count += 1
                }
            }
            return sum / count
        }
    }

    @Test func `the studies have the slices they promise, in order`() throws {
        let all = DemoStudies.instances()
        #expect(all.filter { $0.study == .chestAbdomen }.count >= 120)
        #expect(all.filter { $0.study == .priorChestAbdomen }.count >= 60)
        #expect(all.filter { $0.study == .head && $0.series == 1 }.count >= 24)
        #expect(all.first?.study == .chestAbdomen)
    }

    @Test func `the same image has the same bytes every time`() throws {
        for study in DemoStudies.Study.allCases {
            let instance = try #require(DemoStudies.instances(of: [study]).dropFirst(7).first)
            #expect(try instance.encoded() == instance.encoded())
        }
    }

    @Test func `headers hold together: one patient in both CTs, UIDs unique, planes evenly spaced`() throws {
        var instances: Set<String> = []
        var patients: [DemoStudies.Study: Set<String>] = [:]
        var studies: Set<String> = []
        var last: (String, Double)?
        let all = DemoStudies.instances()
        for instance in all {
            let file = try DICOMFile.read(try instance.encoded())
            let dataSet = file.dataSet
            #expect(file.warnings.isEmpty)
            #expect(file.meta.string(.MediaStorageSOPInstanceUID) == dataSet.string(.SOPInstanceUID))
            instances.insert(try #require(dataSet.string(.SOPInstanceUID)))
            studies.insert(try #require(dataSet.string(.StudyInstanceUID)))
            patients[instance.study, default: []].insert(try #require(dataSet.string(.PatientID)))
            let series = try #require(dataSet.string(.SeriesInstanceUID))
            let z = dataSet.doubles(.ImagePositionPatient)[2]
            if let last, last.0 == series {
                #expect(abs(last.1 - z - (try #require(dataSet.double(.SpacingBetweenSlices)))) < 1e-6)
            }
            last = (series, z)
            let lengths = dataSet.string(.SOPInstanceUID).map(\.utf8.count) ?? 99
            #expect(lengths <= 64)
        }
        #expect(instances.count == all.count)
        #expect(studies.count == 3)
        #expect(patients[.chestAbdomen] == patients[.priorChestAbdomen])
        #expect(patients[.chestAbdomen] != patients[.head])
    }

    @Test func `rods have the values that are documented`() throws {
        let value = try slice(.chestAbdomen, z: 50)
        for rod in DemoStudies.Calibration.rods {
            #expect(abs(value(rod.x, rod.y, rod.radius / 2) - rod.value) < 2, "\(rod)")
            // Just inside and just outside of the edge.
            let inside = value(rod.x + rod.radius - 1.5, rod.y, 0.8)
            #expect(abs(inside - rod.value) < 25, "\(rod)")
            #expect(abs(value(rod.x + rod.radius + 1.5, rod.y, 0.8) - 20) < 25, "\(rod)")
        }
    }

    @Test func `beads lie where they are documented, in both studies`() throws {
        for study in [DemoStudies.Study.chestAbdomen, .priorChestAbdomen] {
            for bead in DemoStudies.Calibration.beads {
                let value = try slice(study, z: bead[2])
                #expect(value(bead[0], bead[1], 1) > 2200)
                #expect(value(bead[0] + 3.5, bead[1], 1) < 100)
                #expect(value(bead[0] - 3.5, bead[1], 1) < 100)
            }
        }
    }

    @Test func `the nodule has grown`() throws {
        let place = DemoStudies.Calibration.nodule
        let now = try slice(.chestAbdomen, z: place[2])
        let before = try slice(.priorChestAbdomen, z: place[2])
        #expect(now(place[0], place[1], 1.5) > 0)
        #expect(before(place[0], place[1], 1.5) > -60)
        #expect(now(place[0] + 3.2, place[1], 0.5) > -200)
        #expect(before(place[0] + 3.6, place[1], 0.5) < -500)
    }

    @Test func `tissues have plausible values and noise`() throws {
        let value = try slice(.chestAbdomen, z: 20)
        #expect((-1010...(-980)).contains(value(0, -180, 5)))
        #expect((150...190).contains(value(20, 44, 5)))
        #expect((-900...(-780)).contains(value(-110, -10, 6)))
    }
}
