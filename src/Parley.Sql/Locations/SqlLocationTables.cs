using System.Globalization;
using Parley.Registrar;

namespace Parley.Sql;

/// <summary>The two tables of contacts as they were found in a database: names, and what their columns take.</summary>
internal sealed class SqlLocationTables
{
    private readonly SqlNames _names;
    private readonly SqlTableShape _shape;
    private readonly SqlTable?[] _rows = new SqlTable?[1 << SqlLocationColumns.Others.Count];

    private SqlLocationTables(SqlNames names, SqlTableShape shape)
    {
        _names = names;
        _shape = shape;
        Id = names.LocationColumn(SqlLocationColumns.Id);
        Details = DetailsOf(names);
    }

    /// <summary>The name of the table of contacts.</summary>
    public string Name => _names.Location;

    /// <summary>The name of the key of both tables.</summary>
    public string Id { get; }

    /// <summary>What is beside the contacts.</summary>
    public SqlTable Details { get; }

    /// <summary>The contacts, with those columns of OpenSIPS's own that a record has.</summary>
    /// <param name="others">A bit for each of <see cref="SqlLocationColumns.Others"/>.</param>
    public SqlTable Rows(int others)
    {
        if (_rows[others] is { } known)
            return known;
        IEnumerable<(string Name, SqlColumnType Type)> columns =
        [
            .. SqlLocationColumns.Written,
            .. SqlLocationColumns.Others.Where((_, i) => (others & (1 << i)) != 0),
        ];
        SqlColumn[] own = [.. columns.Select(c => new SqlColumn(Column(c.Name), c.Type))];
        return _rows[others] = new SqlTable(Name, 1, [new SqlColumn(Id, SqlColumnType.UInt64), .. own]);
    }

    /// <summary>The name of a column of the table of contacts.</summary>
    public string Column(string column) => _names.LocationColumn(column);

    /// <summary>What a column of the table of contacts takes.</summary>
    public SqlTextRoom Room(string column) => _shape.Room(Column(column));

    /// <summary>The table beside that of contacts.</summary>
    public static SqlTable DetailsOf(SqlNames names) =>
        new(
            names.LocationDetails,
            1,
            new SqlColumn(names.LocationColumn(SqlLocationColumns.Id), SqlColumnType.UInt64),
            new("node", SqlColumnType.Text),
            new("details", SqlColumnType.Text),
            new("overflow", SqlColumnType.Text)
        );

    /// <summary>Finds the tables.</summary>
    /// <exception cref="LocationStoreException">One is missing, or is of another version; the message is one line.</exception>
    public static async ValueTask<SqlLocationTables> FindAsync(SqlWork session, SqlNames names, CancellationToken cancellation)
    {
        string place = session.Dialect.Place;
        SqlTableShape shape = await CheckAsync(session, names, names.Location, SqlLocationColumns.Version, cancellation)
            .ConfigureAwait(false);
        await CheckAsync(session, names, names.LocationDetails, SqlLocationColumns.DetailsVersion, cancellation).ConfigureAwait(false);
        string[] missing = [.. SqlLocationColumns.All.Select(names.LocationColumn).Where(c => !shape.Has(c))];
        if (missing.Length > 0)
            throw new LocationStoreException($"The table {names.Location} of {place} has no column {string.Join(", ", missing)}.");
        return new SqlLocationTables(names, shape);
    }

    private static async ValueTask<SqlTableShape> CheckAsync(
        SqlWork session,
        SqlNames names,
        string table,
        int wanted,
        CancellationToken cancellation
    )
    {
        string place = session.Dialect.Place;
        SqlTableShape shape =
            await session.Dialect.ShapeAsync(session, table, cancellation).ConfigureAwait(false)
            ?? throw new LocationStoreException($"{place} has no table {table}: run parley db init.");
        int? version = await SqlMigrations.VersionOfAsync(session, names, table, cancellation).ConfigureAwait(false);
        return version == wanted
            ? shape
            : throw new LocationStoreException(
                $"The table {table} of {place} has version {version?.ToString(CultureInfo.InvariantCulture) ?? "none"} in {names.Version}; version {wanted} can be used."
            );
    }
}
