namespace Parley.Registrar;

/// <summary>What became of a <see cref="RegistrationUpdate"/>: all of it was done, or nothing.</summary>
internal enum RegistrationOutcome : byte
{
    Done,

    /// <summary>Same Call-ID as a stored binding, CSeq not higher (10.3 steps 6 and 7).</summary>
    OutOfOrder,

    TooManyContacts,

    TableFull,
}
