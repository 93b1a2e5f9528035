import ByteIO
import DICOM
import Testing

@Suite struct MomentTests {
    @Test(arguments: ["09", "0930", "093015", "093015.5", "093015.000001", "235960"])
    func `a time is written with the digits that it was read with`(_ text: String) throws {
        let time = try #require(DICOMTime(text))
        #expect(time.text == text)
        #expect(time.digits == text.filter { $0 != "." }.count)
    }

    @Test(arguments: [
        "", "9", "093", "24", "0960", "093061", "093015.", "093015.1234567", "09.5", "0930 ", "-930", "٠٩",
    ])
    func `what no clock shows is no time`(_ text: String) {
        #expect(DICOMTime(text) == nil)
    }

    @Test func `times are equal whatever digits they have`() throws {
        #expect(DICOMTime("09") == DICOMTime("090000.000"))
        #expect(DICOMTime("09")?.hashValue == DICOMTime("090000")?.hashValue)
        #expect(try #require(DICOMTime("09:30:15.5")) < #require(DICOMTime("093016")))
        #expect(DICOMTime(hour: 9, minute: 30)?.text == "093000")
        #expect(DICOMTime(hour: 9, minute: 30, microsecond: 5)?.text == "093000.000005")
        #expect(DICOMTime(hour: 9, digits: 2)?.text == "09")
        #expect(DICOMTime(hour: 9, minute: 1, digits: 2) == nil)
        #expect(DICOMTime(hour: 24) == nil && DICOMTime(hour: 0, microsecond: 1, digits: 7) == nil)
        #expect(DICOMTime(hour: 0, digits: 13) == nil && DICOMTime(hour: 0, digits: 5) == nil)
    }

    @Test(
        arguments: [
            "2024", "202402", "20240229", "2024022909", "20240229093015.25", "20240229093015+0100", "20240229-1200",
            "2024+1400", "202402290930-0330",
        ])
    func `a moment is written as it was read`(_ text: String) {
        #expect(DICOMDateTime(text)?.text == text)
    }

    @Test(
        arguments: [
            "", "20240230", "202413", "20240229+1401", "20240229-1201", "20240229+01", "20240229 09", "2024022909:30",
            "20240229+0160", "+0100",
        ])
    func `what no calendar has is no moment`(_ text: String) {
        #expect(DICOMDateTime(text) == nil)
    }

    @Test func `moments have their place in time`() throws {
        let utc = try #require(DICOMDateTime("19700101000001+0000"))
        #expect(utc.microsecondsSince1970() == 1_000_000)
        #expect(DICOMDateTime("19700101010001+0100")?.microsecondsSince1970() == 1_000_000)
        #expect(DICOMDateTime("19700101010001")?.microsecondsSince1970(defaultOffsetMinutes: 60) == 1_000_000)
        #expect(DICOMDateTime("1969123123-0030")?.microsecondsSince1970() == -1_800_000_000)
        #expect(DICOMDateTime(date: utc.date, time: utc.time, offsetMinutes: -330)?.text == "19700101000001-0530")
        #expect(DICOMDateTime(date: utc.date, offsetMinutes: 900) == nil)
    }

    @Test func `ranges of dates`() throws {
        let march = try #require(DICOMRange<DICOMDate>("20240301-20240331"))
        #expect(march.text == "20240301-20240331")
        for (text, isIn) in [("20240229", false), ("20240301", true), ("20240331", true), ("20240401", false)] {
            #expect(try march.contains(#require(DICOMDate(text))) == isIn)
        }
        let date = try #require(DICOMDate("20240301"))
        #expect(DICOMRange<DICOMDate>("20240301-")?.contains(date) == true)
        #expect(DICOMRange<DICOMDate>("-20240229")?.contains(date) == false)
        #expect(DICOMRange<DICOMDate>("2024-03-01")?.text == "20240301")
        #expect(DICOMRange<DICOMDate>("2024-03-01-2024-03-31") == march)
        #expect(DICOMRange<DICOMDate>("2024.03.01-2024.03.31") == march)
        let hyphens = String(repeating: "-", count: 1_000_000)
        for text in ["", "-", "2024", "20240301-x", "20240301-20240331-", "20240231-", hyphens] {
            #expect(DICOMRange<DICOMDate>(text) == nil)
        }
    }

    @Test func `ranges of times end with all that their last value means`() throws {
        let range = try #require(DICOMRange<DICOMTime>("0930-10"))
        for (text, isIn) in [("092959.999999", false), ("0930", true), ("105959.999999", true), ("11", false)] {
            #expect(try range.contains(#require(DICOMTime(text))) == isIn)
        }
        let minute = try #require(DICOMRange<DICOMTime>("0930"))
        #expect(try minute.contains(#require(DICOMTime("093059"))))
        #expect(try !minute.contains(#require(DICOMTime("0931"))))
        #expect(range.text == "0930-10" && minute.text == "0930")
        #expect(DICOMRange<DICOMTime>("-10")?.text == "-10")
    }

