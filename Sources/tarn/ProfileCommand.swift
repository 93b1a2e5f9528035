import ArgumentParser
import ByteIO
import DICOM
import Deidentification
import Foundation
import Vault

/// `tarn profile`: what de-identification takes out and what it leaves.
struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "What de-identification takes out: check a profile, try it on files, put it in force.",
        discussion: """
            Example:  tarn profile make --options clean_descriptors,retain_long_modified_dates > our.json
                      tarn profile check our.json
                      tarn profile try our.json slice.dcm
                      tarn profile set HEAD-CT our.json --note "protocol names stay" --data ./lake
            A profile is a JSON file: Docs/Formats/profile.md.
            """,
        subcommands: [Make.self, Check.self, Try.self, Show.self, Set.self])

    /// The profile in a file. Ends the command with 1 and every problem on a line where it cannot be used.
    static func profile(in file: String) throws -> Profile {
        let document = try document(in: file)
        guard let profile = document.profile else {
            for problem in document.problems { Terminal.say("\(file): \(problem)") }
            throw ExitCode(1)
        }
        return profile
    }

    private static func document(in file: String) throws -> ProfileDocument {
        do { return ProfileDocument(try Data(contentsOf: URL(fileURLWithPath: file))) } catch {
            Terminal.say("\(file): the file cannot be read")
            throw ExitCode(1)
        }
    }

    struct Make: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "make", abstract: "Print a profile to begin with.",
            discussion: "Example:  tarn profile make --options clean_descriptors > our.json")

        @Option(
            help: ArgumentHelp(
                "Options of PS3.15, separated by commas; without it what a new project has.",
                discussion: Profile.Option.allCases.map(\.rawValue).joined(separator: ", ")))
        var options: String?

        func run() throws {
            var profile = Profile.projectDefault
            if let options {
                do throws(DeidentificationError) {
                    profile = try Profile(options: try Profile(names: options).options, groupsHighAges: true)
                } catch { throw ValidationError("--options: \(error.reason)") }
            }
            let text = String(decoding: ProfileDocument.data(profile), as: UTF8.self)
            Terminal.print(text.trimmingCharacters(in: .newlines))
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say whether a profile can be used, and everything that is wrong with it.",
            discussion: """
                Example:  tarn profile check our.json
                Exit status: 0 it can be used, 1 it cannot, 2 usage.
                """)

        @Argument(help: "The profile, JSON.", completion: .file()) var file: String
        @Flag(help: "The problems as JSON on standard output.") var json = false

        private struct Answer: Encodable {
            let usable: Bool
            let problems: [ProfileDocument.Problem]
        }

        func run() throws {
            let document = try ProfileCommand.document(in: file)
            let isUsable = document.profile != nil
            if json {
                try Terminal.printJSON(Answer(usable: isUsable, problems: document.problems))
            } else {
                for problem in document.problems { Terminal.say("\(file): \(problem)") }
            }
            guard let profile = document.profile else { throw ExitCode(1) }
            let rules = profile.rules.count
            let names = profile.options.sorted().map(\.rawValue)
            Terminal.say(
                "\(file): good: the Basic Profile, \(names.isEmpty ? "no options" : names.joined(separator: ", ")), "
                    + "\(rules) \(rules == 1 ? "rule" : "rules") of its own")
        }
    }

    struct Try: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "try",
            abstract: "Show what a profile would make of DICOM files, before and after, side by side.",
            discussion: """
                Example:  tarn profile try our.json slice.dcm --all
                Nothing is written. What is printed shows the patient as the file does. Without --key pseudonyms are \
                random.
                """)

        @Argument(help: "The profile, JSON.", completion: .file()) var profile: String
        @Argument(help: "DICOM files.", completion: .file()) var files: [String]
        @Option(help: "File with the key: 32 bytes in base64 on one line.", completion: .file()) var key: String?
        @Flag(help: "Also what stays as it is.") var all = false
        @Flag(help: "One JSON object a file.") var json = false

        private struct Answer: Encodable {
            let file: String
            let held: String?
            let rows: [Comparison.Row]
        }

        func run() throws {
            let profile = try ProfileCommand.profile(in: profile)
            let master = try key.map { try DeidentificationKeys.master(in: $0, for: "tarn profile try") }
            let secret = PseudonymSecret(DeidentificationKeys(master ?? SymmetricKey()).pseudonyms)
            let deidentifier = Deidentifier(profile: profile, secret: secret)
            var failed = false
            for file in files {
                do {
                    try show(try DICOMFile.read(try Bytes.mapping(file: file)), file, deidentifier)
                } catch {
                    Terminal.say("tarn profile try: \(file): \(error)")
                    failed = true
                }
            }
            if failed { throw ExitCode(1) }
        }

        private func show(_ input: DICOMFile, _ name: String, _ deidentifier: Deidentifier) throws {
            let outcome = try deidentifier.deidentify(input)
            let rows = Comparison(before: input.dataSet, after: outcome.file.dataSet).rows.filter {
                all || $0.change != .kept
            }
            var held: String?
            if case .review(let reason) = outcome.risk { held = reason }
            if json { return try Terminal.printJSON(Answer(file: name, held: held, rows: rows)) }
            Terminal.print("\(name)\(held.map { " — would be held: \($0)" } ?? "")")
            for row in rows {
                let values =
                    switch row.change {
                    case .kept: "= \(row.after ?? "")"
                    case .removed: "- \(row.before ?? "")"
                    case .added: "+ \(row.after ?? "")"
                    case .changed: "\(row.before ?? "") → \(row.after ?? "")"
                    }
                Terminal.print("  \(row.attribute) (\(row.vr)): \(Self.printable(values))")
            }
        }

        /// A value of a file may hold what moves a terminal's cursor.
        private static func printable(_ text: String) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        }
    }
}
