namespace Parley.Management;

/// <summary>A copy of the initial INVITE, and what came back.</summary>
internal sealed class CallBranch(string branch, string place, uint cseq, DateTimeOffset at)
{
    public string Branch => branch;

    public string Place => place;

    public uint CSeq => cseq;

    public DateTimeOffset SentAt => at;

    /// <summary>When it rang first; null: it did not.</summary>
    public DateTimeOffset? RangAt { get; set; }

    /// <summary>The last status; 0: none.</summary>
    public int Status { get; set; }

    public string Phrase { get; set; } = "";
}
