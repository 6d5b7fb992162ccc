namespace Parley.Sql;

/// <summary>Which tables call records are written to.</summary>
public enum SqlCallRecordShape : byte
{
    /// <summary>The table <c>cdr</c>: a row per call, answered or not.</summary>
    Cdr,

    /// <summary>
    /// The tables of OpenSIPS: answered calls in <c>acc</c>, others in <c>missed_calls</c>. A record whose Call-ID or tags do not fit there is never cut: it is
    /// written to <c>cdr</c> instead. Intermediate records have no place in them, and are written to <c>cdr_intermediate</c>.
    /// </summary>
    Acc,
}
