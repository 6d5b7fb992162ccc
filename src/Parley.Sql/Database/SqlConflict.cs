namespace Parley.Sql;

/// <summary>What an insert does where the key is there already.</summary>
internal enum SqlConflict
{
    /// <summary>The new row takes the place of the old one.</summary>
    Replace,

    /// <summary>The old row stays as it is.</summary>
    Keep,
}
