import ByteIO
import DICOM
import DICOMImaging
import Foundation
import Lake
import TestMaterial
import Testing

/// WADO-RS in transfer syntaxes other than the stored one (PS3.18 §8.7.3).
@Suite(.serialized) struct TranscodedRetrieveTests {
    private static let explicit = TransferSyntax.explicitVRLittleEndian.uid
    /// What images can be had in besides, without loss.
    private static let lossless = [
        UID.JPEGLSLossless, UID.JPEG2000Lossless, UID.HTJ2KLossless, UID.HTJ2KLosslessRPCL, UID.RLELossless,
        UID.DeflatedImageFrameCompression, UID.EncapsulatedUncompressedExplicitVRLittleEndian,
        UID.DeflatedExplicitVRLittleEndian,
    ]

    /// A portal with one instance of three frames, handed in as `syntax`; its path and a researcher's token.
    private static func with(
        _ syntax: String, _ body: (TestPortal, String, String, [[UInt8]]) async throws -> Void
    ) async throws {
        try await TestPortal.with { portal in
            let lake = portal.lake
            let boss = try await lake.accounts.operatorPrincipal()
            try await lake.projects.create(code: "P", name: "P", principal: boss)
            try await lake.accounts.add(name: "rosa", password: "a long enough passphrase", principal: boss)
            try await lake.projects.setMember("P", name: "rosa", roles: [.researcher], principal: boss)
            let token = try await lake.accounts.createToken(name: "rosa", label: "t", principal: boss)
            var image = SyntheticImage()
            image.frames = 3
            image.study = SyntheticImage.uid()
            image.series = image.study + ".1"
            image.instance = image.study + ".2"
            let file = try DICOMFile.read(image.bytes)
            let handedIn = try Transcoder(to: TransferSyntax(uid: syntax)).transcode(file)
            let bytes = try handedIn.encode().materialize(from: handedIn.source)
            _ = try await lake.ingest.instance(bytes, project: "P", principal: boss)
            let study = try await lake.catalog.studies(StudyFilter(), principal: boss).studies[0].uid
            let detail = try await lake.catalog.study(study, principal: boss)
            let instance = try #require(detail.series[0].firstInstance)
            let path = "/dicom-web/studies/\(study)/series/\(detail.series[0].uid)/instances/\(instance)"
            try await body(portal, token, path, try samples(file))
        }
    }

    private static func samples(_ file: DICOMFile) throws -> [[UInt8]] {
        let pixels = try PixelData(file)
        return try (1...3).map { try pixels.frame($0).samples.array }
    }

    private static func ask(
        _ portal: TestPortal, _ path: String, _ token: String, _ accept: String?
    ) async throws -> RawClient.Answer {
        try await portal.ask("GET", path, token: token, headers: accept.map { ["Accept: \($0)"] } ?? [])
    }

    @Test(arguments: [explicit, UID.ImplicitVRLittleEndian, UID.JPEGLSLossless, UID.HTJ2KLossless])
    func `an instance is had in every lossless syntax, with the same samples`(_ stored: String) async throws {
        try await Self.with(stored) { portal, token, path, expected in
            for syntax in [Self.explicit] + Self.lossless {
                let answer = try await Self.ask(
                    portal, path, token, "application/dicom; transfer-syntax=\(syntax)")
                #expect(answer.status == 200, "\(syntax)")
                #expect(answer.headers["content-type"] == "application/dicom; transfer-syntax=\(syntax)")
                let file = try DICOMFile.read(Bytes(answer.body))
                #expect(file.transferSyntax.uid == syntax && file.warnings.isEmpty)
                #expect(try Self.samples(file) == expected, "\(syntax)")
                let tag = try #require(answer.headers["etag"])
                let again = try await portal.ask(
                    "GET", path, token: token,
                    headers: ["Accept: application/dicom; transfer-syntax=\(syntax)", "If-None-Match: \(tag)"])
                #expect(again.status == 304)
            }
            for syntax in [UID.JPEGBaseline8Bit, UID.JPEG2000, UID.JPEGLossless, UID.MPEG2MPML, "1.2.3"] {
                let answer = try await Self.ask(portal, path, token, "application/dicom; transfer-syntax=\(syntax)")
                #expect(answer.status == 406, "\(syntax)")
                #expect((answer.object["detail"] as? String)?.contains(UID.JPEGLSLossless) == true)
            }
        }
    }

