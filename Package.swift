// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: the language of tomorrow, and no warning left standing.
let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Rooms that read hostile bytes also mark each unsafe operation.
let strict = common + [.strictMemorySafety(), .treatWarning("StrictMemorySafety", as: .warning)]

func room(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = common) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func system(_ name: String, _ debianPackage: String) -> Target {
    .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", providers: [.apt([debianPackage])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies + ["TestMaterial"], swiftSettings: common)
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "tarn",
    products: [.executable(name: "tarn", targets: ["tarn"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // C libraries of Debian
        system("CZlib", "zlib1g-dev"),
        system("CDeflate", "libdeflate-dev"),
        system("CIconv", "libc6-dev"),
        system("CMalloc", "libc6-dev"),
        system("CCrypto", "libssl-dev"),
        system("CArgon2", "libargon2-dev"),
        system("CPostgres", "libpq-dev"),
        .target(name: "CJPEG", path: "Sources/CLibraries/CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "COpenJPEG", path: "Sources/CLibraries/COpenJPEG", linkerSettings: [.linkedLibrary("openjp2")]),
        .target(name: "COpenJPH", path: "Sources/CLibraries/COpenJPH", linkerSettings: [.linkedLibrary("openjph")]),
        // libjxl is loaded when it is needed.
        .target(name: "CJPEGXL", path: "Sources/CLibraries/CJPEGXL", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CSHA", path: "Sources/CLibraries/CSHA"),
        .target(name: "CSandbox", path: "Sources/CLibraries/CSandbox"),
        .target(name: "CCurl", path: "Sources/CLibraries/CCurl", linkerSettings: [.linkedLibrary("curl")]),
        // A PKCS#11 module is loaded when a key file names one.
        .target(name: "CPKCS11", path: "Sources/CLibraries/CPKCS11", linkerSettings: [.linkedLibrary("dl")]),

        // Pure rooms: no I/O beyond mapping a file, no HTTP, no SQL
        room("ByteIO", ["CDeflate"], strict),
        room("DICOM", ["ByteIO", "CZlib", "CIconv"], strict),
        room("DICOMValidation", ["ByteIO", "DICOM"], strict),
        room("DICOMImaging", ["ByteIO", "DICOM", "CJPEG", "COpenJPEG", "COpenJPH", "CJPEGXL", "CDeflate"], strict),
        room("Vault", ["ByteIO", "CCrypto", "CArgon2", "CSHA"], strict),
        room("Deidentification", ["ByteIO", "DICOM", "DICOMValidation", "DICOMImaging", "Vault"], strict),
        room("ContentAddressing", ["ByteIO", "Vault"], strict),
        room("TransparencyLog", ["ByteIO", "Vault"], strict),

        // Rooms with the outside world
        room("ObjectStorage", ["ByteIO", logging]),
        room("Postgres", ["CPostgres", logging]),
        room("Mail", ["CCurl"]),
        room("KeyManagement", ["ByteIO", "Vault", "CCurl", "CPKCS11"]),
        room("ColdStorage", ["ByteIO", "ContentAddressing", "CCurl"]),
        room(
            "Lake",
            [
                "ByteIO", "DICOM", "DICOMImaging", "Vault", "Deidentification", "ContentAddressing", "TransparencyLog",
                "ObjectStorage", "Postgres", "Mail", "ColdStorage", "KeyManagement", logging,
            ]),
        room(
            "Portal",
            ["Lake", "ByteIO", "DICOM", "DICOMImaging", "Deidentification", "Vault", "CDeflate", hummingbird, logging]),
        .executableTarget(
            name: "tarn",
            dependencies: [
                "ByteIO", "DICOM", "DICOMValidation", "DICOMImaging", "Deidentification", "Vault",
                "KeyManagement", "ContentAddressing", "TransparencyLog", "Postgres", "Mail", "Lake", "Portal", "CCurl",
                "CZlib",
                "CMalloc", "CSandbox",
                arguments, logging,
            ],
            swiftSettings: common),

        // Tests mirror Sources; what several of them read or make lies in a room of its own
        .target(
            name: "TestMaterial", dependencies: ["ByteIO", "DICOM"], path: "Tests/TestMaterial", swiftSettings: common),
        tests("ByteIO", ["ByteIO"]),
        tests("DICOM", ["DICOM", "ByteIO"]),
        tests("DICOMImaging", ["DICOMImaging", "DICOM", "ByteIO"]),
        tests("DICOMValidation", ["DICOMValidation", "DICOM", "ByteIO"]),
        tests("Vault", ["Vault", "ByteIO"]),
        tests("Deidentification", ["Deidentification", "DICOM", "DICOMImaging", "Vault", "ByteIO"]),
        tests("ContentAddressing", ["ContentAddressing", "Vault", "ByteIO"]),
        tests("TransparencyLog", ["TransparencyLog", "Vault", "ByteIO"]),
        tests("ObjectStorage", ["ObjectStorage", "ByteIO"]),
        tests("Postgres", ["Postgres"]),
        tests("Mail", ["Mail"]),
        tests("KeyManagement", ["KeyManagement", "Vault", "ByteIO"]),
        tests("ColdStorage", ["ColdStorage", "ContentAddressing", "ByteIO"]),
        tests(
            "Lake",
            [
                "Lake", "Postgres", "ObjectStorage", "ColdStorage", "ContentAddressing", "TransparencyLog", "Mail",
                "Vault", "Deidentification", "DICOM", "DICOMImaging", "ByteIO",
            ]),
        tests("Portal", ["Portal", "Lake", "Postgres", "DICOM", "DICOMImaging", "ByteIO"]),
    ],
    swiftLanguageModes: [.v6]
)
