namespace Parley.Sql;

/// <summary>The columns of the table <c>location</c> of OpenSIPS, version 1013, by their default names.</summary>
internal static class SqlLocationColumns
{
    /// <summary>The version of the table that is known.</summary>
    public const int Version = 1013;

    /// <summary>The version of the table beside it.</summary>
    public const int DetailsVersion = 1;

    public const string Id = "contact_id";

    /// <summary>What every write sets, in its order.</summary>
    public static IReadOnlyList<(string Name, SqlColumnType Type)> Written { get; } =
    [
        ("username", SqlColumnType.Text),
        ("domain", SqlColumnType.Text),
        ("contact", SqlColumnType.Text),
        ("received", SqlColumnType.Text),
        ("path", SqlColumnType.Text),
        ("expires", SqlColumnType.UInt32),
        ("q", SqlColumnType.Real),
        ("callid", SqlColumnType.Text),
        ("cseq", SqlColumnType.UInt32),
        ("last_modified", SqlColumnType.DateTime),
        ("user_agent", SqlColumnType.Text),
        ("socket", SqlColumnType.Text),
        ("sip_instance", SqlColumnType.Text),
    ];

    /// <summary>What belongs to OpenSIPS and its scripts: set only when a record says something of it.</summary>
    public static IReadOnlyList<(string Name, SqlColumnType Type)> Others { get; } =
    [
        ("flags", SqlColumnType.Int64),
        ("cflags", SqlColumnType.Text),
        ("methods", SqlColumnType.Int64),
        ("kv_store", SqlColumnType.Text),
        ("attr", SqlColumnType.Text),
    ];

    public static IReadOnlyList<string> All { get; } = [Id, .. Written.Select(static c => c.Name), .. Others.Select(static c => c.Name)];
}
