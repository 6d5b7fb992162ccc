using System.Globalization;
using MySqlConnector;

namespace Parley.Sql.Tests.Servers;

/// <summary>A MariaDB of Debian's package <c>mariadb-server</c>.</summary>
public sealed class MariaDbServer : DatabaseServer
{
    private readonly string[] _settings;

    /// <summary>Makes and starts one.</summary>
    /// <param name="settings">As <c>--innodb-flush-log-at-trx-commit=2</c>.</param>
    public MariaDbServer(params string[] settings)
        : this(null, settings) { }

    /// <summary>As the other, with its data on a file system of the test's own.</summary>
    /// <param name="disk">Where; null: in the folder for temporary files.</param>
    /// <param name="settings">As above.</param>
    public MariaDbServer(DirectoryInfo? disk, params string[] settings)
        : base("mariadb", disk)
    {
        _settings = settings;
        string install =
            Find("mariadb-install-db", "/usr/bin")
            ?? throw new InvalidOperationException("There is no MariaDB: apt-get install mariadb-server.");
        if (User.Length > 0)
            Run("chown", "mysql:mysql", Folder);
        Run([install, "--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal", "--skip-test-db", .. User]);
        File.WriteAllText(
            InitFile,
            "CREATE USER IF NOT EXISTS parley@'127.0.0.1';\nGRANT ALL ON *.* TO parley@'127.0.0.1' WITH GRANT OPTION;\n"
        );
        Start();
    }

    /// <summary>What is installed; null: none.</summary>
    public static string? Program => Find("mariadbd", "/usr/sbin");

    protected override (string Keep, string Drop) StopSignals => ("TERM", "KILL");

    private string Data => Path.Combine(Folder, "data");

    private string InitFile => Path.Combine(Folder, "init.sql");

    /// <summary>It does not run as root.</summary>
    private static string[] User => Environment.UserName == "root" ? ["--user=mysql"] : [];

    public override string ConnectionString(string database) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Server=127.0.0.1;Port={Port};Database={database};User ID=parley;SslMode=None;Connection Timeout=5"
        );

    protected override IEnumerable<string> Command() =>
        [
            Program!,
            "--no-defaults",
            $"--datadir={Data}",
            $"--port={Port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            $"--socket={Path.Combine(Folder, "s")}",
            $"--pid-file={Path.Combine(Folder, "mariadb.pid")}",
            $"--init-file={InitFile}",
            .. User,
            .. _settings,
        ];

    protected override void CreateDatabase(string name) => Execute($"CREATE DATABASE {name}");

    protected override bool Answers()
    {
        try
        {
            Execute("SELECT 1");
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    private void Execute(string sql)
    {
        using var connection = new MySqlConnection(ConnectionString("mysql") + ";Pooling=false");
        connection.Open();
        using MySqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
