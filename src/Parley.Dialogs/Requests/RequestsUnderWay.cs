namespace Parley.Dialogs;

/// <summary>Requests within the dialog that have no final response yet and that forbid others. A struct inside the dialog, under its lock.</summary>
internal struct RequestsUnderWay
{
    private int _invites;
    private int _byes;

    /// <summary>Another INVITE would be glare (RFC 3261 14.1).</summary>
    public readonly bool HasInvite => _invites > 0;

    /// <summary>A BYE that is to end the call is on its way: until it has its answer, a 481 to a ping says nothing that it does not.</summary>
    public readonly bool HasBye => _byes > 0;

    public void BeginInvite() => _invites++;

    public void EndInvite() => _invites--;

    public void BeginBye() => _byes++;

    public void EndBye() => _byes--;
}