    @Test func `ranges of moments tell hyphens from offsets`() throws {
        let years = try #require(DICOMRange<DICOMDateTime>("2023-2024"))
        for (text, isIn) in [("20221231235959", false), ("2023", true), ("20241231235959.5", true), ("2025", false)] {
            #expect(try years.contains(#require(DICOMDateTime(text))) == isIn)
        }
        #expect(DICOMRange<DICOMDateTime>("20240101-0500")?.lower?.offsetMinutes == -300)
        let zoned = try #require(DICOMRange<DICOMDateTime>("20240101-0500-20240102-0500"))
        #expect(zoned.lower?.offsetMinutes == -300 && zoned.upper?.date.day == 2)
        #expect(try zoned.contains(#require(DICOMDateTime("20240103045959+0000"))))
        #expect(try !zoned.contains(#require(DICOMDateTime("20240103050000+0000"))))
        #expect(DICOMRange<DICOMDateTime>("20240101-")?.upper == nil)
        #expect(DICOMRange<DICOMDateTime>("202402")?.text == "202402")
        #expect(try #require(DICOMRange<DICOMDateTime>("202402")).contains(#require(DICOMDateTime("2024022923"))))
    }

    @Test func `what is set is what is read`() throws {
        var dataSet = DataSet()
        let dates = try [#require(DICOMDate("20240229")), #require(DICOMDate("20240301"))]
        let times = try [#require(DICOMTime("0930")), #require(DICOMTime("093015.25"))]
        let moments = try [#require(DICOMDateTime("2024+0100")), #require(DICOMDateTime("20240229093015"))]
        dataSet.set(.StudyDate, dates: dates)
        dataSet.set(.StudyTime, times: times)
        dataSet.set(.AcquisitionDateTime, dateTimes: moments)
        dataSet.set(.FrameIncrementPointer, tags: [.FrameTime, .PixelData])
        let name = PersonName(
            alphabetic: PersonName.Components(family: "Doe", given: "Jane", prefix: "Dr").text, phonetic: "Dou")
        dataSet.set(.PatientName, names: [name, PersonName("A^B")])
        #expect(dataSet.dates(.StudyDate) == dates)
        #expect(dataSet.strings(.StudyTime) == ["0930", "093015.25"])
        #expect(dataSet.times(.StudyTime) == times)
        #expect(dataSet.dateTimes(.AcquisitionDateTime) == moments)
        #expect(dataSet.tags(.FrameIncrementPointer) == [.FrameTime, .PixelData])
        #expect(dataSet.personNames(.PatientName) == [name, PersonName("A^B")])
        #expect(dataSet.string(.PatientName) == "Doe^Jane^^Dr==Dou")
        let parts = PersonName.Components("Doe^Jane^M^Dr^MD^more")
        #expect(parts.family == "Doe" && parts.given == "Jane" && parts.middle == "M" && parts.prefix == "Dr")
        #expect(parts.suffix == "MD^more" && PersonName.Components("").text.isEmpty)
        dataSet.set(.StudyDate, .DA, "20240229", "x")
        #expect(dataSet.dates(.StudyDate).isEmpty)
    }

    @Test func `numbers of every VR are set as they are read`() {
        func element(_ vr: VR, _ unsigned: [UInt64]) -> DataElement {
            DataElement(Tag(0x0009, 0x1001), vr, unsigned: unsigned)
        }
        #expect(element(.OB, [1, 300]).unsigned == [1, 255])
        #expect(element(.OW, [1, 65535]).unsigned == [1, 65535])
        #expect(element(.OL, [1, .max]).unsigned == [1, 4_294_967_295])
        #expect(element(.OV, [1, .max]).unsigned == [1, .max])
        #expect(element(.UV, [1, .max]).unsigned == [1, .max])
        #expect(element(.UL, [7]).unsigned == [7] && element(.US, [7]).unsigned == [7])
        #expect(element(.IS, [7]).strings(in: .default) == ["7"] && element(.SV, [.max]).ints == [.max])
        let tag = Tag(0x0009, 0x1001)
        for vr in [VR.OF, .OD, .FL, .FD] {
            #expect(DataElement(tag, vr, doubles: [0.5, -2]).doubles == [0.5, -2])
        }
        #expect(DataElement(tag, .UR, strings: ["http://a/b\\c "]).strings(in: .default) == ["http://a/b\\c"])
        #expect(DataElement(tag, .UC, strings: ["a", "b"]).strings(in: .default) == ["a", "b"])
    }
}
