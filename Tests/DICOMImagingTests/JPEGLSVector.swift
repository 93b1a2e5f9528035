import ByteIO
import Testing

/// Codestreams of others, and the samples that others decode from them.
struct JPEGLSVector: CustomTestStringConvertible {
    let testDescription: String
    let rows: Int
    let columns: Int
    let samples: Int
    let precision: Int
    let near: Int
    let codestream: Bytes
    let decoded: Bytes

    init(
        _ name: String, rows: Int, columns: Int, samples: Int, precision: Int, near: Int, codestream: String,
        decoded: String
    ) throws {
        testDescription = name
        (self.rows, self.columns, self.samples) = (rows, columns, samples)
        (self.precision, self.near) = (precision, near)
        self.codestream = try #require(Bytes(hexadecimal: codestream))
        self.decoded = try #require(Bytes(hexadecimal: decoded))
    }

    /// The example of ITU-T T.87 Annex H.3.
    static func example() throws -> JPEGLSVector {
        try JPEGLSVector(
            "ITU-T T.87 H.3", rows: 4, columns: 4, samples: 1, precision: 8, near: 0,
            codestream: """
                FFD8FFF7000B080004000401011100FFDA0008010100000000\
                C000006C80208E01C00000574000006EE6000001BC18000005D800009160FFD9
                """,
            decoded: "00005A4A44322BCD4091919164919191")
    }

    /// Written and decoded by CharLS 2.4.1 from pictures made up for the purpose.
    static func others() throws -> [JPEGLSVector] {
        [
            try JPEGLSVector(
                "own thresholds and RESET", rows: 6, columns: 12, samples: 1, precision: 8, near: 0,
                codestream: """
                    FFD8FFF7000B080006000C01011100FFF8000D0100FF000400080014001FFFDA000801010000000038A3E83FA67D7323\
                    0466A6440681200892471F81E815401CA715006D372CF4D9546324018A270044A831B4C3000C2930FFD9
                    """,
                decoded: """
                    040B131723282F333A444A500B13161A222C343644455252282828282828282828282828161D232B2B333A46484E585C\
                    1920262A31384557525560681D212C333840434C635C6369
                    """),
            try JPEGLSVector(
                "12 bits, near-lossless, own thresholds", rows: 6, columns: 10, samples: 1, precision: 12, near: 2,
                codestream: """
                    FFD8FFF7000B0C0006000A01011100FFF8000D010FFF000500110063000CFFDA000801010002000046370D9996CAA528\
                    8425A0D089085C671BB42529DA56C212D6113564918000000000CDE000000000CD508300FFD9
                    """,
                decoded: """
                    05000A001500150024002A00310034003C0045000A0010001A001F0026002A0031003900430046002600260026002A00\
                    2A002A0027002A002A00280012001D001D0026002B003500410046004E00540012001D0022002F002F00350040004400\
                    500059001D002200270030003C0059064B004B0056005F00
                    """),
            try JPEGLSVector(
                "three components by sample", rows: 5, columns: 8, samples: 3, precision: 8, near: 0,
                codestream: """
                    FFD8FFF70011080005000803011100021100031100FFDA000C0301000200030000020010638A1D6FA9F48ED7FF312FB4\
                    E12A10DC23000000EF608000003DAD18CC2325C65261005018001A4000001F38340659FB8E2CF40A29F7C0057550A218\
                    418610821206912D2FF5F299E598C4350F18236BD08000007B5282BC86D4FFD9
                    """,
                decoded: """
                    04070B0911121313161A1C1E22262523272D2F2D37323B370A0C0F1014A2161C191D1F22282B2D2F2B2F303836363C3C\
                    28282828282828282828282828282828282828282828282811181B1D1C1E2224272928302C3531383C3C3D404642494B\
                    18171B1D2222282B282C2F353435383CB340414849474A4D
                    """),
            try JPEGLSVector(
                "three components by line, near-lossless", rows: 5, columns: 8, samples: 3, precision: 8, near: 2,
                codestream: """
                    FFD8FFF70011080005000803011100021100031100FFDA000C030100020003000201007BDC3B73E447FBD2524A925314\
                    400000C000001C6A9F2AB305560140800000214CF0C244BDAA221DFE270B8A523148C800000400001C9EB020FFD9
                    """,
                decoded: """
                    05050A0A1010141117191D2024252524272E2E2E38343B380A0B0F0F16A2141C1B1E1D20292A2B2E2A2E2E3A38343B3D\
                    28272828272A28272A28272A2A2A272A2A2A2A262A26272A0F171C1F1A1E2123282928322E342F393A3E3E4146444949\
                    19171C1F22232A29282A2D373536393EB23F3F4947454A4F
                    """),
            try JPEGLSVector(
                "four components of 10 bits by sample, near-lossless", rows: 5, columns: 6, samples: 4, precision: 10,
                near: 3,
                codestream: """
                    FFD8FFF700140A0005000604011100021100031100041100FFDA000E0401000200030004000302002445F7FF6ED96318\
                    00000005A92800000005B6105130C2AB00210BA0000000170B1551130ABC624429084C532285ABAAA9C13C480000000B\
                    6E1000000016BA88FFD9
                    """,
                decoded: """
                    070007000E000E000E000F001000100010001600180019001A0021001D001E001F002600290024002C00260030002C00\
                    07000E000E0015000E00A20217001C001100170018001C0021002200250027002100260029002E002C002D0030002F00\
                    2B002A0025002B002B00250025002B002B00250026002B002B00270028002B0025002900250028002500260025002700\
                    0F0015001E001C0017001C00230025002100220025002C0028002C002900350034003200370039003700360041004300\
                    170017001E001E0020001E002800270024002B002E002F002B002F0031003800B40135003A0043003A003D0042004200
                    """),
            try JPEGLSVector(
                "7 bits, RESET 3", rows: 6, columns: 12, samples: 1, precision: 7, near: 0,
                codestream: """
                    FFD8FFF7000B070006000C01011100FFF8000D01007F00020003000A0003FFDA00080101000000000C0C07A5DEE52C80\
                    2750B04D43200A0004B86036000F000C080001810C2A1FEFEB2E0A3280A8A000041810C00018551329802000002B406D\
                    00FFD9
                    """,
                decoded: """
                    040B131723282F333A444A500B13161A222C343644455252282828282828282828282828161D232B2B333A46484E585C\
                    1920262A31384557525560681D212C333840434C635C6369
                    """),
        ]
    }
}
