/// The private server's configuration files, written anew at every start.
struct ServerConfiguration {
    /// Role that `initdb` makes; only to prepare the database and for an operator's `psql`.
    static let superuser = "tarn_superuser"
    /// Role and database of the lake. Owns its database, and nothing else.
    static let role = "tarn"

    let socketDirectory: String
    let operatingSystemUsers: [String]

    /// Settings for many small queries and bulk ingest beside a program that needs the memory itself.
    ///
    /// The log tells when the server starts, stops and fails, and nothing that came in a query: statements, parameters,
    /// details and even the messages of failed statements (which quote values) stay out of it.
    var settings: String {
        """
        # Written by tarn at every start. Put settings of your own into operator.conf beside this file.
        listen_addresses = ''
        unix_socket_directories = '\(Self.quoted(socketDirectory))'
        unix_socket_permissions = 0700
        port = 5432
        max_connections = 64

        shared_buffers = '192MB'
        effective_cache_size = '1GB'
        work_mem = '16MB'
        maintenance_work_mem = '128MB'
        random_page_cost = 1.1
        jit = off
        # Parallel workers need /dev/shm, of which a container has 64 MB.
        max_parallel_workers_per_gather = 0

        fsync = on
        synchronous_commit = on
        full_page_writes = on
        wal_compression = on
        wal_level = replica
        max_wal_senders = 3
        checkpoint_timeout = '15min'
        max_wal_size = '2GB'
        min_wal_size = '128MB'
        # What was erased must not stay in files of the write-ahead log that wait to be used again.
        wal_recycle = off
        client_connection_check_interval = '10s'

        timezone = 'UTC'
        log_timezone = 'UTC'
        lc_messages = 'C'

        logging_collector = on
        log_directory = 'log'
        log_filename = 'postgresql-%a.log'
        log_truncate_on_rotation = on
        log_rotation_age = '1d'
        log_rotation_size = 0
        log_file_mode = 0600
        log_min_messages = log
        log_min_error_statement = panic
        log_error_verbosity = terse
        log_statement = none
        log_min_duration_statement = -1
        log_min_duration_sample = -1
        log_transaction_sample_rate = 0
        log_parameter_max_length = 0
        log_parameter_max_length_on_error = 0
        log_duration = off
        log_lock_waits = off
        log_temp_files = -1
        log_autovacuum_min_duration = -1
        debug_print_parse = off
        debug_print_plan = off
        log_line_prefix = '%m [%p] '
        include_if_exists = 'operator.conf'

        """
    }

    /// Only through the socket, only the users named in `identities`, as the kernel says who they are.
    var access: String {
        """
        # Written by tarn at every start.
        local all all peer map=tarn

        """
    }

    var identities: String {
        var lines = "# Written by tarn at every start.\n"
        for user in Set(operatingSystemUsers).sorted() {
            for role in [Self.role, Self.superuser] { lines += "tarn \"\(user)\" \(role)\n" }
        }
        return lines
    }

    private static func quoted(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }
}
