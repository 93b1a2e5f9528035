import ByteIO
import CSandbox
import DICOMImaging
import Foundation

/// The other side of `DecodeWorkers`: a process that decodes one frame after the other, and has nothing to lose.
///
/// It starts with standard input as its only file, a socket, and without an environment. What it is asked is a
/// `WorkerMessage` that holds `ForeignFrame.encoded`; it answers with a `WorkerMessage` and lives until the socket is
/// closed.
enum DecodeWorker {
    /// The hidden command.
    static let argument = "decode-worker"

    /// Where this process was started as a worker, it never returns.
    static func runIfAsked() {
        guard CommandLine.arguments.dropFirst().first == argument else { return }
        ForeignCodecs.load()
        tarn_sandbox_confine()
        let channel = WorkerChannel(descriptor: STDIN_FILENO)
        while let request = try? channel.receive(limit: WorkerMessage.largestFrame, deadline: nil) {
            guard (try? channel.send(answer(to: request), deadline: nil)) != nil else { break }
        }
        _exit(0)
    }

    private static func answer(to request: WorkerMessage) -> WorkerMessage {
        do {
            let frame = try ForeignFrame(encoded: request.body)
            let limits = WorkerLimits(frame)
            tarn_sandbox_limit(UInt64(limits.memory), UInt64(limits.seconds))
            return WorkerMessage(code: nil, body: try frame.decode())
        } catch {
            return WorkerMessage(code: error.code, body: Bytes(utf8: error.reason))
        }
    }
}

/// What a worker may use for a frame.
struct WorkerLimits {
    /// Address space in bytes: the program and its libraries, and what decoders need for each sample. OpenJPEG takes
    /// some 12 bytes, libjxl some 40.
    let memory: Int
    /// Processor time. Frames take some 0.1 s for each million samples.
    let seconds: Int

    init(_ frame: ForeignFrame) {
        memory = 768 << 20 + 64 * frame.sampleBytes
        seconds = 2 + frame.sampleBytes >> 20
    }

    /// Time on the clock after which a worker is given up, however busy the machine is.
    var patience: Duration { .seconds(10 + 4 * seconds) }
}
