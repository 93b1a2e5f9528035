import ByteIO
import DICOM
import Testing

@Suite struct ValueTests {
    private func element(_ vr: VR, _ bytes: [UInt8]) -> DataElement {
        DataElement(Tag(0x0009, 0x1001), vr, bytes: Bytes(bytes))
    }

    @Test func readsBinaryNumbers() {
        #expect(element(.US, [1, 0, 0xFF, 0xFF]).ints == [1, 65535])
        #expect(element(.SS, [0xFF, 0xFF]).ints == [-1])
        #expect(element(.UL, [0xFF, 0xFF, 0xFF, 0xFF]).ints == [4_294_967_295])
        #expect(element(.SL, [0xFE, 0xFF, 0xFF, 0xFF]).ints == [-2])
        #expect(element(.SV, [UInt8](repeating: 0xFF, count: 8)).ints == [-1])
        #expect(element(.UV, [UInt8](repeating: 0xFF, count: 8)).strings(in: .default) == ["18446744073709551615"])
        #expect(element(.UV, [UInt8](repeating: 0xFF, count: 8)).ints == [])
        #expect(element(.FL, [0, 0, 0x80, 0x3F]).doubles == [1])
        #expect(element(.US, [1, 0, 7]).ints == [1])
        #expect(element(.AT, [0x10, 0, 0x20, 0]).strings(in: .default) == ["00100020"])
    }

    @Test(
        arguments: [
            (" 1.5 ", [1.5]), ("+1e3", [1000]), ("1.\\.5", [1, 0.5]), ("-0", [0]), ("1,5", []), ("", []), ("1\\x", []),
            ("nan", []), ("1e999", []), ("0x10", []), ("1\\", []),
        ] as [(String, [Double])])
    func readsDecimalStrings(_ text: String, _ numbers: [Double]) {
        #expect(element(.DS, Samples.text(text)).doubles == numbers)
    }

    @Test(arguments: [(" 12 ", [12]), ("+3\\-4", [3, -4]), ("1.0", [1]), ("1.5", []), ("99999999999999999999", [])])
    func readsIntegerStrings(_ text: String, _ numbers: [Int]) {
        #expect(element(.IS, Samples.text(text)).ints == numbers)
    }

    @Test(arguments: [0.1, 1.0 / 3.0, -1.0 / 3.0e-7, 1e20, 123456789.123456789, 0, -5, 1e-300, .pi * 1e100])
    func writesDecimalStringsOfAtMost16Characters(_ number: Double) throws {
        var dataSet = DataSet()
        dataSet.set(.RescaleSlope, .DS, doubles: [number])
        let text = try #require(dataSet.string(.RescaleSlope))
        #expect(text.utf8.count <= 16)
        let read = try #require(dataSet.double(.RescaleSlope))
        #expect(abs(read - number) <= abs(number) * 1e-8)
    }

    @Test func separatesValuesAndDropsPadding() {
        #expect(element(.LO, Samples.text("A \\ B\\ ")).strings(in: .default) == ["A", " B", ""])
        #expect(element(.CS, Samples.text(" A ")).strings(in: .default) == ["A"])
        #expect(element(.UI, Samples.text("1.2\0")).strings(in: .default) == ["1.2"])
        #expect(element(.LT, Samples.text("a\\b ")).strings(in: .default) == ["a\\b"])
    }

    @Test func readsNames() {
        let name = PersonName("Yamada^Tarou=山田^太郎=やまだ^たろう")
        #expect(name.alphabetic == "Yamada^Tarou")
        #expect(name.ideographic == "山田^太郎")
        #expect(name.phonetic == "やまだ^たろう")
        #expect(name.text == "Yamada^Tarou=山田^太郎=やまだ^たろう")
        #expect(PersonName("A^B==").text == "A^B")
        #expect(PersonName.components(of: "Doe^Jane^^Dr") == ["Doe", "Jane", "", "Dr"])
    }

    @Test func readsDates() throws {
        #expect(DICOMDate("20240229")?.text == "20240229")
        #expect(DICOMDate("1998.12.31")?.text == "19981231")
        #expect(DICOMDate("20230229") == nil)
        #expect(DICOMDate("2023022") == nil)
        #expect(DICOMDate("2023O101") == nil)
        #expect(DICOMDate("19700101")?.daysSince1970 == 0)
        #expect(DICOMDate("20000301")?.daysSince1970 == 11017)
        for days in stride(from: -700_000, through: 2_900_000, by: 997) {
            let date = try #require(DICOMDate(daysSince1970: days))
            #expect(date.daysSince1970 == days)
            #expect(DICOMDate(date.text) == date)
        }
    }

    @Test func readsTimesAndMoments() {
        #expect(DICOMTime("093015.5")?.microsecond == 500_000)
        #expect(DICOMTime("09:30:15")?.second == 15)
        #expect(DICOMTime("09")?.hour == 9)
        #expect(DICOMTime("24") == nil)
        #expect(DICOMTime("0930.5") == nil)
        let moment = DICOMDateTime("20240102030405.000006-0530")
        #expect(moment?.date.text == "20240102")
        #expect(moment?.time?.microsecond == 6)
        #expect(moment?.offsetMinutes == -330)
        #expect(DICOMDateTime("2024")?.dateDigits == 4)
        #expect(DICOMDateTime("202413") == nil)
    }

    @Test func readsTagsFromHexadecimal() {
        #expect(Tag(hexadecimal: "00100020") == .PatientID)
        #expect(Tag(hexadecimal: "0010002") == nil)
        #expect(Tag(hexadecimal: "+0100020") == nil)
        #expect("\(Tag.PixelData)" == "(7fe0,0010)")
    }
}
