namespace Parley.Registrar;

/// <summary>What became of a stored contact that was to be bound again.</summary>
internal enum RestoreOutcome : byte
{
    Bound,

    /// <summary>The contact is bound already, by a registration that is not older.</summary>
    Known,

    /// <summary>A limit of the table forbids it.</summary>
    TableFull,
}
