namespace Parley.Server.Configuration;

/// <summary>Whether a start makes and changes tables.</summary>
internal enum StoreMigration : byte
{
    /// <summary>Those of SQLite only.</summary>
    Auto,

    /// <summary>Always.</summary>
    Yes,

    /// <summary>Never: <c>parley db migrate</c> does.</summary>
    No,
}
