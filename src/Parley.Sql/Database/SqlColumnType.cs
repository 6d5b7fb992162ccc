namespace Parley.Sql;

/// <summary>What a column holds; a dialect has a type of its own for each.</summary>
internal enum SqlColumnType : byte
{
    /// <summary>64 bits without a sign; where the database has none, the same bits with one.</summary>
    UInt64,

    /// <summary>64 bits with a sign.</summary>
    Int64,

    /// <summary>32 bits without a sign; where the database has none, the same bits with one.</summary>
    UInt32,

    /// <summary>A floating-point number.</summary>
    Real,

    /// <summary>Unix milliseconds here, a date and time (UTC) in the table.</summary>
    DateTime,

    /// <summary>A text of the database's character set, without NUL.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,
}
