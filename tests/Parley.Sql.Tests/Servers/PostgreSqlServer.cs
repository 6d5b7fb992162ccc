using System.Globalization;
using Npgsql;

namespace Parley.Sql.Tests.Servers;

/// <summary>A PostgreSQL of Debian's package <c>postgresql</c>.</summary>
public sealed class PostgreSqlServer : DatabaseServer
{
    private readonly string _bin;
    private readonly string[] _as;
    private readonly string[] _settings;

    /// <summary>Makes and starts one.</summary>
    /// <param name="settings">As <c>fsync=off</c>.</param>
    public PostgreSqlServer(params string[] settings)
        : this(null, settings) { }

    /// <summary>As the other, with its data on a file system of the test's own.</summary>
    /// <param name="disk">Where; null: in the folder for temporary files.</param>
    /// <param name="settings">As above.</param>
    public PostgreSqlServer(DirectoryInfo? disk, params string[] settings)
        : base("postgresql", disk)
    {
        _settings = settings;
        _bin = Path.GetDirectoryName(Program) ?? throw new InvalidOperationException("There is no PostgreSQL: apt-get install postgresql.");
        // It does not run as root.
        _as = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        if (_as.Length > 0)
            Run("chown", "postgres:postgres", Folder);
        Run([.. _as, Path.Combine(_bin, "initdb"), "-D", Data, "-A", "trust", "-U", "parley", "-E", "UTF8", "--locale=C", "-N"]);
        Start();
    }

    /// <summary>The newest that is installed; null: none.</summary>
    public static string? Program =>
        Find(
            "postgres",
            (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
                .OrderByDescending(static folder => int.TryParse(Path.GetFileName(folder), out int version) ? version : 0)
                .Select(static folder => Path.Combine(folder, "bin"))
        );

    protected override (string Keep, string Drop) StopSignals => ("INT", "QUIT");

    private string Data => Path.Combine(Folder, "data");

    public override string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username=parley;Timeout=5");

    protected override IEnumerable<string> Command() =>
        [
            .. _as,
            Path.Combine(_bin, "postgres"),
            "-D",
            Data,
            "-p",
            Port.ToString(CultureInfo.InvariantCulture),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            .. _settings.SelectMany(static setting => (string[])["-c", setting]),
        ];

    protected override void CreateDatabase(string name) => Execute($"CREATE DATABASE {name}");

    protected override bool Answers()
    {
        try
        {
            Execute("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