    @Test func `no transfer syntax means explicit little endian, any means as stored`() async throws {
        try await Self.with(UID.JPEG2000Lossless) { portal, token, path, expected in
            let series = path.components(separatedBy: "/instances/")[0]
            let related = "multipart/related; type=\"application/dicom\""
            let cases: [(String?, String)] = [
                (nil, UID.JPEG2000Lossless), ("*/*", UID.JPEG2000Lossless), (related, Self.explicit),
                (related + "; transfer-syntax=*", UID.JPEG2000Lossless),
                (related + "; transfer-syntax=\(UID.RLELossless); q=0.5, \(related); q=0.1", UID.RLELossless),
                (related + "; transfer-syntax=1.2.3, \(related); q=0.1", Self.explicit),
            ]
            for (accept, syntax) in cases {
                let answer = try await Self.ask(portal, series, token, accept)
                #expect(answer.status == 200)
                let type = try #require(answer.headers["content-type"])
                let boundary = try #require(type.components(separatedBy: "boundary=").last)
                let parts = try MultipartParserTests.parse(answer.body, boundary: boundary)
                #expect(parts.count == 1)
                let file = try DICOMFile.read(Bytes(parts[0].body))
                #expect(file.transferSyntax.uid == syntax, "\(accept ?? "-")")
                #expect(try Self.samples(file) == expected)
            }
        }
    }

    @Test(arguments: [explicit, UID.JPEG2000Lossless])
    func `frames are had native, as stored, or compressed without loss`(_ stored: String) async throws {
        try await Self.with(stored) { portal, token, path, expected in
            let cases: [(String, String, String)] = [
                ("application/octet-stream", "application/octet-stream", Self.explicit),
                ("image/jls", "image/jls", UID.JPEGLSLossless), ("image/jp2", "image/jp2", UID.JPEG2000Lossless),
                ("image/jphc", "image/jphc", UID.HTJ2KLossless),
                ("image/jphc; transfer-syntax=\(UID.HTJ2KLosslessRPCL)", "image/jphc", UID.HTJ2KLosslessRPCL),
                ("image/dicom-rle", "image/dicom-rle", UID.RLELossless),
                ("image/jls; q=0.2, image/jphc; q=0.9", "image/jphc", UID.HTJ2KLossless),
                ("image/jpeg, image/jls; q=0.1", "image/jls", UID.JPEGLSLossless),
            ]
            for (accept, type, syntax) in cases {
                let answer = try await Self.ask(portal, path + "/frames/2", token, accept)
                #expect(answer.status == 200, "\(accept)")
                #expect(answer.headers["content-type"] == "\(type); transfer-syntax=\(syntax)")
                let description = try Self.description(syntax)
                #expect(try FrameDecoder(description).decode(Bytes(answer.body)).samples.array == expected[1])
            }
            let several = try await Self.ask(
                portal, path + "/frames/3,1", token, "multipart/related; type=\"image/jls\"")
            let boundary = try #require(several.headers["content-type"]?.components(separatedBy: "boundary=").last)
            let parts = try MultipartParserTests.parse(several.body, boundary: boundary)
            let decoder = try FrameDecoder(try Self.description(UID.JPEGLSLossless))
            #expect(try parts.map { try decoder.decode(Bytes($0.body)).samples.array } == [expected[2], expected[0]])
            for accept in [
                "image/jpeg", "image/jls; transfer-syntax=\(UID.JPEGLSNearLossless)", "image/jxl", "video/mp4",
            ] {
                let answer = try await Self.ask(portal, path + "/frames/1", token, accept)
                #expect(answer.status == 406)
                #expect((answer.object["detail"] as? String)?.contains("image/jls") == true)
            }
            #expect(try await Self.ask(portal, path + "/frames/1,2", token, "image/jls").status == 406)
        }
    }

    private static func description(_ syntax: String) throws -> PixelDescription {
        var dataSet = DataSet()
        dataSet.set(.SamplesPerPixel, .US, ints: [1])
        dataSet.set(.PhotometricInterpretation, .CS, "MONOCHROME2")
        for (tag, value) in [
            (Tag.Rows, 32), (.Columns, 32), (.BitsAllocated, 16), (.BitsStored, 12), (.HighBit, 11),
            (.PixelRepresentation, 0),
        ] { dataSet.set(tag, .US, ints: [value]) }
        return try PixelDescription(dataSet, transferSyntax: TransferSyntax(uid: syntax), isWordEncoded: true)
    }
}
